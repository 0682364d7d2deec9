"""Writes closed candles of one venue down as they come, from the one process that may.

A candle is in its series' journal when `write` returns; the death of the process costs none. When a day is
over its journal becomes a file.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from services.exchange.exchange import Candle
from services.exchange.history import journal, parquet
from services.exchange.history.lock import sole_writer
from services.exchange.history.parquet import Database
from services.exchange.history.periods import running_period
from services.exchange.history.rows import FIGURES, NATURES, Rows, faults_in
from services.exchange.history.series import Series, series_in
from services.exchange.history.shelf import Shelf
from services.exchange.prices import to_milliseconds

_MOST_JOURNALLED = 4_000
"""Rows; more than two days of minutes are not put off."""


@dataclass(slots=True)
class _Running:
    """What is in the journal of one series."""

    shelf: Shelf
    count: int
    newest_ms: int


class HistoryWriter:
    """Get one from `open_history_writer`."""

    def __init__(self, root: Path, venue: str, *, database: Database, thread: ThreadPoolExecutor) -> None:
        self._root = root
        self._venue = venue
        self._database = database
        self._thread = thread
        self._running: dict[Series, _Running] = {}

    async def write(self, candle: Candle, *, is_filled: bool, received_at: datetime) -> None:
        """Keep `candle`; once this returns, the end of the process does not lose it.

        The same candle may be written again. Of two for one open time the more real stays (live before
        replay before simulated, as traded before filled), and of equals the later one.

        Raises:
            StoreUnavailable: the disk is full or read-only, or a file cannot be read now; the candle is not
                kept.
            ValueError: it is no candle, such as one with its high below its low.
        """
        series = Series(venue=self._venue, market=candle.market, timeframe=candle.timeframe)
        rows = _row(candle, series, is_filled=is_filled, received_at=received_at)
        await self._in_thread(lambda: self._append(series, rows))

    async def flush(self) -> None:
        """Move all that is journalled into files, also of days that are not over. Raises as `write`."""
        await self._in_thread(self._flush_all)

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _append(self, series: Series, rows: Rows) -> None:
        running = self._running.get(series)
        if running is None:
            running = self._running[series] = self._take_up(series)
        time_ms = int(rows.time[0])
        if _is_over(running, time_ms, series.step_ms):
            self._empty(running)
        try:
            running.shelf.folder.mkdir(parents=True, exist_ok=True)
            journal.append(running.shelf.folder, rows)
        except OSError as error:
            raise parquet.cannot_write(running.shelf.folder, parquet.first_line(error)) from error
        running.count += 1
        running.newest_ms = max(running.newest_ms, time_ms)

    def _take_up(self, series: Series) -> _Running:
        """Go on with the journal that the process before this one left."""
        shelf = Shelf(series.folder(self._root), step_ms=series.step_ms, source=self._venue)
        left = shelf.journalled()
        return _Running(shelf, len(left), int(left.time[-1]) if len(left) else -1)

    def _empty(self, running: _Running) -> None:
        running.shelf.empty_journal(self._database)
        running.count, running.newest_ms = 0, -1

    def _flush_all(self) -> None:
        for series in series_in(self._root, self._venue):
            running = self._running.get(series) or self._take_up(series)
            if running.count:
                self._empty(running)


@asynccontextmanager
async def open_history_writer(root: Path, venue: str) -> AsyncIterator[HistoryWriter]:
    """Hold the history of `venue` below `root`, the folder ``var/history``, for writing.

    Raises:
        StoreUnavailable: another process writes it.
        Misconfigured: the folder cannot be written.
    """
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"history-{venue}")
    try:
        with sole_writer(root, venue), parquet.connect() as database:
            try:
                yield HistoryWriter(root, venue, database=database, thread=thread)
            finally:  # what is being written must be done before another process may write
                await asyncio.to_thread(thread.shutdown)
    finally:
        thread.shutdown(wait=False)


def _is_over(running: _Running, time_ms: int, step_ms: int) -> bool:
    if not running.count:
        return False
    is_later = time_ms > running.newest_ms
    is_next = running_period(time_ms, step_ms) != running_period(running.newest_ms, step_ms)
    return (is_later and is_next) or running.count >= _MOST_JOURNALLED


def _row(candle: Candle, series: Series, *, is_filled: bool, received_at: datetime) -> Rows:
    rows = Rows(
        time=np.array([to_milliseconds(candle.opens_at)]),
        **{name: np.array([float(getattr(candle, name))]) for name in FIGURES},
        nature=np.array([NATURES.index(candle.nature)], np.uint8),
        is_filled=np.array([is_filled]),
        source=np.array([series.venue], object),
        received_at=np.array([to_milliseconds(received_at)]),
    )
    for fault in faults_in(rows, series.step_ms):
        raise ValueError(f"{series} {candle.opens_at.isoformat()}: {fault.what}")
    return rows
