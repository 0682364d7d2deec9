"""Which file of a series a candle stands in, by its open time alone.

Candles shorter than a day: ``2025-06-16.parquet`` for each day of the newest month, ``2025-05.parquet`` for
each month before it. Longer ones: ``2025.parquet``. A coarser file makes the finer ones within it stale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from analytics.candles import Integers
from services.exchange.prices import to_milliseconds, to_moment

_NAME = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?\.parquet")
_DAY_MS = 86_400_000
_YEAR, _MONTH, _DAY = 4, 7, 10
"""How many letters of a date say the one, the other and the third."""
_MONTHS = 12


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A day, a month or a year in UTC, written ``2025-06-16``, ``2025-06`` or ``2025``."""

    name: str

    @property
    def start_ms(self) -> int:
        """Return its first moment in milliseconds since 1970."""
        return to_milliseconds(self._first)

    @property
    def end_ms(self) -> int:
        """Return the first moment after it."""
        first = self._first
        if len(self.name) == _DAY:
            return self.start_ms + _DAY_MS
        months = first.year * _MONTHS + first.month - 1 + (1 if len(self.name) == _MONTH else _MONTHS)
        return to_milliseconds(first.replace(year=months // _MONTHS, month=months % _MONTHS + 1))

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"{self.name}.parquet"

    @property
    def coarser(self) -> tuple[str, ...]:
        """Return the names of the longer periods that it lies in."""
        return tuple(self.name[:length] for length in (_YEAR, _MONTH) if length < len(self.name))

    @property
    def _first(self) -> datetime:
        year, month, day = [*map(int, self.name.split("-")), 1, 1][:3]
        return datetime(year, month, day, tzinfo=UTC)

    def covers(self, other: Period) -> bool:
        """Return whether `other` lies within it, or is it."""
        return other.name.startswith(self.name)


def period_of(file: str) -> Period | None:
    """Return the period that a file is named after; None for any other file."""
    match = _NAME.fullmatch(file)
    if match is None:
        return None
    period = Period(file.removesuffix(".parquet"))
    try:
        period.start_ms  # noqa: B018 - the 31st of June raises
    except ValueError:
        return None
    return period


def period_at(time_ms: int, *, newest_ms: int, step_ms: int) -> Period:
    """Return where a candle that opens at `time_ms` stands, in a series whose newest opens at `newest_ms`."""
    if step_ms >= _DAY_MS:
        return Period(_date(time_ms)[:_YEAR])
    is_finished = _date(time_ms)[:_MONTH] < _date(newest_ms)[:_MONTH]
    return Period(_date(time_ms)[: _MONTH if is_finished else _DAY])


def periods_at(time: Integers, *, newest_ms: int, step_ms: int) -> list[tuple[Period, slice]]:
    """Cut ascending open times into the periods they stand in; return each with its positions."""
    if not len(time):
        return []
    if step_ms >= _DAY_MS:
        keys = _floor(time, "Y")
    else:
        months = _floor(time, "M")
        keys = np.where(months < _floor(np.array([newest_ms]), "M"), months, _floor(time, "D"))
    firsts = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    stops = [*firsts[1:].tolist(), len(time)]
    return [
        (period_at(int(time[first]), newest_ms=newest_ms, step_ms=step_ms), slice(first, stop))
        for first, stop in zip(firsts.tolist(), stops, strict=True)
    ]


def running_period(time_ms: int, step_ms: int) -> str:
    """Return the span of candles that a journal gathers before they are put into files: a day, or a month."""
    return _date(time_ms)[: _MONTH if step_ms >= _DAY_MS else _DAY]


def _date(time_ms: int) -> str:
    return to_moment(time_ms).date().isoformat()


def _floor(time: Integers, unit: str) -> Integers:
    spans = time.astype("datetime64[ms]").astype(f"datetime64[{unit}]")
    return spans.astype("datetime64[ms]").astype(np.int64)
