"""Rows to Parquet files and back, with DuckDB. A file appears whole or not at all, and says what it holds.

Belongs here: everything that is said to DuckDB about files of ours. Does not belong here: which file holds
what (`shelf`), and files of others (`services.exchange.recorded`).
"""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from services.errors import StoreUnavailable
from services.exchange.exchange import Nature
from services.exchange.history.rows import FIGURES, NATURES, Column, Rows, no_rows
from services.exchange.replacing import TEMPORARY, replacing

Database = duckdb.DuckDBPyConnection

_READING = f"time, {', '.join(FIGURES)}"
_NATURE_NAMES = ", ".join(f"'{nature}'" for nature in NATURES)
_FILES = "read_parquet(?, hive_partitioning = false)"
_TEXT_TIMES = ", ".join(
    f"strftime(make_timestamp({name} * 1000), '{how}') AS {name}"
    for name, how in (("time", "%Y-%m-%dT%H:%M:%SZ"), ("received_at", "%Y-%m-%dT%H:%M:%S.%gZ"))
)
_TRUE_TIMES = ", ".join(f"to_timestamp({name} / 1000) AS {name}" for name in ("time", "received_at"))
DIGEST = "rows_sha256"
"""The stamp that says what `Rows.digest` was."""
_MAKE_ROOM = "Free space there, make it writable, or set OMEGA_VAR to another folder."
_ELSEWHERE = "Name a file in a folder that is there, that you may write to, and that has room."
PASSING = (duckdb.IOException, duckdb.OutOfMemoryException)
"""What DuckDB raises about a file that may be all right: too many are open, there is no memory."""


def connect(*, threads: int = 1, memory_mb: int = 256) -> Database:
    """Open DuckDB in memory, with bounds; nothing is fetched from the network."""
    return duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "autoinstall_known_extensions": False,
            "temp_directory": "",
        }
    )


def read_figures(
    database: Database, files: Sequence[Path], start_ms: int, end_ms: int, natures: Sequence[Nature] = NATURES
) -> dict[str, Column]:
    """Return time and figures of what opens from `start_ms` to before `end_ms`, in the order of `files`.

    Raises:
        duckdb.Error: a file is gone or damaged.
        ValueError: a value is missing.
    """
    where = "WHERE time >= ? AND time < ?"
    if set(natures) != set(NATURES):
        where += f" AND nature IN ({', '.join(repr(str(nature)) for nature in natures)})"
    return _read(database, f"SELECT {_READING} FROM {_FILES} {where}", files, start_ms, end_ms)  # noqa: S608


def read_rows(database: Database, files: Sequence[Path], start_ms: int, end_ms: int) -> Rows:
    """Return whole rows. Raises as `read_figures`."""
    if not files:
        return no_rows()
    query = (
        f"SELECT {_READING}, (list_position([{_NATURE_NAMES}], nature) - 1)::UTINYINT AS nature, "  # noqa: S608
        f"is_filled, source, received_at FROM {_FILES} WHERE time >= ? AND time < ?"
    )
    return Rows(**_read(database, query, files, start_ms, end_ms))  # type: ignore[arg-type]


def _read(
    database: Database, query: str, files: Sequence[Path], start_ms: int, end_ms: int
) -> dict[str, Column]:
    names = [glob.escape(str(file)) for file in files]
    columns: dict[str, Any] = database.execute(query, [names, start_ms, end_ms]).fetchnumpy()
    if any(np.ma.is_masked(column) for column in columns.values()):
        raise ValueError("a value is missing")
    return {name: np.ascontiguousarray(column) for name, column in columns.items()}


def count_natures(database: Database, files: Sequence[Path], start_ms: int, end_ms: int) -> dict[Nature, int]:
    """Return how many candles of each nature `files` hold, those that are there. Raises duckdb.Error."""
    query = f"SELECT nature, count(*) FROM {_FILES} WHERE time >= ? AND time < ? GROUP BY nature"  # noqa: S608
    names = [glob.escape(str(file)) for file in files]
    counts = dict(database.execute(query, [names, start_ms, end_ms]).fetchall()) if files else {}
    return {nature: int(counts[nature]) for nature in NATURES if nature in counts}


