"""Rows that tell how a market stands: tickers, candles, depth, trades, funding. What is not known is ""."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.candles import Candles
from sandbox.exchange.catalogue import Listing
from sandbox.exchange.wire import Json, at_tick, plain, stamp
from services.exchange.exchange import Funding, Level, OpenInterest, Ticker, Trade
from services.exchange.prices import to_amount, to_price

Pair = tuple[str, str]
"""A price and a size as text."""
_SHARE = Decimal("0.00001")
_MOST_FUNDING = "0.003"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that a ticker row tells."""

    ticker: Ticker
    funding: Funding | None = None
    interest: OpenInterest | None = None
    bid: Level | None = None
    ask: Level | None = None


@dataclass(frozen=True, slots=True)
class _Figures:
    """The parts of a ticker that all its rows share, as text."""

    price: str
    open: str
    high: str
    low: str
    change: str
    base_volume: str
    quote_volume: str
    bid: Pair
    ask: Pair


def _figures(one: Listing, standing: Standing) -> _Figures:
    ticker, day = standing.ticker, standing.ticker.day
    return _Figures(
        price=at_tick(ticker.price, one.tick),
        open=at_tick(day.open, one.tick) if day else "",
        high=at_tick(day.high, one.tick) if day else "",
        low=at_tick(day.low, one.tick) if day else "",
        change=plain((ticker.price / day.open - 1).quantize(_SHARE)) if day and day.open else "",
        base_volume=plain((day.volume / ticker.price).quantize(one.step)) if day and ticker.price else "",
        quote_volume=plain(day.volume) if day else "",
        bid=_best(one, standing.bid, ticker.bid),
        ask=_best(one, standing.ask, ticker.ask),
    )


def _best(one: Listing, level: Level | None, price: Decimal | None) -> Pair:
    if level is not None:
        return at_tick(level.price, one.tick), plain(level.amount)
    return (at_tick(price, one.tick), "") if price is not None else ("", "")


def ticker(one: Listing, standing: Standing) -> Json:
    """Build the row of a ticker."""
    said = _figures(one, standing)
    row = {
        "symbol": one.id,
        "lastPr": said.price,
        "askPr": said.ask[0],
        "bidPr": said.bid[0],
        "bidSz": said.bid[1],
        "askSz": said.ask[1],
        "high24h": said.high,
        "low24h": said.low,
        "ts": stamp(standing.ticker.as_of),
        "change24h": said.change,
        "baseVolume": said.base_volume,
        "quoteVolume": said.quote_volume,
        "usdtVolume": said.quote_volume if one.market.quote == "USDT" else "",
        "openUtc": "",
        "changeUtc24h": "",
    }
    if not one.is_swap:
        return row | {"open": said.open}
    return row | _contract_part(one, standing) | {"deliveryStatus": "", "open24h": said.open}


def _contract_part(one: Listing, standing: Standing) -> Json:
    funding, interest = standing.funding, standing.interest
    return {
        "indexPrice": said_mark(one, standing),
        "fundingRate": plain(funding.rate) if funding else "",
        "holdingAmount": plain(interest.amount) if interest else "",
        "deliveryStartTime": "",
        "deliveryTime": "",
        "markPrice": said_mark(one, standing),
    }


def said_mark(one: Listing, standing: Standing) -> str:
    """Return the mark price as text; the price where the market has none of its own."""
    mark = standing.ticker.mark
    return at_tick(standing.ticker.price if mark is None else mark, one.tick)


def pushed_ticker(one: Listing, standing: Standing) -> Json:
    """Build the row that the ``ticker`` channel carries."""
    row = ticker(one, standing)
    opened = row.pop("open", None)
    if opened is not None:
        row["open24h"] = opened
    row["instId"] = one.id
    if one.is_swap:
        row["symbolType"] = "1"
        funding = standing.funding
        row["nextFundingTime"] = stamp(funding.next_at) if funding and funding.next_at else ""
    return row


