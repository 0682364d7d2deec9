"""Carries prices, books, trades and funding from the source into the engine, for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable

import structlog

from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
from services.exchange.exchange import Channel, Exchange, Funding, Update
from services.exchange.paper.events import FundingTold, Seen
from services.exchange.paper.funding import is_behind, missed_by
from services.exchange.paper.house import House
from services.exchange.prices import to_milliseconds, to_price

_PAUSE = 1.0
"""Seconds before a stream that broke is opened again."""
_BETWEEN_FUNDINGS = 30.0
_BETWEEN_LISTINGS = 10.0
_CHANNELS: tuple[Channel, ...] = ("ticker", "trade", "book")
_MINUTE = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@runtime_checkable
class PaysFunding(Protocol):
    """A source that knows what was paid at each boundary."""

    def funding_paid(self, market: str, since: datetime, until: datetime) -> Sequence[Funding]:
        """Return what was paid after `since` and up to `until`; `as_of` is when."""
        ...


async def feed(house: House) -> None:
    """Keep the engine informed until cancelled; what the source does not stream is left out.

    Raises:
        ExchangeUnavailable: the source does not even say which markets it has.
        Misconfigured: what changed could not be kept; in a group.
    """
    names = await house.list_markets()
    for ticker in await house.source.tickers():
        house.apply(Seen(at=house.now(), update=ticker))
    async with asyncio.TaskGroup() as group:
        group.create_task(house.keep_time())
        group.create_task(_follow_funding(house))
        group.create_task(_follow_markets(house, names))


async def _follow_markets(house: House, names: Sequence[str]) -> None:
    """Watch all markets, and begin anew when there are others."""
    while True:
        async with asyncio.TaskGroup() as group:
            pumps = [group.create_task(_pump(house, channel, names)) for channel in _CHANNELS]
            names = await _other_than(house, names)
            for pump in pumps:
                pump.cancel()


async def _other_than(house: House, names: Sequence[str]) -> Sequence[str]:
    while True:
        await house.pause(_BETWEEN_LISTINGS)
        listed = await _listed(house, names)
        if listed != names:
            return listed


async def _pump(house: House, channel: Channel, names: Sequence[str]) -> None:
    while True:
        try:
            async for update in house.source.watch(channel, names):
                await _catch_up(house, update)
                house.apply(Seen(at=house.now(), update=update))
        except NotOffered:
            log.warning("paper_feed_not_offered", venue=house.source.venue, channel=channel)
            return
        except ExchangeUnavailable as error:
            log.warning("paper_feed_lost", venue=house.source.venue, channel=channel, error=str(error))
        except UnknownMarket as error:
            log.warning("paper_market_gone", venue=house.source.venue, market=error.facts.get("asked"))
        await house.pause(_PAUSE)
        names = await _listed(house, names)


async def _listed(house: House, known: Sequence[str]) -> Sequence[str]:
    try:
        return await house.list_markets()
    except ExchangeUnavailable:
        return known


async def _follow_funding(house: House) -> None:
    while True:
        for market in _funded_markets(house):
            await _try_funding(house, market)
        await house.pause(_BETWEEN_FUNDINGS)


async def _try_funding(house: House, market: str) -> None:
    try:
        await hear_funding(house, market)
    except (ExchangeUnavailable, NotOffered, UnknownMarket) as error:
        log.info("paper_funding_unknown", market=market, error=str(error))


async def _catch_up(house: House, update: Update) -> None:
    """Ask what was paid at a boundary that went by long ago, as after a machine has slept."""
    pit = house.engine.pits.get(update.market)
    if pit is not None and is_behind(house.engine.holders.values(), pit, update.as_of):
        await _try_funding(house, update.market)


async def hear_funding(house: House, market: str) -> None:
    """Tell the engine the funding of a market, with what the source knows of boundaries that went by unseen.

    Raises:
        ExchangeUnavailable: the source does not answer.
        NotOffered: it has no funding.
        UnknownMarket: it has no such market any more.
    """
    funding = await house.source.funding(market)
    missed = _missed(house, funding)
    marks = {boundary: mark for boundary in missed if (mark := await _mark(house, market, boundary))}
    rates = _rates(house.source, market, missed)
    house.apply(FundingTold(at=house.now(), funding=funding, marks=marks, rates=rates))


def _funded_markets(house: House) -> list[str]:
    traded = {name for holder in house.engine.holders.values() for name in holder.state.markets}
    return sorted(name for name in traded if house.engine.pits[name].terms.market.is_swap)


def _missed(house: House, funding: Funding) -> set[datetime]:
    pit = house.engine.pits[funding.market]
    return {
        boundary for holder in house.engine.holders.values() for boundary in missed_by(holder, pit, funding)
    }


def _rates(source: Exchange, market: str, missed: Collection[datetime]) -> dict[datetime, Decimal]:
    if not missed or not isinstance(source, PaysFunding):
        return {}
    paid = source.funding_paid(market, min(missed) - _MINUTE, max(missed))
    return {one.as_of: one.rate for one in paid}


async def _mark(house: House, market: str, boundary: datetime) -> Decimal | None:
    """Return what was traded at a boundary: the open of the minute that begins there, if known."""
    try:
        candles = await house.source.candles(market, "1m", limit=1, since=boundary)
    except (ExchangeUnavailable, NotOffered) as error:
        log.info("paper_mark_unknown", market=market, boundary=boundary.isoformat(), error=str(error))
        return None
    if not len(candles) or candles.time[0] > to_milliseconds(boundary + _MINUTE):
        return None
    return to_price(float(candles.open[0]), house.engine.pits[market].terms.tick)