def write_rows(database: Database, rows: Rows, target: Path) -> None:
    """Put `rows` into `target` in place of what it held.

    Raises:
        StoreUnavailable: it cannot be written; what it held is still there.
    """
    stored = rows.columns()  # noqa: F841 - DuckDB finds it by its name
    query = (
        f"COPY (SELECT * REPLACE (([{_NATURE_NAMES}])[nature + 1] AS nature) FROM stored) TO ? "  # noqa: S608
        f"(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false, KV_METADATA {{{DIGEST}: '{rows.digest()}'}})"
    )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as beside:
            database.execute(query, [str(beside)])
    except (OSError, duckdb.IOException) as error:
        raise cannot_write(target, _of(target, error)) from error


def copy_rows(
    database: Database, files: Sequence[Path], start_ms: int, end_ms: int, *, newer: Rows, target: Path
) -> None:
    """Write what `files` hold from `start_ms` to before `end_ms`, and `newer` behind it, for other programs.

    `target` is CSV by its ending, else Parquet. It appears whole or not at all.

    Raises:
        duckdb.Error: a file is gone or damaged.
        StoreUnavailable: `target` cannot be written.
    """
    is_csv = target.suffix == ".csv"
    more = newer.columns()  # noqa: F841 - DuckDB finds it by its name
    older = f"SELECT * FROM {_FILES} WHERE time >= ? AND time < ? UNION ALL BY NAME " if files else ""  # noqa: S608
    query = (
        f"COPY (SELECT * REPLACE ({_TEXT_TIMES if is_csv else _TRUE_TIMES}) FROM ({older}"  # noqa: S608
        f"SELECT * REPLACE (([{_NATURE_NAMES}])[nature + 1] AS nature) FROM more)) TO ? "
        f"({'FORMAT csv, HEADER' if is_csv else 'FORMAT parquet, COMPRESSION zstd'}, USE_TMP_FILE false)"
    )
    among = [[glob.escape(str(file)) for file in files], start_ms, end_ms] if files else []
    try:
        with replacing(target) as beside:
            beside.touch()  # what keeps it from being written is said plainer than by DuckDB
            database.execute(query, [*among, str(beside)])
    except OSError as error:
        raise cannot_write(target, first_line(error), hint=_ELSEWHERE) from error
    except duckdb.IOException as error:
        if all(file.exists() for file in files):
            raise cannot_write(target, _of(target, error), hint=_ELSEWHERE) from error
        raise


def stamp_in(database: Database, file: Path, key: str = DIGEST) -> str | None:
    """Return what `file` was told under `key` when it was written; None for nothing. Raises duckdb.Error."""
    query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = ?"
    row = database.execute(query, [glob.escape(str(file)), key]).fetchone()
    return str(row[0]) if row else None


def cannot_write(target: Path, why: str, *, hint: str = _MAKE_ROOM) -> StoreUnavailable:
    """Build the error for a file that cannot be written."""
    return StoreUnavailable(f"Cannot write {target}: {why}.", hint=hint)


def unreadable(what: Path, why: str) -> StoreUnavailable:
    """Build the error for history that cannot be read."""
    return StoreUnavailable(
        f"The history in {what} cannot be read: {why}.",
        hint="See what is wrong with `omega data verify`; remove the file it names and import it again.",
    )


def first_line(error: BaseException) -> str:
    """Return what an error says without the query that DuckDB puts below it."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.partition("\n")[0].rstrip(".")


def _of(target: Path, error: BaseException) -> str:
    """Return what an error says of the file beside `target` as if it were of `target`."""
    return re.sub(
        rf"\.{re.escape(target.name)}\.\d+{re.escape(TEMPORARY)}", lambda _: target.name, first_line(error)
    )
