"""What tests of prices stand on: time that moves when somebody sleeps, and made-up recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import feather

from analytics.candles import Candles

T = TypeVar("T")

MINUTE_MS = 60_000
MIDNIGHT_MS = 1_750_032_000_000
"""2025-06-16 00:00 UTC, a Monday."""


class SleeperClock:
    """Time that passes only while somebody sleeps on it, or when a test moves it."""

    def __init__(self, starts_at: datetime = datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC)) -> None:
        self._starts_at = starts_at
        self.passed = 0.0

    def now(self) -> datetime:
        return self._starts_at + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def step(self, seconds: float) -> None:
        self.passed += seconds

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        await asyncio.sleep(0)


def wandering_minutes(
    count: int, *, start_ms: int = MIDNIGHT_MS, price: float = 100.0, seed: int = 1
) -> Candles:
    """Minutes of a random walk on a tick of 0.1, each of which opens where the one before closed."""
    rng = np.random.default_rng(seed)
    marks = np.round(price * np.exp(np.cumsum(rng.normal(0, 0.001, count + 1))), 1)
    open_, close = marks[:-1], marks[1:]
    spread = np.round(rng.integers(0, 5, (2, count)) / 10, 1)
    return Candles(
        step_ms=MINUTE_MS,
        time=start_ms + np.arange(count, dtype=np.int64) * MINUTE_MS,
        open=open_,
        high=np.round(np.maximum(open_, close) + spread[0], 1),
        low=np.round(np.minimum(open_, close) - spread[1], 1),
        close=close,
        volume=np.round(rng.uniform(1, 50, count), 3),
    )


def without(candles: Candles, *positions: int) -> Candles:
    """The same candles but for those at `positions`."""
    names = ("time", "open", "high", "low", "close", "volume")
    kept = {name: np.delete(getattr(candles, name), positions) for name in names}
    return Candles(step_ms=candles.step_ms, **kept)


def write_feather(path: Path, candles: Candles, *, lacking: str = "") -> Path:
    """Write a recording as the programs that record them do."""
    columns = {"date": pa.array(candles.time.astype("datetime64[ms]"), pa.timestamp("ns", tz="UTC"))}
    columns |= {name: pa.array(getattr(candles, name)) for name in ("open", "high", "low", "close", "volume")}
    columns.pop(lacking, None)
    path.parent.mkdir(parents=True, exist_ok=True)
    feather.write_feather(pa.table(columns), str(path))
    return path


async def take(stream: AsyncIterator[T], count: int) -> list[T]:
    """The first `count` things of a stream."""
    taken: list[T] = []
    async for thing in stream:
        taken.append(thing)
        if len(taken) == count:
            return taken
    raise AssertionError(f"the stream ended after {len(taken)} of {count}")
