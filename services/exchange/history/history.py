"""Reads the candles of one venue that are kept, from any process, while another may be writing them.

Belongs here: what readers ask for. Does not belong here: how files lie (`shelf`) and who writes (`writer`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from analytics.candles import Candles
from services.exchange.exchange import Nature
from services.exchange.history import parquet
from services.exchange.history.gaps import Gap, gaps_in
from services.exchange.history.journal import NAME as JOURNAL
from services.exchange.history.parquet import Database
from services.exchange.history.rows import FIGURES, NATURES
from services.exchange.history.series import Series, series_in
from services.exchange.history.shelf import Shelf
from services.exchange.prices import to_milliseconds, to_moment

T = TypeVar("T")

_AT_ONCE = 2
_END = 1 << 62
_DAY_MS = 86_400_000
_WIDER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What there is of one series."""

    series: Series
    start: datetime
    """When the oldest candle opens."""
    end: datetime
    """When the newest one closes."""
    candles: int
    gaps: int
    missing: int
    """Candles that the gaps lack together."""
    size: int
    """Bytes on disk."""
    natures: Mapping[Nature, int]
    """How many of the candles are of which nature, the least real first; none of them is 0."""


class History:
    """Get one from `open_history`.

    Every method raises `StoreUnavailable` where a file is damaged or cannot be read now, and `UserMistake`
    for a name that no market or timeframe can have. What nobody has written is simply not there.
    """

    def __init__(
        self,
        root: Path,
        venue: str,
        *,
        natures: Sequence[Nature],
        database: Database,
        threads: ThreadPoolExecutor,
    ) -> None:
        self._root = root
        self._venue = venue
        self._natures = natures
        self._database = database
        self._threads = threads

    async def last(
        self, market: str, timeframe: str, limit: int, *, until: datetime | None = None
    ) -> Candles:
        """Return the newest `limit` candles, or all where there are fewer.

        With `until`, of those that have closed by then.
        """
        series = self._series(market, timeframe)
        end_ms = _END if until is None else to_milliseconds(until) - series.step_ms + 1
        return await self._in_thread(lambda database: self._last(database, series, limit, end_ms))

    async def between(self, market: str, timeframe: str, start: datetime, end: datetime) -> Candles:
        """Return the candles that open at or after `start` and have closed by `end`."""
        series = self._series(market, timeframe)
        end_ms = to_milliseconds(end) - series.step_ms + 1
        return await self._in_thread(
            lambda database: self._candles(database, series, to_milliseconds(start), end_ms)
        )

    async def gaps(
        self, market: str, timeframe: str, start: datetime | None = None, end: datetime | None = None
    ) -> Sequence[Gap]:
        """Return what is missing between the candles there are, oldest first.

        With `start` or `end` also what is missing at that edge, so that a range of which nothing is kept is
        one gap.
        """
        series = self._series(market, timeframe)
        start_ms = None if start is None else to_milliseconds(start)
        end_ms = None if end is None else to_milliseconds(end)

        def find(database: Database) -> list[Gap]:
            until = _END if end_ms is None else end_ms - series.step_ms + 1
            found = self._candles(database, series, -_END if start_ms is None else start_ms, until)
            return gaps_in(found.time, series.step_ms, start_ms=start_ms, end_ms=end_ms)

        return await self._in_thread(find)

    async def listing(self) -> Sequence[Extent]:
        """Return what there is, by market and timeframe; a series without a candle is left out."""

        def look(database: Database) -> list[Extent]:
            extents = (self._extent(database, series) for series in series_in(self._root, self._venue))
            return [extent for extent in extents if extent]

        return await self._in_thread(look)

    async def _in_thread(self, work: Callable[[Database], T]) -> T:
        def run() -> T:
            with self._database.cursor() as cursor:
                return work(cursor)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _series(self, market: str, timeframe: str) -> Series:
        return Series(venue=self._venue, market=market, timeframe=timeframe)

    def _shelf(self, series: Series) -> Shelf:
        return Shelf(series.folder(self._root), step_ms=series.step_ms, source=self._venue)

    def _candles(self, database: Database, series: Series, start_ms: int, end_ms: int) -> Candles:
        columns = self._shelf(series).figures(database, start_ms, max(start_ms, end_ms), self._natures)
        figures = {name: np.asarray(columns[name], np.float64) for name in FIGURES}
        try:
            return Candles(step_ms=series.step_ms, time=np.asarray(columns["time"], np.int64), **figures)
        except ValueError as error:
            raise parquet.unreadable(series.folder(self._root), str(error)) from error

    def _last(self, database: Database, series: Series, limit: int, end_ms: int) -> Candles:
        shelf = self._shelf(series)
        files, fresh = shelf.files(), shelf.journalled().time
        ends = [period.end_ms for period, _ in files[-1:]] + [int(moment) + 1 for moment in fresh[-1:]]
        starts = [period.start_ms for period, _ in files[:1]] + fresh[:1].tolist()
        oldest, end = min(starts, default=0), min(max(ends, default=0), end_ms)
        span = limit * series.step_ms + _DAY_MS
        while True:
            found = self._candles(database, series, end - span, end_ms)
            if len(found) >= limit or end - span <= oldest:
                return found.last(limit)
            span *= _WIDER

    def _extent(self, database: Database, series: Series) -> Extent | None:
        time = self._candles(database, series, -_END, _END).time
        if not len(time):
            return None
        holes = gaps_in(time, series.step_ms)
        return Extent(
            series=series,
            start=to_moment(time[0]),
            end=to_moment(time[-1] + series.step_ms),
            candles=len(time),
            gaps=len(holes),
            missing=sum(hole.missing for hole in holes),
            size=self._size(series),
            natures=self._counted(database, series),
        )

    def _counted(self, database: Database, series: Series) -> dict[Nature, int]:
        counts = self._shelf(series).natures(database)
        return {nature: count for nature, count in counts.items() if nature in self._natures}

    def _size(self, series: Series) -> int:
        paths = [path for _, path in self._shelf(series).files()]
        paths.append(series.folder(self._root) / JOURNAL)
        return sum(path.stat().st_size for path in paths if path.exists())


@asynccontextmanager
async def open_history(
    root: Path, venue: str, *, natures: Sequence[Nature] = NATURES, threads: int = 2, memory_mb: int = 256
) -> AsyncIterator[History]:
    """Read the history of `venue` below `root`, the folder ``var/history``; it need not exist yet.

    Only candles of one of `natures` are seen: a reader for whom simulated ones are none leaves them out.
    """
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix=f"history-{venue}-reader")
    try:
        with parquet.connect(threads=threads, memory_mb=memory_mb) as database:
            try:
                yield History(root, venue, natures=natures, database=database, threads=pool)
            finally:
                await asyncio.to_thread(pool.shutdown)
    finally:
        pool.shutdown(wait=False)
