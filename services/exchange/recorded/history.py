"""Recorded history: feather files read once into Parquet under ``var/history``, and read back from there.

``var/history/<venue>/<market>/<timeframe>.parquet`` has one writer, the process that runs this, and any
number of readers. Blocking work runs in a thread; the conversion runs in a child process.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np

from analytics.candles import Candles, timeframe_ms
from services.errors import ExchangeUnavailable, Misconfigured, WireError, from_wire
from services.exchange.recorded.recording import STAMP_KEY, Recording, Stamp

_CONVERSION = "services.exchange.recorded.conversion"
_CONVERSION_SECONDS = 120.0
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "256MB",
    "autoinstall_known_extensions": False,
}


async def read_history(
    recordings: Sequence[Recording], folder: Path, *, root: Path, patience: float = _CONVERSION_SECONDS
) -> dict[str, Candles]:
    """Return the candles of each recording by market, converting first what has changed since the last time.

    `folder` is the venue's in ``var/history``; `root` is where this project's packages are; `patience` is
    how many seconds the conversion may take.

    Raises:
        Misconfigured: a file is torn, lacks a column or holds a candle that cannot be, or a copy cannot be
            written. Names the file and says what to do.
        ExchangeUnavailable: the conversion was killed, took too long or could not be started; it may work
            the next time.
    """
    stale = await asyncio.to_thread(_stale, recordings, folder)
    if stale:
        try:
            async with asyncio.timeout(patience):
                await _convert(stale, folder, root)
        except TimeoutError as error:
            raise _not_converted(folder, f"it took longer than {patience:g} s") from error
        except OSError as error:
            raise _not_converted(folder, error.strerror or str(error)) from error
    return await asyncio.to_thread(_read_all, recordings, folder)


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config=_SETTINGS)


def _stale(recordings: Sequence[Recording], folder: Path) -> list[Recording]:
    with _connect() as database:
        return [one for one in recordings if not _is_fresh(database, one, folder / one.parquet)]


def _is_fresh(database: duckdb.DuckDBPyConnection, recording: Recording, copy: Path) -> bool:
    if not copy.exists():
        return False
    query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?"
    try:
        row = database.execute(query, [str(copy), STAMP_KEY]).fetchone()
    except duckdb.Error:  # a damaged copy is made again from its source
        return False
    stamp = Stamp.from_text(row[0]) if row else None
    return stamp is not None and stamp.still_fits(recording.source)


async def _convert(recordings: Sequence[Recording], folder: Path, root: Path) -> None:
    orders = [{"source": str(one.source), "target": str(folder / one.parquet)} for one in recordings]
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _CONVERSION,
        cwd=root,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        told, complaint = await child.communicate(msgspec.json.encode(orders))
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if told:
        raise from_wire(msgspec.json.decode(told, type=WireError))
    if child.returncode != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise _not_converted(folder, f"it ended with {child.returncode}: {last or 'no reason was given'}")


def _not_converted(folder: Path, why: str) -> ExchangeUnavailable:
    return ExchangeUnavailable(
        f"The recordings of {folder.name} could not be converted: {why}.",
        hint="See that memory and disk have room; or set sandbox_exchange.source to simulated.",
        facts={"venue": folder.name},
    )


def _read_all(recordings: Sequence[Recording], folder: Path) -> dict[str, Candles]:
    with _connect() as database:
        return {one.market: _read(database, one, folder / one.parquet) for one in recordings}


def _read(database: duckdb.DuckDBPyConnection, recording: Recording, copy: Path) -> Candles:
    query = "SELECT time, open, high, low, close, volume FROM read_parquet(?) ORDER BY time"
    try:
        columns: dict[str, Any] = database.execute(query, [str(copy)]).fetchnumpy()
    except duckdb.Error as error:
        raise Misconfigured(
            f"Cannot read {copy}: {str(error).partition(chr(10))[0]}.",
            hint=f"Remove {copy}; it is made again from {recording.source} at the next start.",
        ) from error
    try:
        return _candles(columns, timeframe_ms(recording.timeframe))
    except ValueError as error:
        raise Misconfigured(
            f"The recording {recording.source} is of no use: {error}.",
            hint="Fetch the file again or remove it, or set sandbox_exchange.source to simulated.",
        ) from error


def _candles(columns: dict[str, Any], step_ms: int) -> Candles:
    if any(np.ma.is_masked(column) for column in columns.values()):
        raise ValueError("candles: a value is missing")
    arrays = {
        name: np.ascontiguousarray(column, np.float64) for name, column in columns.items() if name != "time"
    }
    return Candles(step_ms=step_ms, time=np.ascontiguousarray(columns["time"], np.int64), **arrays)
