"""Fibonacci: swings, the dominant leg, its levels and where those of five timeframes meet."""

from __future__ import annotations

import numpy as np
from figures import Figure, percentile

from analytics.candles import Candles, resample, timeframe_ms
from analytics.fibonacci.confluence import Cluster, confluence, frame_levels
from analytics.structure.ranges import last_range
from services.clock import SystemClock

TIMEFRAMES = ("5m", "15m", "1h", "4h", "1d")
COUNT = 1_000
SEED = 1
ROUNDS = 200


def frames() -> dict[str, Candles]:
    """Return the newest 1,000 candles of each timeframe of one random walk that is long enough for days."""
    step_ms = timeframe_ms(TIMEFRAMES[0])
    count = COUNT * timeframe_ms(TIMEFRAMES[-1]) // step_ms
    rng = np.random.default_rng(SEED)
    marks = 40_000 * np.exp(np.cumsum(rng.normal(0, 0.0012, count + 1)))
    open_, close = marks[:-1], marks[1:]
    wicks = 1 + np.abs(rng.normal(0, 0.0006, (2, count)))
    walk = Candles(
        step_ms=step_ms,
        time=np.arange(count, dtype=np.int64) * step_ms,
        open=open_,
        high=np.maximum(open_, close) * wicks[0],
        low=np.minimum(open_, close) / wicks[1],
        close=close,
        volume=rng.exponential(20, count),
    )
    return {name: resample(walk, timeframe_ms(name)).last(COUNT) for name in TIMEFRAMES}


def whole(candles: dict[str, Candles]) -> list[Cluster]:
    """Do all of it, from candles to clusters."""
    tolerance = last_range(candles["4h"])
    assert tolerance is not None, "a walk without any range"
    return confluence({name: frame_levels(frame) for name, frame in candles.items()}, tolerance)


async def measure() -> list[Figure]:
    """Measure the median over many runs."""
    clock, candles, taken = SystemClock(), frames(), []
    assert all(len(frame) == COUNT for frame in candles.values()), "too short a walk"
    assert whole(candles), "nothing met, so that not all was measured"
    for _ in range(ROUNDS):
        began = clock.monotonic()
        whole(candles)
        taken.append(1000 * (clock.monotonic() - began))
    return [Figure("analytics.fib_confluence_ms", percentile(taken, 0.5), "ms")]
