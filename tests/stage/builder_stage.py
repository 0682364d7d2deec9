"""Builders of candles that were fed, and what they closed, as tests read it."""

from __future__ import annotations

from decimal import Decimal

from market_fakes import candles_of, moment, trade

from services.exchange.exchange import Trade
from services.market.candles.bar import Bar, filled_bars
from services.market.candles.builder import Builder, Closed, Need

TICK = Decimal("0.1")


def heard_from_the_start() -> Builder:
    """A builder that misses nothing."""
    builder = Builder(moment(0))
    builder.regain([trade(-1)], moment(0))
    return builder


def fed(*trades: Trade) -> Builder:
    builder = heard_from_the_start()
    for one in trades:
        builder.take(one)
    return builder


def of(closed: list[Closed], timeframe: str) -> list[Bar]:
    return [bar for found, bar in closed if found == timeframe]


def figures(bar: Bar) -> tuple[str, ...]:
    return tuple(map(str, (bar.open, bar.high, bar.low, bar.close, bar.volume)))


def supply_from(builder: Builder, need: Need, trades: list[Trade]) -> None:
    candles = candles_of(trades, need.timeframe).between(need.opens_at, need.until)
    builder.supply(need, filled_bars(candles, tick=TICK, nature="replay"))
