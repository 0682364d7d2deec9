"""Looks for what is wrong with the history of a market. Changes nothing.

Belongs here: checks of files of ours and of what they hold together. Does not belong here: what keeps rows
from being candles (`rows.faults_in`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from analytics.candles import Candles, Integers, resample
from services.exchange.history import journal, parquet
from services.exchange.history.gaps import gaps_in
from services.exchange.history.parquet import Database
from services.exchange.history.periods import Period
from services.exchange.history.rows import Rows, faults_in
from services.exchange.history.series import Series
from services.exchange.history.shelf import Shelf
from services.exchange.prices import to_moment

_PRICES = ("open", "high", "low", "close")
_VOLUME_TOLERANCE = 1e-6
"""As a share: venues round the volume of each candle."""
_LOOKS = 5
_CHUNK_MS = 32 * 86_400_000
_ALL = (-(1 << 62), 1 << 62)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that is wrong with one series, in words."""

    series: Series
    kind: Literal["file", "candle", "gap", "disagreement"]
    what: str


def flaws_of(root: Path, series: Series, database: Database) -> list[Flaw]:
    """Return what is wrong with one series: its files, what they hold, and what is missing between them."""
    shelf = Shelf(series.folder(root), step_ms=series.step_ms, source=series.venue)
    found: list[Flaw] = []
    for _ in range(_LOOKS):
        before = _state(shelf)
        found = list(_flaws(series, shelf, database))
        if _state(shelf) == before:  # else the farm wrote meanwhile, and what was seen never was
            break
    return found


def _state(shelf: Shelf) -> dict[str, int]:
    """Return when each file was written."""
    found = {}
    for _, path in shelf.files():
        with contextlib.suppress(FileNotFoundError):
            found[path.name] = path.stat().st_mtime_ns
    return found


def _flaws(series: Series, shelf: Shelf, database: Database) -> Iterator[Flaw]:
    times: list[Integers] = []
    for period, path in shelf.files():
        try:
            rows = parquet.read_rows(database, [path], *_ALL)
            stamp = parquet.stamp_in(database, path)
        except (duckdb.Error, ValueError) as error:
            yield _flaw(series, "file", f"{path}: it cannot be read: {parquet.first_line(error)}")
            continue
        times.append(rows.time)
        yield from _flaws_in_file(series, period, path, rows, stamp)
    yield from _leftovers(series, shelf)
    times.append(shelf.journalled().time)
    yield from _missing(series, np.unique(np.concatenate(times)))


def _flaws_in_file(
    series: Series, period: Period, path: Path, rows: Rows, stamp: str | None
) -> Iterator[Flaw]:
    if stamp != rows.digest():
        why = (
            "it carries no check sum" if stamp is None else "it was changed after it was written (check sum)"
        )
        yield _flaw(series, "file", f"{path}: {why}")
    strays = np.flatnonzero((rows.time < period.start_ms) | (rows.time >= period.end_ms))
    if len(strays):
        yield _flaw(
            series, "file", f"{path}: it holds {_some(rows.time, strays)} of another time than its name"
        )
    for fault in faults_in(rows, series.step_ms):
        yield _flaw(series, "candle", f"{path}: {_some(rows.time, fault.positions)}: {fault.what}")


def _leftovers(series: Series, shelf: Shelf) -> Iterator[Flaw]:
    for path in shelf.stale_files():
        yield _flaw(series, "file", f"{path}: a coarser file stands for it; the next writer takes it in")
    for path in shelf.damaged_files():
        yield _flaw(series, "file", f"{path}: it could not be read, and the writer set it aside")
    if damaged := journal.damaged_records(shelf.folder):
        what = f"{damaged:,} of its candles {'is' if damaged == 1 else 'are'} damaged"
        yield _flaw(series, "file", f"{shelf.folder / journal.NAME}: {what}")