def unified_ticker(one: Listing, standing: Standing) -> Json:
    """Build the row of a ticker in the unified protocol."""
    said = _figures(one, standing)
    row = {
        "category": one.product,
        "symbol": one.id,
        "ts": stamp(standing.ticker.as_of),
        "lastPrice": said.price,
        "openPrice24h": said.open,
        "highPrice24h": said.high,
        "lowPrice24h": said.low,
        "ask1Price": said.ask[0],
        "bid1Price": said.bid[0],
        "bid1Size": said.bid[1],
        "ask1Size": said.ask[1],
        "price24hPcnt": said.change,
        "volume24h": said.base_volume,
        "turnover24h": said.quote_volume,
    }
    if not one.is_swap:
        return row
    part = _contract_part(one, standing)
    part["openInterest"] = part.pop("holdingAmount")
    return row | part | {"deliveryStatus": ""}


def candles(one: Listing, found: Candles, *, has_eighth: bool = False) -> list[list[str]]:
    """Build the rows of candles, oldest first.

    Open time, open, high, low, close, base volume, quote volume, and for spot and pushes that again in USDT.
    """
    columns = (found.time, found.open, found.high, found.low, found.close, found.volume)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [_candle(one, row, has_eighth=has_eighth) for row in rows]


def _candle(one: Listing, row: Sequence[float], *, has_eighth: bool) -> list[str]:
    opens_at, opened, high, low, close, volume = row
    turnover = plain(to_amount(volume * (high + low + close) / 3).quantize(Decimal("0.0001")))
    prices = [at_tick(to_price(price, one.tick), one.tick) for price in (opened, high, low, close)]
    cells = [str(int(opens_at)), *prices, plain(to_amount(volume)), turnover]
    return [*cells, turnover] if has_eighth else cells


def pairs(one: Listing, levels: Sequence[Level]) -> list[Pair]:
    """Build one side of a book as texts that are the same whenever the numbers are."""
    return [(at_tick(level.price, one.tick), plain(level.amount)) for level in levels]


def numbers(levels: Sequence[Level]) -> list[list[float]]:
    """Build one side of a book as the contracts' depth has it."""
    return [[float(level.price), float(level.amount)] for level in levels]


def trade(one: Listing, print_: Trade) -> Json:
    """Build the row of a public trade."""
    return {
        "tradeId": print_.id,
        "price": at_tick(print_.price, one.tick),
        "size": plain(print_.amount),
        "side": print_.side.capitalize(),
        "ts": stamp(print_.as_of),
        "symbol": one.id,
    }


def pushed_trade(one: Listing, print_: Trade) -> Json:
    """Build the row that the ``trade`` channel carries."""
    row = trade(one, print_)
    del row["symbol"]
    return row | {"side": print_.side}


def unified_trade(one: Listing, print_: Trade) -> Json:
    """Build the row of a public trade in the unified protocol."""
    row = pushed_trade(one, print_)
    return {"execId": row.pop("tradeId"), **row}


def pushed_unified_trade(one: Listing, print_: Trade) -> Json:
    """Build the row that the ``publicTrade`` topic carries."""
    return {
        "T": stamp(print_.as_of),
        "P": at_tick(print_.price, one.tick),
        "v": plain(print_.amount),
        "S": print_.side,
        "L": "1",
        "i": print_.id,
    }


def kline(row: Sequence[str]) -> Json:
    """Build the row that the ``kline`` topic carries from a candle's."""
    names = ("start", "open", "high", "low", "close", "volume", "turnover")
    return dict(zip(names, row, strict=False))


def funding(one: Listing, found: Funding) -> Json:
    """Build the row of a funding rate."""
    hours = found.interval_hours or one.terms.funding_hours
    return {
        "symbol": one.id,
        "fundingRate": plain(found.rate),
        "fundingRateInterval": str(hours),
        "nextUpdate": stamp(found.next_at) if found.next_at else "",
        "minFundingRate": f"-{_MOST_FUNDING}",
        "maxFundingRate": _MOST_FUNDING,
    }
