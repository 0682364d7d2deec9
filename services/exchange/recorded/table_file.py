"""Reads candles out of Parquet and feather files that others wrote."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from analytics.candles import Floats, Integers
from services.exchange.history.parquet import Database, first_line
from services.exchange.history.rows import FIGURES, NATURES, Column, Rows
from services.exchange.recorded.columns import moment_of, moments_of, roles_of
from services.exchange.recorded.foreign import Foreign, refused

_FILE = "read_parquet(?, hive_partitioning = false)"
_TEMPORAL = ("TIMESTAMP", "DATE")


def read_parquet(path: Path, market: str, database: Database, *, now_ms: int) -> Foreign:
    """Return what `path` holds of `market`; rows that do not say are of a replay and were received now.

    Raises:
        Misconfigured: it cannot be read, lacks a column, or a time in it is none. Names the file.
    """
    name = [glob.escape(str(path))]
    try:
        described = database.execute(f"DESCRIBE FROM {_FILE}", name).fetchall()
        types = {str(row[0]): str(row[1]) for row in described}
        roles = roles_of(list(types), market)
        picked = ", ".join(_picked(role, there, types[there]) for role, there in roles.items())
        columns: dict[str, Any] = database.execute(f"SELECT {picked} FROM {_FILE}", name).fetchnumpy()  # noqa: S608
        return _foreign(path, columns, now_ms)
    except duckdb.Error as error:
        raise refused(path, [f"{path}: it cannot be read: {first_line(error)}"]) from error
    except ValueError as error:
        raise refused(path, [f"{path}: {error}"]) from error


def read_feather(path: Path, *, now_ms: int) -> Foreign:
    """Return what `path` holds, by the columns that freqtrade writes. Raises as `read_parquet`."""
    from services.exchange.recorded.conversion import read_feather as read  # noqa: PLC0415 - pyarrow, for feather only

    try:
        table = read(path)
    except ValueError as error:
        raise refused(path, [f"{path}: {error}"]) from error
    return _foreign(path, {name: table[name].to_numpy() for name in table.column_names}, now_ms)


def _picked(role: str, name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if role in FIGURES:
        return f"TRY_CAST({quoted} AS DOUBLE) AS {role}"
    if role in {"time", "received_at"} and kind.startswith(_TEMPORAL):
        exact = "TIMESTAMPTZ" if "TZ" in kind or "ZONE" in kind else "TIMESTAMP"
        return f"epoch_ms({quoted}::{exact}) AS {role}"
    return f"{quoted} AS {role}"


def _foreign(path: Path, columns: dict[str, Any], now_ms: int) -> Foreign:
    count = len(columns["time"])
    time = _moments("time", columns["time"])
    origin: dict[str, Column] = {
        "nature": _natures(columns["nature"]) if "nature" in columns else np.full(count, 1, np.uint8),
        "is_filled": np.asarray(columns["is_filled"], np.bool_)
        if "is_filled" in columns
        else np.zeros(count, np.bool_),
        "source": np.asarray(columns["source"], object)
        if "source" in columns
        else np.full(count, path.name, object),
        "received_at": _moments("received_at", columns["received_at"])
        if "received_at" in columns
        else np.full(count, now_ms, np.int64),
    }
    rows = Rows(time=time, **{name: _figures(columns[name]) for name in FIGURES}, **origin)  # type: ignore[arg-type]
    return Foreign(path=path, rows=rows, lines=np.arange(1, count + 1), unit="row")


def _figures(column: Any) -> Floats:
    """A value that is missing becomes NaN, which no candle may hold: its row is told."""
    return np.ascontiguousarray(np.ma.filled(np.ma.asarray(column, np.float64), np.nan))


def _moments(name: str, column: Any) -> Integers:
    if np.ma.is_masked(column):
        raise ValueError(f"row {int(np.argmax(np.ma.getmaskarray(column))) + 1}: its {name} is missing")
    values = np.asarray(column)
    if values.dtype == object:
        return np.array([_moment(row, name, text) for row, text in enumerate(values, 1)], np.int64)
    return moments_of(values.astype(np.float64))


def _moment(row: int, name: str, text: object) -> int:
    try:
        return moment_of(str(text))
    except ValueError as error:
        raise ValueError(f"row {row}: its {name} {text!r} is no time") from error


def _natures(column: Sequence[str]) -> Column:
    strange = [name for name in column if name not in NATURES]
    if strange:
        raise ValueError(f"the nature {strange[0]!r} is none of {', '.join(NATURES)}")
    return np.array([NATURES.index(name) for name in column], np.uint8)