def _missing(series: Series, time: Integers) -> Iterator[Flaw]:
    holes = gaps_in(time, series.step_ms)
    if holes:
        longest = max(holes, key=lambda hole: hole.missing)
        missing = sum(hole.missing for hole in holes)
        where = "1 gap" if len(holes) == 1 else f"{len(holes):,} gaps, the longest"
        yield _flaw(
            series,
            "gap",
            f"{_candles_are(missing)} missing in {where} from "
            f"{longest.start:%Y-%m-%d %H:%M} to {longest.end:%Y-%m-%d %H:%M} UTC",
        )


def disagreements(root: Path, found: Sequence[Series], database: Database) -> Iterator[Flaw]:
    """Yield where candles of one market differ from the smaller ones that they are made of.

    `found` are series of one venue; those whose files cannot be read are passed over here.
    """
    for larger in found:
        for smaller in found:
            is_part = smaller.market == larger.market and smaller.step_ms < larger.step_ms
            if is_part and larger.step_ms % smaller.step_ms == 0:
                yield from _disagreement(root, smaller, larger, database)


def _disagreement(root: Path, smaller: Series, larger: Series, database: Database) -> Iterator[Flaw]:
    wrong: list[int] = []
    for start, end in _chunks(root, larger):
        parts = _candles(root, smaller, database, start, end)
        wholes = _candles(root, larger, database, start, end)
        if parts is not None and wholes is not None:
            wrong += _differing(resample(parts, larger.step_ms), wholes)
    if wrong:
        yield _flaw(
            larger,
            "disagreement",
            f"{_candles_are(len(wrong))} not what the {smaller.timeframe} ones make up, the first at "
            f"{to_moment(wrong[0]):%Y-%m-%d %H:%M} UTC",
        )


def _chunks(root: Path, series: Series) -> Iterator[tuple[int, int]]:
    """Yield spans that together hold all of `series`, each short enough for the memory."""
    shelf = Shelf(series.folder(root), step_ms=series.step_ms, source=series.venue)
    spans = [(period.start_ms, period.end_ms) for period, _ in shelf.files()]
    fresh = shelf.journalled().time
    if len(fresh):
        spans.append((int(fresh[0]), int(fresh[-1]) + series.step_ms))
    stride = max(_CHUNK_MS // series.step_ms, 1) * series.step_ms
    for first, stop in spans:
        for start in range(first, stop, stride):
            yield start, min(start + stride, stop)


def _candles(root: Path, series: Series, database: Database, start: int, end: int) -> Candles | None:
    shelf = Shelf(series.folder(root), step_ms=series.step_ms, source=series.venue)
    paths = [path for period, path in shelf.files() if period.start_ms < end and period.end_ms > start]
    try:
        rows = parquet.read_rows(database, paths, start, end)
        return rows.candles(series.step_ms)
    except (duckdb.Error, ValueError):  # told as a flaw of its own series
        return None


def _differing(made: Candles, kept: Candles) -> list[int]:
    """Return the open times at which both have a candle, and not the same."""
    time, here, there = np.intersect1d(made.time, kept.time, assume_unique=True, return_indices=True)
    is_wrong = np.zeros(len(time), np.bool_)
    for name in _PRICES:
        is_wrong |= getattr(made, name)[here] != getattr(kept, name)[there]
    is_wrong |= ~np.isclose(made.volume[here], kept.volume[there], rtol=_VOLUME_TOLERANCE, atol=1e-9)
    return [int(moment) for moment in time[is_wrong]]


def _candles_are(count: int) -> str:
    return "1 candle is" if count == 1 else f"{count:,} candles are"


def _some(time: Integers, positions: Integers) -> str:
    first = to_moment(time[positions[0]])
    more = f" and {len(positions) - 1:,} more" if len(positions) > 1 else ""
    return f"the candle of {first:%Y-%m-%d %H:%M} UTC{more}"


def _flaw(series: Series, kind: Literal["file", "candle", "gap", "disagreement"], what: str) -> Flaw:
    return Flaw(series=series, kind=kind, what=what)
