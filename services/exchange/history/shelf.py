"""The folder of one series: which of its files count, reading across them, and putting rows into them.

Any number of processes may read while one writes (`lock` sees to it that it is one). A reader takes the
journal first and lists the files after it, so that what moves from the one into the other is seen at least
once; a file that is merged away between listing and reading makes it look again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import structlog

from services.exchange.exchange import Nature
from services.exchange.history import journal, parquet
from services.exchange.history.parquet import Database
from services.exchange.history.periods import Period, period_at, period_of, periods_at
from services.exchange.history.rows import FIGURES, NATURES, Column, Rows, joined, merged, settled
from services.exchange.replacing import TEMPORARY

T = TypeVar("T")

_ALWAYS = (-(1 << 62), 1 << 62)
DAMAGED = ".damaged"
"""How the name of a file ends that could not be read and was set aside."""
_LOOKS = 20
"""So often a reader looks again at a folder whose files go away while it reads."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Put:
    """One file after rows were put into it."""

    file: Path
    given: int
    """How many rows were for it."""
    news: int
    """How many of them it did not hold, or held less real ones instead."""


class Shelf:
    """Blocking; give it a thread. `source` is what journalled rows are told to come from."""

    def __init__(self, folder: Path, *, step_ms: int, source: str) -> None:
        self.folder = folder
        self._step_ms = step_ms
        self._source = source

    def files(self) -> list[tuple[Period, Path]]:
        """Return the files that count, oldest first; one within a coarser one is stale and does not."""
        found = sorted(self._all_files())
        names = {period.name for period, _ in found}
        return [(period, path) for period, path in found if names.isdisjoint(period.coarser)]

    def stale_files(self) -> list[Path]:
        """Return files that a coarser one took in and that a writer which was killed did not remove."""
        counting = {path for _, path in self.files()}
        return sorted(path for _, path in self._all_files() if path not in counting)

    def damaged_files(self) -> list[Path]:
        """Return what a writer set aside because it could not be read."""
        return sorted(self.folder.glob(f"*{DAMAGED}"))

    def journalled(self) -> Rows:
        """Return what is not in files yet, settled."""
        return settled(journal.read(self.folder, self._source))

    def figures(
        self, database: Database, start_ms: int, end_ms: int, natures: Sequence[Nature] = NATURES
    ) -> dict[str, Column]:
        """Return time and figures of what opens from `start_ms` to before `end_ms`.

        Raises:
            StoreUnavailable: a file is damaged, or cannot be read now.
        """

        def look() -> dict[str, Column]:
            files, seam, newer = self._split(database, start_ms, end_ms)
            older = parquet.read_figures(database, files, start_ms, seam, natures) if files else {}
            wanted = newer.take(np.isin(newer.nature, [NATURES.index(nature) for nature in natures]))
            return _beside(older, wanted)

        return self._looking(look)

    def natures(self, database: Database) -> dict[Nature, int]:
        """Return how many candles of each nature there are, the least real first. Raises as `figures`."""

        def look() -> dict[Nature, int]:
            files, seam, newer = self._split(database, *_ALWAYS)
            older = parquet.count_natures(database, files, _ALWAYS[0], seam)
            fresh = np.bincount(newer.nature, minlength=len(NATURES))
            counts = {
                nature: older.get(nature, 0) + int(more) for nature, more in zip(NATURES, fresh, strict=True)
            }
            return {nature: count for nature, count in counts.items() if count}

        return self._looking(look)

    def copy_to(self, database: Database, target: Path, start_ms: int, end_ms: int) -> None:
        """Write what opens from `start_ms` to before `end_ms` into `target`: CSV by its ending, else Parquet.

        Raises:
            StoreUnavailable: `target` cannot be written, or a file cannot be read.
        """

        def look() -> None:
            files, seam, newer = self._split(database, start_ms, end_ms)
            parquet.copy_rows(database, files, start_ms, seam, newer=newer, target=target)

        self._looking(look)

    def put(self, database: Database, rows: Rows) -> Iterator[Put]:
        """Put `rows` where they belong and merge what is finished; yield each file when it is in place.

        Interrupted between two files, the same rows may be put again: those that are there change nothing.
        A damaged file is set aside, lest it keep the new rows out. Only the writer may.

        Raises:
            StoreUnavailable: a file cannot be written, or cannot be read now.
        """
        targets = self._targets(settled(rows))
        for period in sorted(targets):
            yield self._put_into(database, period, targets[period])
        for path in self.folder.glob(f".*{TEMPORARY}"):
            path.unlink(missing_ok=True)

    def empty_journal(self, database: Database) -> None:
        """Move what is journalled into files. Only the writer may. Raises as `put`."""
        for _ in self.put(database, self.journalled()):
            pass
        journal.clear(self.folder)

    def _all_files(self) -> list[tuple[Period, Path]]:
        if not self.folder.is_dir():
            return []
        return [(period, path) for path in self.folder.iterdir() if (period := period_of(path.name))]

    def _files_of(self, start_ms: int, end_ms: int) -> list[Path]:
        return [path for one, path in self.files() if one.start_ms < end_ms and one.end_ms > start_ms]

    def _split(self, database: Database, start_ms: int, end_ms: int) -> tuple[list[Path], int, Rows]:
        """Return the files that alone hold what opens before a seam, that seam, and the rows behind it."""
        fresh = self.journalled()
        fresh = fresh.take((fresh.time >= start_ms) & (fresh.time < end_ms))
        seam = int(fresh.time[0]) if len(fresh) else end_ms
        stored = parquet.read_rows(database, self._files_of(seam, end_ms), seam, end_ms)
        return self._files_of(start_ms, seam), seam, merged(stored, fresh)

    def _looking(self, look: Callable[[], T]) -> T:
        for _ in range(_LOOKS):
            before = self.files()
            try:
                return look()
            except ValueError as error:
                raise parquet.unreadable(self.folder, str(error)) from error
            except duckdb.Error as error:
                if self.files() == before and all(path.exists() for _, path in before):
                    raise parquet.unreadable(self.folder, parquet.first_line(error)) from error
        raise parquet.unreadable(self.folder, "its files change faster than they can be read")

    def _targets(self, rows: Rows) -> dict[Period, Rows]:
        """Return which files must be written anew, and with which of `rows`."""
        counting = [period for period, _ in self.files()]
        newest = max([*(period.start_ms for period in counting), *rows.time[-1:].tolist()], default=0)
        grown: dict[Period, list[Rows]] = {}
        for period, _ in self._all_files():
            home = period_at(period.start_ms, newest_ms=newest, step_ms=self._step_ms)
            coarser = _covering(home, counting)
            if coarser != period and coarser.covers(period):  # its month is over, or was merged already
                grown.setdefault(coarser, [])
        for home, where in periods_at(rows.time, newest_ms=newest, step_ms=self._step_ms):
            grown.setdefault(_covering(home, counting), []).append(rows.take(where))
        return {period: joined(parts) for period, parts in grown.items()}

    def _put_into(self, database: Database, period: Period, rows: Rows) -> Put:
        parts = [path for one, path in self._all_files() if period.covers(one)]
        target = self.folder / period.file
        old = self._rows_in(database, parts)
        new = merged(old, rows)
        if len(new) and (new is not old or parts != [target]):
            parquet.write_rows(database, new, target)
        for path in parts:
            if path != target:
                path.unlink(missing_ok=True)
        return Put(target, len(rows), 0 if new is old else _news(old, new))

    def _rows_in(self, database: Database, paths: Sequence[Path]) -> Rows:
        return settled(joined([rows for path in paths if (rows := _taken(database, path)) is not None]))


