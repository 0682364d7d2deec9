"""Candles as they are kept: the figures, and of each where it comes from and when it was received.

Belongs here: the columns, which of two rows for one open time stays, and what makes a row wrong. Does not
belong here: files (`parquet`, `journal`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import get_args

import numpy as np
import numpy.typing as npt

from analytics.candles import Candles, Floats, Integers, bucket_start
from services.exchange.exchange import Nature

Flags = npt.NDArray[np.bool_]
Column = npt.NDArray[np.generic]

FIGURES = ("open", "high", "low", "close", "volume")
NATURES: tuple[Nature, ...] = ("simulated", "replay", "live")
"""The least real first: a number in `Rows.nature` is a position here."""
OFF_GRID = "it opens off the grid of its timeframe"
"""What is wrong with a candle that opens at no multiple of its length."""
if set(NATURES) != set(get_args(Nature)):  # a nature that has no rank must not be written
    raise AssertionError(NATURES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Arrays of one shape (n,). `time` and `received_at` are in milliseconds since 1970, UTC.

    `nature` is a position in `NATURES`; `is_filled` says that trades were missed and the figures are the
    venue's own; `source` is the venue that sent the candle, or the file that it was imported from.
    """

    time: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    nature: npt.NDArray[np.uint8]
    is_filled: Flags
    source: npt.NDArray[np.object_]
    received_at: Integers

    def __len__(self) -> int:
        return len(self.time)

    def columns(self) -> dict[str, Column]:
        """Return the arrays by name, in the order in which they are kept."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, which: slice | Flags | Integers) -> Rows:
        """Return some of the rows."""
        return _built({name: column[which] for name, column in self.columns().items()})

    @property
    def rank(self) -> Integers:
        """Return how real each is: by nature, and within one nature a filled row is the less real."""
        return self.nature.astype(np.int64) * 2 + ~self.is_filled

    def candles(self, step_ms: int) -> Candles:
        """Return the figures alone. Raises ValueError where they are no candles."""
        return Candles(step_ms=step_ms, time=self.time, **{name: getattr(self, name) for name in FIGURES})

    def digest(self) -> str:
        """Return the SHA-256 of the content, the same for the same rows on any machine."""
        digest = hashlib.sha256()
        for name, column in self.columns().items():
            is_text = column.dtype == object
            digest.update(f"{name} {len(column)}\n".encode())
            digest.update("\n".join(column).encode() if is_text else _little(column).tobytes())
        return digest.hexdigest()


def _little(column: Column) -> Column:
    return np.ascontiguousarray(column, column.dtype.newbyteorder("<"))


def no_rows() -> Rows:
    """Return none."""
    figures = dict.fromkeys(FIGURES, np.empty(0))
    return Rows(
        time=np.empty(0, np.int64),
        **figures,
        nature=np.empty(0, np.uint8),
        is_filled=np.empty(0, np.bool_),
        source=np.empty(0, object),
        received_at=np.empty(0, np.int64),
    )


def joined(parts: Sequence[Rows]) -> Rows:
    """Return rows behind each other, as they come."""
    if not parts:
        return no_rows()
    columns = [part.columns() for part in parts]
    return _built({name: np.concatenate([one[name] for one in columns]) for name in columns[0]})


def _built(columns: dict[str, Column]) -> Rows:
    return Rows(**columns)  # type: ignore[arg-type]  # each keeps the type that it had


def settled(rows: Rows) -> Rows:
    """Return one row for each open time, oldest first: the most real, and of equals the last in `rows`."""
    if len(rows) < 2 or bool((np.diff(rows.time) > 0).all()):  # noqa: PLR2004 - one row is in order
        return rows
    order = np.lexsort((np.arange(len(rows)), rows.rank, rows.time))
    is_last = np.diff(rows.time[order], append=rows.time[order][-1:] + 1) > 0
    return rows.take(order[is_last])


def merged(old: Rows, new: Rows) -> Rows:
    """Return `old` with what `new` adds and betters, or `old` itself where that is nothing.

    Both in order, one row for each open time. A row that says nothing new leaves the old one its source and
    the time when it was received first.
    """
    if not len(old) or not len(new):
        return new if len(new) else old
    spot = np.minimum(np.searchsorted(old.time, new.time), len(old) - 1)
    there = old.take(spot)
    is_known = there.time == new.time
    is_same = (there.rank == new.rank) & np.logical_and.reduce(
        [getattr(there, name) == getattr(new, name) for name in FIGURES]
    )
    news = new.take(~(is_known & (is_same | (new.rank < there.rank))))
    if not len(news):
        return old
    return settled(joined([old.take(~np.isin(old.time, news.time)), news]))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the positions of the rows that it is wrong with."""

    what: str
    positions: Integers


def faults_in(rows: Rows | Candles, step_ms: int) -> list[Fault]:
    """Return everything that keeps `rows` from being candles of `step_ms`; nothing where they are."""
    return [Fault(what, np.flatnonzero(wrong)) for what, wrong in _checks(rows, step_ms) if wrong.any()]


def _checks(rows: Rows | Candles, step_ms: int) -> Iterator[tuple[str, Flags]]:
    time, low = rows.time, rows.low
    yield OFF_GRID, bucket_start(time, step_ms) != time
    yield "it opens no later than the one before it", np.diff(time, prepend=time[:1] - 1) <= 0
    for name in FIGURES:
        yield f"its {name} is not a finite number", ~np.isfinite(getattr(rows, name))
    yield "a price is not above 0", low <= 0
    yield "its high is below its open or close", rows.high < np.maximum(rows.open, rows.close)
    yield "its low is above its open or close", low > np.minimum(rows.open, rows.close)
    yield "its volume is below 0", rows.volume < 0
