"""Brings the Parquet copies of recordings up to date, in a child process that has pyarrow to itself."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec

from services.errors import ExchangeUnavailable, WireError, from_wire
from services.exchange.history.parquet import Database, connect, stamp_in
from services.exchange.recorded.recording import STAMP_KEY, Recording, Stamp

CONVERSION_SECONDS = 120.0
_CONVERSION = "services.exchange.recorded.conversion"


async def bring_up_to_date(
    recordings: Sequence[Recording], folder: Path, *, root: Path, patience: float = CONVERSION_SECONDS
) -> None:
    """Convert what has changed since the last time.

    `folder` is where the venue's copies are; `root` is where this project's packages are; `patience` is how
    many seconds the conversion may take.

    Raises:
        Misconfigured: a file is torn or lacks a column, or a copy cannot be written. Names the file and says
            what to do.
        ExchangeUnavailable: the conversion was killed, took too long or could not be started; it may work
            the next time.
    """
    stale = await asyncio.to_thread(_stale, recordings, folder)
    if not stale:
        return
    try:
        async with asyncio.timeout(patience):
            await _convert(stale, folder, root)
    except TimeoutError as error:
        raise _not_converted(folder, f"it took longer than {patience:g} s") from error
    except OSError as error:
        raise _not_converted(folder, error.strerror or str(error)) from error


def _stale(recordings: Sequence[Recording], folder: Path) -> list[Recording]:
    with connect() as database:
        return [one for one in recordings if not _is_fresh(database, one, folder / one.parquet)]


def _is_fresh(database: Database, recording: Recording, copy: Path) -> bool:
    if not copy.exists():
        return False
    try:
        told = stamp_in(database, copy, STAMP_KEY)
    except duckdb.Error:  # a damaged copy is made again from its source
        return False
    stamp = Stamp.from_text(told) if told else None
    return stamp is not None and stamp.still_fits(recording.source)


async def _convert(recordings: Sequence[Recording], folder: Path, root: Path) -> None:
    orders = [
        {"source": str(one.source), "target": str(folder / one.parquet), "kind": one.kind}
        for one in recordings
    ]
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
