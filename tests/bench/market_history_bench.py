"""Candle history: a year of minutes of one market out of the files that the writer leaves."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from figures import Figure, percentile
from history_rows import rows_of

from analytics.candles import Candles, resample, timeframe_ms
from services.clock import SystemClock
from services.exchange.history.history import History, open_history
from services.exchange.history.parquet import connect
from services.exchange.history.series import Series
from services.exchange.history.shelf import Shelf
from services.exchange.prices import to_milliseconds

SERIES = Series(venue="bench", market="BTC/USDT:USDT", timeframe="1m")
START = datetime(2024, 1, 1, tzinfo=UTC)
END = START + timedelta(days=365)
MINUTES = 525_600
SEED = 1
ROUNDS = 15


def year_of_minutes() -> Candles:
    """Return a random walk: figures that repeat would be packed smaller, and read faster, than real ones."""
    rng = np.random.default_rng(SEED)
    marks = np.round(40_000 * np.exp(np.cumsum(rng.normal(0, 0.0005, MINUTES + 1))), 1)
    open_, close = marks[:-1], marks[1:]
    spread = rng.integers(0, 200, (2, MINUTES)) / 10
    return Candles(
        step_ms=timeframe_ms("1m"),
        time=to_milliseconds(START) + np.arange(MINUTES) * timeframe_ms("1m"),
        open=open_,
        high=np.maximum(open_, close) + spread[0],
        low=np.minimum(open_, close) - spread[1],
        close=close,
        volume=np.round(rng.exponential(20, MINUTES), 3),
    )


def fill(root: Path) -> None:
    """Put the year where the writer would have put it: months, and days of the last one."""
    rows = rows_of(year_of_minutes(), nature="live", source="bench", received_ms=to_milliseconds(END))
    with connect() as database:
        for _ in Shelf(SERIES.folder(root), step_ms=SERIES.step_ms, source="bench").put(database, rows):
            pass


async def milliseconds_of(work: Callable[[], Awaitable[Candles]], expected: int) -> float:
    """Return the median time that `work` takes; see that it finds as many candles as it should."""
    clock, taken = SystemClock(), []
    for _ in range(ROUNDS):
        began = clock.monotonic()
        found = await work()
        taken.append(1000 * (clock.monotonic() - began))
        assert len(found) == expected, f"{len(found)} candles instead of {expected}"
    return percentile(taken, 0.5)


async def queries(history: History) -> list[Figure]:
    """Measure the whole year, the year as hours, and the newest 500."""
    market, timeframe = SERIES.market, SERIES.timeframe

    async def whole() -> Candles:
        return await history.between(market, timeframe, START, END)

    async def as_hours() -> Candles:
        return resample(await whole(), timeframe_ms("1h"))

    async def last() -> Candles:
        return await history.last(market, timeframe, 500)

    return [
        Figure("market.year_of_1m_query_ms", await milliseconds_of(whole, MINUTES), "ms"),
        Figure("market.year_of_1m_as_1h_ms", await milliseconds_of(as_hours, MINUTES // 60), "ms"),
        Figure("market.last_500_ms", await milliseconds_of(last, 500), "ms"),
    ]


async def measure() -> list[Figure]:
    """Measure medians with two threads, as the market process reads."""
    root = Path(tempfile.mkdtemp(prefix="omega-bench-"))
    try:
        await asyncio.to_thread(fill, root)
        async with open_history(root, SERIES.venue) as history:
            return await queries(history)
    finally:
        shutil.rmtree(root)
