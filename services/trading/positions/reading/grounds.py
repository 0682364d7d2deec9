"""The ground that positions are read on: the levels and the range of a market, found once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from analytics.fibonacci.alignment import Ruler, ruler_of
from analytics.structure.ranges import last_range
from services.analyst.sight import Ask, Sight, sight_of
from services.clock import Clock
from services.errors import OmegaError
from services.market.messages import GetCandles, Origin
from services.memory import Remembered, Shared

CANDLES: Final = 300
_ASK_SECONDS: Final = 2.0
_GOOD_FOR: Final = 30.0
_MARKETS: Final = 512
NO_SWING: Final = "There is no swing to measure from yet."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is known of a market. `reason` is an English sentence where there is no ruler."""

    ruler: Ruler | None = None
    range: float | None = None
    origin: Origin | None = None
    """Of the candles."""
    reason: str = ""


def ground_of(sight: Sight) -> Ground:
    """Return the ground that candles make."""
    ruler = ruler_of(sight.candles)
    return Ground(
        ruler=ruler,
        range=last_range(sight.candles),
        origin=sight.scene.origin,
        reason="" if ruler is not None else NO_SWING,
    )


class Grounds:
    """Grounds of markets, asked for at once and good for half a minute."""

    def __init__(self, ask: Ask, *, clock: Clock) -> None:
        self._ask = ask
        self._kept: Remembered[tuple[str, str], Ground] = Remembered(clock, size=_MARKETS)
        self._asked: Shared[tuple[str, str], Ground] = Shared()

    async def of(self, markets: Iterable[str], timeframe: str) -> Mapping[str, Ground]:
        """Return the ground of each market; of one that does not answer why not."""
        names = sorted(set(markets))
        found = await asyncio.gather(*(self._one(name, timeframe) for name in names))
        return dict(zip(names, found, strict=True))

    async def _one(self, market: str, timeframe: str) -> Ground:
        key = (market, timeframe)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        try:
            ground = await self._asked.once(key, lambda: self._look(market, timeframe))
        except OmegaError as error:
            log.info("no_ground", market=market, timeframe=timeframe, reason=error.message)
            return Ground(reason=error.message)
        self._kept.keep(key, ground, seconds=_GOOD_FOR)
        return ground

    async def _look(self, market: str, timeframe: str) -> Ground:
        request = GetCandles(market=market, timeframe=timeframe, limit=CANDLES)
        series = await self._ask(request, timeout=_ASK_SECONDS)
        if not series.time:
            return Ground(reason=NO_SWING)
        return await asyncio.to_thread(lambda: ground_of(sight_of(series)))
