"""Asks the market process for closed candles, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol, TypeVar

import numpy as np

from analytics.candles import Candles, join, timeframe_ms
from services.bus.messages import Message, Request
from services.errors import NotOffered
from services.exchange.prices import to_moment
from services.market.messages import CandleSeries, GetCandles, Origin

R = TypeVar("R", bound=Message)

PAGE: Final = 1_000
_ASK_SECONDS: Final = 5.0


class Ask(Protocol):
    """The part of the bus that asks."""

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        """Ask a service; raises what it raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Candles, oldest first, and where they are from."""

    candles: Candles
    tick: Decimal | None
    origin: Origin


async def newest(ask: Ask, market: str, timeframe: str, *, limit: int = PAGE) -> Series:
    """Return the newest closed candles. Raises as `GetCandles`."""
    request = GetCandles(market=market, timeframe=timeframe, limit=max(1, min(limit, PAGE)))
    return series_of(await ask(request, timeout=_ASK_SECONDS))


async def back_to(ask: Ask, market: str, timeframe: str, since_ms: int) -> Series:
    """Return the closed candles from `since_ms` on, or from where they begin. Raises as `GetCandles`."""
    found = await newest(ask, market, timeframe)
    parts = [found.candles]
    while int(parts[0].time[0]) > since_ms:
        until = to_moment(int(parts[0].time[0]))
        request = GetCandles(market=market, timeframe=timeframe, limit=PAGE, until=until)
        try:
            older = series_of(await ask(request, timeout=_ASK_SECONDS)).candles
        except NotOffered:
            break
        older = older.between(0, int(parts[0].time[0]))
        if len(older) == 0:
            break
        parts.insert(0, older)
    return Series(candles=join(*parts), tick=found.tick, origin=found.origin)


def series_of(told: CandleSeries) -> Series:
    """Return the candles as arrays."""
    columns = (told.open, told.high, told.low, told.close, told.volume)
    open_, high, low, close, volume = (np.array(column, np.float64) for column in columns)
    candles = Candles(
        step_ms=timeframe_ms(told.timeframe),
        time=np.array(told.time, np.int64),
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
    )
    return Series(candles=candles, tick=told.tick, origin=told.origin)
