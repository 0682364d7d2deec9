"""Recorded candles and funding: feather files, read once into Parquet under ``var/recorded`` and from there.

``var/recorded/<venue>/<market>/<timeframe>.parquet`` has one writer, the process that plays the recording,
and any number of readers. These are whole files that follow their source: a change of the one is a new copy
of it. What a venue said as time went by is kept by `services.exchange.history`, which has another writer.
Blocking work runs in a thread; the conversion runs in a child process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np

from analytics.candles import Candles, timeframe_ms
from services.errors import Misconfigured
from services.exchange.history.parquet import connect
from services.exchange.played.funding import FundingHistory
from services.exchange.recorded.copies import CONVERSION_SECONDS, bring_up_to_date
from services.exchange.recorded.recording import Recording, recordings_in

T = TypeVar("T")
Columns = dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]


async def read_history(
    recordings: Sequence[Recording], folder: Path, *, root: Path, patience: float = CONVERSION_SECONDS
) -> dict[str, Candles]:
    """Return the candles of each recording by market, converting first what has changed since the last time.

    `folder` is the venue's in ``var/recorded``; `root` is where this project's packages are; `patience` is
    how many seconds the conversion may take.

    Raises:
        Misconfigured: a file is torn, lacks a column or holds a candle that cannot be, or a copy cannot be
            written. Names the file and says what to do.
        ExchangeUnavailable: the conversion was killed, took too long or could not be started; it may work
            the next time.
    """
    await bring_up_to_date(recordings, folder, root=root, patience=patience)
    return await asyncio.to_thread(_read_all, recordings, folder, _candles)


async def read_funding(source: Path, folder: Path, *, root: Path) -> dict[str, FundingHistory]:
    """Return the recorded funding rates in `source` by market; a market without any is left out.

    Each rate is at the moment that was recorded, a few milliseconds after it was due. Arguments and errors
    are those of `read_history`.
    """
    recordings = await asyncio.to_thread(recordings_in, source, "funding")
    await bring_up_to_date(recordings, folder, root=root)
    return await asyncio.to_thread(_read_all, recordings, folder, _funding)


def _read_all(
    recordings: Sequence[Recording], folder: Path, build: Callable[[Columns, Recording], T]
) -> dict[str, T]:
    with connect() as database:
        return {one.market: _read(database, one, folder / one.parquet, build) for one in recordings}


def _read(
    database: duckdb.DuckDBPyConnection,
    recording: Recording,
    copy: Path,
    build: Callable[[Columns, Recording], T],
) -> T:
    try:
        columns: dict[str, Any] = database.execute(
            "SELECT * FROM read_parquet(?) ORDER BY time", [str(copy)]
        ).fetchnumpy()
    except duckdb.Error as error:
        raise Misconfigured(
            f"Cannot read {copy}: {str(error).partition(chr(10))[0]}.",
            hint=f"Remove {copy}; it is made again from {recording.source} at the next start.",
        ) from error
    try:
        return build(_whole(columns), recording)
    except ValueError as error:
        raise Misconfigured(
            f"The recording {recording.source} is of no use: {error}.",
            hint="Fetch the file again or remove it, or set sandbox_exchange.source to simulated.",
        ) from error


def _whole(columns: dict[str, Any]) -> Columns:
    if any(np.ma.is_masked(column) for column in columns.values()):
        raise ValueError("a value is missing")
    return {
        name: np.ascontiguousarray(column, np.int64 if name == "time" else np.float64)
        for name, column in columns.items()
    }


def _candles(columns: Columns, recording: Recording) -> Candles:
    return Candles(step_ms=timeframe_ms(recording.timeframe), **columns)  # type: ignore[arg-type]  # by name


def _funding(columns: Columns, recording: Recording) -> FundingHistory:
    time, rate = columns["time"].astype(np.int64), columns["rate"].astype(np.float64)
    if not np.isfinite(rate).all() or (np.diff(time) <= 0).any():
        raise ValueError(f"the funding of {recording.market} has a rate that is no number, or one twice")
    return FundingHistory(time=time, rate=rate)
