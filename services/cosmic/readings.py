"""Readings of instruments, such as the Schumann resonance or the sunspot number, where there are any.

The farm measures nothing itself: without a configured source there is no reading, and none is made up.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import isfinite
from pathlib import Path
from typing import Protocol

from services.errors import Misconfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value, when it was read, and who published it."""

    value: float
    at: datetime
    source: str


class Readings(Protocol):
    """A series of readings of one quantity."""

    async def newest(self, by: datetime) -> Reading | None:
        """Return the last reading at or before `by`; None where there is none.

        Raises:
            Misconfigured: the source is not what the configuration says.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvReadings:
    """Readings in a file with a line of names, one of them ``timestamp``, and ISO times.

    `zone` is that of times which do not say theirs; None refuses them, since a guess may be hours off. A
    value that is empty or ``null`` was not read.
    """

    path: Path
    column: str
    source: str
    zone: tzinfo | None = None

    async def newest(self, by: datetime) -> Reading | None:
        """Return the last reading of the file at or before `by`."""
        return await asyncio.to_thread(self._newest, by)

    def _newest(self, by: datetime) -> Reading | None:
        try:
            with self.path.open(encoding="utf-8", newline="") as lines:
                known = [reading for reading in self._readings(csv.DictReader(lines)) if reading.at <= by]
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{self.path}: cannot be read: {error}.") from error
        return max(known, key=lambda reading: reading.at, default=None)

    def _readings(self, rows: csv.DictReader[str]) -> Iterator[Reading]:
        missing = {"timestamp", self.column} - set(rows.fieldnames or ())
        if missing:
            raise Misconfigured(f"{self.path}: has no column {', '.join(sorted(missing))}.")
        for row in rows:
            if row[self.column] not in {None, "", "null"}:
                yield self._reading(row["timestamp"], row[self.column], rows.line_num)

    def _reading(self, timestamp: str, value: str, line: int) -> Reading:
        try:
            at, read = datetime.fromisoformat(timestamp), float(value)
        except ValueError as error:
            raise Misconfigured(f"{self.path}: line {line}: {error}.") from error
        if not isfinite(read):
            raise Misconfigured(f"{self.path}: line {line}: {value} is no reading.")
        if at.tzinfo is None:
            if self.zone is None:
                raise Misconfigured(f"{self.path}: line {line}: the time does not say its zone.")
            at = at.replace(tzinfo=self.zone)
        return Reading(value=read, at=at, source=self.source)