def _taken(database: Database, path: Path) -> Rows | None:
    """Return what a file holds; one that is damaged is set aside instead."""
    try:
        rows = parquet.read_rows(database, [path], *_ALWAYS)
        if parquet.stamp_in(database, path) in {None, rows.digest()}:
            return rows
        why = "its check sum does not fit"
    except parquet.PASSING as error:
        raise parquet.unreadable(path, parquet.first_line(error)) from error
    except (duckdb.Error, ValueError) as error:
        why = parquet.first_line(error)
    log.error("history_file_set_aside", file=str(path), reason=why)
    path.replace(path.with_name(path.name + DAMAGED))
    return None


def _covering(home: Period, counting: Sequence[Period]) -> Period:
    """Return the file that covers `home` already, or `home` where none does."""
    return next((period for period in counting if period.covers(home)), home)


def _news(old: Rows, new: Rows) -> int:
    """Return how many rows of `new` are not those of `old`."""
    kept = new.take(np.isin(new.time, old.time))
    changed = (kept.received_at != old.received_at) | (kept.rank != old.rank)
    for name in FIGURES:
        changed |= getattr(kept, name) != getattr(old, name)
    return len(new) - len(kept) + int(changed.sum())


def _beside(older: dict[str, Column], newer: Rows) -> dict[str, Column]:
    names = ("time", *FIGURES)
    if not older:
        return {name: newer.columns()[name] for name in names}
    if not len(newer):
        return older
    return {name: np.concatenate([older[name], newer.columns()[name]]) for name in names}
