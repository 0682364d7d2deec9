"""What a strategy sees at the close of a candle, cut out of longer histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.candles import Candles
from services.trading.strategies.reading import SIGHT
from services.trading.strategies.strategy import Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The position as the strategy is told of it."""

    side: Literal["long", "short", ""] = ""
    entry: float | None = None
    stop: float | None = None
    target: float | None = None
    bars: int = 0


FLAT = Held()


def sight_at(
    candles: Candles, place: int, *, higher: Mapping[str, Candles], held: Held = FLAT, state: str = ""
) -> Sight:
    """Return what is seen when the candle at `place` closes: at most `SIGHT` of each timeframe."""
    closed_at = int(candles.time[place]) + candles.step_ms
    return Sight(
        candles=candles.slice(max(0, place + 1 - SIGHT), place + 1),
        higher={name: _closed_by(one, closed_at) for name, one in higher.items()},
        position=held.side,
        entry=held.entry,
        stop=held.stop,
        target=held.target,
        bars_held=held.bars,
        state=state,
    )


def _closed_by(candles: Candles, moment_ms: int) -> Candles:
    stop = int(np.searchsorted(candles.time, moment_ms - candles.step_ms, side="right"))
    return candles.slice(max(0, stop - SIGHT), stop)
