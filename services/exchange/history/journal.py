"""The running day of one series, on disk before it is acknowledged: an append-only file of fixed records.

A record has 64 bytes and a check sum, so one that was cut off or damaged is told from the others and costs
none of them. What was appended survives the death of the process, not that of the machine.
"""

from __future__ import annotations

import os
import zlib
from io import FileIO
from pathlib import Path

import numpy as np
import structlog

from services.exchange.history.rows import FIGURES, Rows, no_rows

NAME = "journal"
_RECORD = np.dtype(
    [
        ("time", "<i8"),
        *((name, "<f8") for name in FIGURES),
        ("received_at", "<i8"),
        ("nature", "u1"),
        ("is_filled", "u1"),
        ("unused", "V2"),
        ("check", "<u4"),
    ]
)
_CHECKED = _RECORD.itemsize - 4

log = structlog.get_logger(__name__)


def append(folder: Path, rows: Rows) -> None:
    """Write `rows` behind what the journal of `folder` holds: all of them, or none.

    Raises:
        OSError: they cannot be written.
    """
    content = _encoded(rows)
    with (folder / NAME).open("ab", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        whole = size - size % _RECORD.itemsize
        if whole != size:  # a writer was killed in the middle of a record, which it had not acknowledged
            file.truncate(whole)
        _write_all(file, content, whole)


def _write_all(file: FileIO, content: bytes, whole: int) -> None:
    try:
        written = file.write(content)
        while written < len(content):
            written += file.write(content[written:])
    except OSError:  # the disk is full: half of it is of no use to anybody
        file.truncate(whole)
        raise


def read(folder: Path, source: str) -> Rows:
    """Return what the journal of `folder` holds, as it was appended; damaged records are logged."""
    records, damaged = _intact(folder)
    if damaged:
        log.warning("history_journal_damaged", folder=str(folder), records=damaged)
    if not len(records):
        return no_rows()
    return Rows(
        time=records["time"].astype(np.int64),
        **{name: records[name].astype(np.float64) for name in FIGURES},
        nature=records["nature"].copy(),
        is_filled=records["is_filled"].astype(np.bool_),
        source=np.full(len(records), source, object),
        received_at=records["received_at"].astype(np.int64),
    )


def damaged_records(folder: Path) -> int:
    """Return how many whole records of the journal do not fit their check sum."""
    return _intact(folder)[1]


def clear(folder: Path) -> None:
    """Forget the journal, whose rows now stand in files; who reads it still does so to its end."""
    (folder / NAME).unlink(missing_ok=True)


def _encoded(rows: Rows) -> bytes:
    records = np.zeros(len(rows), _RECORD)
    for name in ("time", *FIGURES, "received_at", "nature", "is_filled"):
        records[name] = getattr(rows, name)
    content = records.tobytes()
    records["check"] = [
        zlib.crc32(content[at : at + _CHECKED]) for at in range(0, len(content), _RECORD.itemsize)
    ]
    return records.tobytes()


def _intact(folder: Path) -> tuple[np.ndarray[tuple[int], np.dtype[np.void]], int]:
    try:
        content = (folder / NAME).read_bytes()
    except FileNotFoundError:
        content = b""
    whole = content[: len(content) - len(content) % _RECORD.itemsize]
    records = np.frombuffer(whole, _RECORD)
    sums = [zlib.crc32(whole[at : at + _CHECKED]) for at in range(0, len(whole), _RECORD.itemsize)]
    fits = records["check"] == np.array(sums, np.uint32)
    return records[fits], int((~fits).sum())
