"""What public resources of both protocols ask of the venue, before either words it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from analytics.candles import Candles, timeframe_ms
from sandbox.exchange.catalogue import Listing
from sandbox.exchange.forming import Forming, begun
from sandbox.exchange.refusal import ABNORMAL, Refused
from sandbox.exchange.rest.call import Call
from sandbox.exchange.rows.markets import Standing
from services.errors import NotOffered
from services.exchange.exchange import Level, OrderBook, Ticker, Trade
from services.exchange.prices import to_milliseconds, to_moment

INTERVALS = {
    "1m": "1m",
    "5m": "5m",
    "15m": "15m",
    "1H": "1h",
    "4H": "4h",
    "1D": "1d",
    "1Dutc": "1d",
    "1min": "1m",
    "5min": "5m",
    "15min": "15m",
    "1h": "1h",
    "4h": "4h",
    "1day": "1d",
}
"""The venue's names of the timeframes that are played; its others are refused."""
_ENOUGH = 1_000
_BREATHES_AFTER = 100
"""Rows that are built before others get their turn."""


async def candles(call: Call, interval: str, *, most: int = _ENOUGH) -> Candles:
    """Return closed candles: the newest `limit` that open from ``startTime`` on and before ``endTime``."""
    timeframe = INTERVALS.get(interval)
    if timeframe is None:
        raise Refused("40017", f"Parameter {interval} error")
    one, step = call.listing(), timeframe_ms(timeframe)
    limit = call.whole("limit", 100, most=most)
    start, end = call.moment("startTime"), call.moment("endTime")
    if end is not None:
        first = -(-(end - limit * step) // step) * step
        start = first if start is None else max(start, first)
    since = None if start is None else to_moment(start)
    found = await call.venue.exchange.candles(one.name, timeframe, limit=limit, since=since)
    return found if end is None else found.between(0, end - 1 + step)


async def growing(call: Call, interval: str) -> Forming | None:
    """Return the candle that is not over, unless the request is about a time before it."""
    found = await begun(call.venue.exchange, call.listing(), INTERVALS[interval])
    end = call.moment("endTime")
    return None if found.now is None or (end is not None and end <= found.now.opens_at_ms) else found.now


async def standing(call: Call, one: Listing, ticker: Ticker) -> Standing:
    """Return all that a ticker row tells of one market."""
    bid, ask = await _best(call, one)
    return Standing(
        ticker=call.venue.told(ticker),
        funding=await call.venue.funding(one),
        interest=await call.venue.interest(one),
        bid=bid,
        ask=ask,
    )


async def standings(call: Call, listings: Sequence[Listing]) -> list[tuple[Listing, Standing]]:
    """Return the same of many markets; of their books only the prices that the tickers carry."""
    by_name = {one.name: one for one in listings}
    found = await call.venue.exchange.tickers(list(by_name))
    told = []
    for place, ticker in enumerate(found):
        one = by_name[ticker.market]
        funding, interest = await call.venue.funding(one), await call.venue.interest(one)
        told.append((one, Standing(ticker=call.venue.told(ticker), funding=funding, interest=interest)))
        if place % _BREATHES_AFTER == 0:
            await asyncio.sleep(0)
    return told


async def ticker(call: Call, one: Listing) -> Ticker:
    """Return the ticker of one market. Raises `Refused` while it has no price."""
    found = await call.venue.exchange.tickers([one.name])
    if not found:
        raise Refused(ABNORMAL, f"{one.id} has no price yet")
    return found[0]


async def book(call: Call, one: Listing, *, most: int) -> OrderBook:
    """Return the order book as deep as was asked."""
    return await call.venue.exchange.order_book(one.name, depth=call.whole("limit", 100, most=most))


async def trades(call: Call, one: Listing, *, most: int) -> Sequence[Trade]:
    """Return the newest trades that ``startTime`` and ``endTime`` let through, newest first."""
    limit = call.whole("limit", 100, most=most)
    start, end = call.moment("startTime"), call.moment("endTime")
    found = await call.venue.exchange.trades(one.name, limit=most if start or end else limit)
    kept = [
        one
        for one in reversed(found)
        if (start is None or to_milliseconds(one.as_of) >= start)
        and (end is None or to_milliseconds(one.as_of) <= end)
    ]
    return kept[:limit]


async def _best(call: Call, one: Listing) -> tuple[Level | None, Level | None]:
    try:
        book = await call.venue.exchange.order_book(one.name, depth=1)
    except NotOffered:
        return None, None
    return (book.bids[0] if book.bids else None), (book.asks[0] if book.asks else None)
