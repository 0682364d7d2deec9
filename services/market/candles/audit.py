"""Compares closed candles with the venue's own a little later: a stream can lose a second without a sign.

A connection that breaks is noticed, and so is one that is silent for long; what is left out in between is
not. The stream of candles on the bus stays as it was told; the history is put right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

import structlog

from services.market.candles.bar import SECOND, STEP_MS, Bar
from services.market.candles.builder import Closed, Need
from services.market.candles.filling import Filler

EVERY_SECONDS = 10.0
_KEPT = 30
"""Candles of a market and timeframe that wait to be compared; of more, the oldest are let go."""
_ALIKE = Decimal("0.000001")
"""As a share of the volume: venues round their own."""

log = structlog.get_logger(__name__)


class Audit:
    """Told what closed by `note`; `run` compares, and gives what the venue has otherwise to `corrected`."""

    def __init__(
        self,
        filler: Filler,
        corrected: Callable[[str, Closed], None],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._filler = filler
        self._corrected = corrected
        self._sleep = sleep
        self._waiting: dict[tuple[str, str], dict[int, Bar]] = {}

    def note(self, market: str, closed: Closed) -> None:
        """Have a candle compared later, unless it is the venue's own or one of a second."""
        if closed.timeframe == SECOND or closed.bar.is_filled:
            return
        waiting = self._waiting.setdefault((market, closed.timeframe), {})
        waiting[closed.bar.opens_at] = closed.bar
        while len(waiting) > _KEPT:
            del waiting[next(iter(waiting))]

    async def run(self) -> None:
        """Compare until cancelled."""
        while True:
            await self._sleep(EVERY_SECONDS)
            waiting, self._waiting = self._waiting, {}
            for (market, timeframe), bars in waiting.items():
                await self._compare(market, timeframe, bars)

    async def _compare(self, market: str, timeframe: str, bars: dict[int, Bar]) -> None:
        until = max(bars) + STEP_MS[timeframe]
        need = Need(timeframe=timeframe, opens_at=min(bars), until=until)
        for true in await self._filler.fill(market, need) or ():
            told = bars.get(true.opens_at)
            if told is not None and not _is_alike(told, true):
                log.warning("candle_put_right", market=market, timeframe=timeframe, opens_at=true.opens_at)
                self._corrected(market, Closed(timeframe, true))


def _is_alike(told: Bar, true: Bar) -> bool:
    prices = (told.open, told.high, told.low, told.close) == (true.open, true.high, true.low, true.close)
    return prices and abs(told.volume - true.volume) <= true.volume * _ALIKE
