"""What the analyst looks at: closed candles as arrays, with the scene that says which they are.

Asking for them belongs here; what is seen in them belongs to the finders.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol, TypeVar

import numpy as np
import structlog

from analytics.candles import Candles, timeframe_ms
from services.analyst.messages import Scene
from services.bus.messages import Message, Request
from services.clock import Clock
from services.errors import OmegaError, UserMistake
from services.exchange.prices import smallest_step, to_moment, to_price
from services.market.messages import TIMEFRAMES, CandleSeries, GetCandles
from services.memory import Remembered, Shared

R = TypeVar("R", bound=Message)

MOST_CANDLES: Final = 1_000
_ASK_SECONDS: Final = 4.0
_GOOD_FOR: Final = 2.0
"""Seconds; a command asks for a finding and for its chart, which are of the same candles."""

log = structlog.get_logger(__name__)


class Ask(Protocol):
    """The part of the bus that asks."""

    async def __call__(self, request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
        """Ask a service; raises what it raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Closed candles, oldest first, and their scene."""

    candles: Candles
    scene: Scene

    def price(self, value: float) -> Decimal:
        """Return a price of the mathematics as one of the market's."""
        return to_price(value, self.scene.tick)

    def newest(self, count: int) -> Sight:
        """Return the same with the newest `count` candles only."""
        return Sight(candles=self.candles.last(count), scene=self.scene)


class Sights:
    """Looks at markets. Two who look at the same within two seconds see the same."""

    def __init__(self, ask: Ask, *, clock: Clock) -> None:
        self._ask = ask
        self._kept: Remembered[tuple[str, str], Sight] = Remembered(clock, size=64)
        self._asked: Shared[tuple[str, str], Sight] = Shared()

    async def of(self, market: str, timeframe: str, *, least: int = 2) -> Sight:
        """Return up to 1,000 candles of `market` as a member wrote it.

        Raises:
            UserMistake: the timeframe is none, or there are fewer than `least` candles.
            OmegaError: whatever `GetCandles` raises.
        """
        key = (market, timeframe)
        sight = self._kept.get(key)
        if sight is None:
            sight = await self._asked.once(key, self._looking(market, timeframe))
            self._kept.keep(key, sight, seconds=_GOOD_FOR)
        if len(sight.candles) < least:
            raise UserMistake(
                f"There are only {len(sight.candles)} candles of {timeframe} yet, this needs {least}.",
                hint="Ask for a smaller timeframe, or later.",
            )
        return sight

    async def beside(self, market: str, timeframe: str, *, least: int = 2) -> dict[str, Sight]:
        """Return `market` at the other timeframes, as far as there are `least` candles of them to be had."""
        names = [name for name in TIMEFRAMES if name != timeframe]
        found = await asyncio.gather(*(self.if_there(market, name, least=least) for name in names))
        return {name: sight for name, sight in zip(names, found, strict=True) if sight is not None}

    async def if_there(self, market: str, timeframe: str, *, least: int = 1) -> Sight | None:
        """Return the same as `of`; None, logged, where there is nothing to be had."""
        try:
            return await self.of(market, timeframe, least=least)
        except OmegaError as error:
            log.info("timeframe_left_out", market=market, timeframe=timeframe, reason=error.message)
            return None

    def _looking(self, market: str, timeframe: str) -> Callable[[], Awaitable[Sight]]:
        async def look() -> Sight:
            request = GetCandles(market=market, timeframe=timeframe, limit=MOST_CANDLES)
            return sight_of(await self._ask(request, timeout=_ASK_SECONDS))

        return look


def sight_of(series: CandleSeries) -> Sight:
    """Return the series as arrays.

    Raises:
        UserMistake: the market tells no tick, and its prices have no common step either.
    """
    step = timeframe_ms(series.timeframe)
    candles = Candles(
        step_ms=step,
        time=np.array(series.time, np.int64),
        open=np.array(series.open, np.float64),
        high=np.array(series.high, np.float64),
        low=np.array(series.low, np.float64),
        close=np.array(series.close, np.float64),
        volume=np.array(series.volume, np.float64),
    )
    tick = series.tick or _step_of(candles, series.market)
    scene = Scene(
        market=series.market,
        timeframe=series.timeframe,
        price=to_price(series.close[-1], tick),
        tick=tick,
        count=len(candles),
        closed_at=to_moment(series.time[-1] + step),
        origin=series.origin,
    )
    return Sight(candles=candles, scene=scene)


def _step_of(candles: Candles, market: str) -> Decimal:
    """Return the step of all prices: closes alone may by chance be of a larger one."""
    try:
        return smallest_step(np.concatenate([candles.open, candles.high, candles.low, candles.close]))
    except ValueError as error:
        raise UserMistake(
            f"The prices of {market} have no common step to write them by.", hint="Take another market."
        ) from error
