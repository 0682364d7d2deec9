"""Candles that indicators and patterns are tried on."""

from __future__ import annotations

import numpy as np
from market_stage import MIDNIGHT_MS

from analytics.candles import Candles, Floats, timeframe_ms

HOUR_MS = timeframe_ms("1h")


def whole_ticks(count: int, *, seed: int, start_ms: int = MIDNIGHT_MS, step_ms: int = HOUR_MS) -> Candles:
    """A random walk in whole numbers: prices that are equal stay so, whatever they are multiplied by."""
    rng = np.random.default_rng(seed)
    marks = (20_000 + np.cumsum(rng.integers(-40, 41, count + 1))).astype(np.float64)
    spread = rng.integers(0, 30, (2, count)).astype(np.float64)
    return made_of(
        marks[:-1], marks[1:], spread, rng.integers(1, 900, count) / 8.0, start_ms=start_ms, step_ms=step_ms
    )


def smooth_walk(count: int, *, seed: int = 1) -> Candles:
    """A random walk in which no close repeats: libraries differ in what an unchanged close counts for."""
    rng = np.random.default_rng(seed)
    marks = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.005, count + 1)))
    spread = rng.uniform(0.01, 0.6, (2, count))
    return made_of(marks[:-1], marks[1:], spread, rng.uniform(1, 50, count))


def made_of(
    open_: Floats,
    close: Floats,
    spread: Floats,
    volume: Floats,
    *,
    start_ms: int = MIDNIGHT_MS,
    step_ms: int = HOUR_MS,
) -> Candles:
    """Candles whose highs and lows are beyond their bodies by `spread`, of the shape (2, n)."""
    return Candles(
        step_ms=step_ms,
        time=start_ms + np.arange(len(open_), dtype=np.int64) * step_ms,
        open=open_,
        high=np.maximum(open_, close) + spread[0],
        low=np.minimum(open_, close) - spread[1],
        close=close,
        volume=volume,
    )


def standing(count: int, *, price: float = 0.3, volume: float = 0.0) -> Candles:
    """A market in which nothing happens."""
    return made_of(np.full(count, price), np.full(count, price), np.zeros((2, count)), np.full(count, volume))


def changed(candles: Candles, *, times: float = 1.0, plus: float = 0.0, volume_times: float = 1.0) -> Candles:
    """The same candles with every price multiplied and raised, and every volume multiplied."""
    prices = {name: getattr(candles, name) * times + plus for name in ("open", "high", "low", "close")}
    return Candles(step_ms=candles.step_ms, time=candles.time, volume=candles.volume * volume_times, **prices)
