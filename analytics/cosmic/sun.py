"""The Sun's year, as it is seen, and its cycle of spots."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from analytics.cosmic.angles import wrapped
from analytics.cosmic.bodies import longitude
from analytics.cosmic.moments import to_day
from analytics.cosmic.zeros import zeros

SEASONS: Final = ("March equinox", "June solstice", "September equinox", "December solstice")
_QUARTER: Final = 90.0
_STEP: Final = 20.0
_MINIMA: Final = (
    *((1755, 2), (1766, 6), (1775, 6), (1784, 9), (1798, 4), (1810, 8), (1823, 5), (1833, 11), (1843, 7)),
    *((1855, 12), (1867, 3), (1878, 12), (1890, 3), (1902, 1), (1913, 7), (1923, 8), (1933, 9), (1944, 2)),
    *((1954, 4), (1964, 10), (1976, 3), (1986, 9), (1996, 8), (2008, 12), (2019, 12)),
)
"""Year and month in which each numbered cycle began.

Source: SILSO, Royal Observatory of Belgium, minima of the 13-month smoothed sunspot number, version 2.0;
https://www.sidc.be/SILSO/cyclesminmax
"""
LONGEST_CYCLE_YEARS: Final = 13.6
"""Cycle 4, the longest that is numbered; as long after a beginning the cycle is surely over."""
_YEAR: Final = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """The beginning of a season, one of `SEASONS`."""

    name: str
    day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarCycle:
    """Which cycle of sunspots runs; `began` is the month of its minimum, `years` how long ago that is."""

    number: int
    began: datetime
    years: float


def seasons(start: float, end: float) -> Iterator[Season]:
    """Yield equinoxes and solstices from `start` to `end` in order."""

    def past_quarter(day: float) -> float:
        return wrapped(longitude("Sun", day), _QUARTER)

    for day in zeros(past_quarter, start, end, step=_STEP, jump=_QUARTER / 2):
        yield Season(name=SEASONS[round(longitude("Sun", day) / _QUARTER) % 4], day=day)


def solar_cycle(day: float) -> SolarCycle | None:
    """Return the cycle at a moment; None before the first, and where a newer one must have begun since."""
    starts = [datetime(year, month, 1, tzinfo=UTC) for year, month in _MINIMA]
    number = bisect_right([to_day(start) for start in starts], day)
    if number == 0:
        return None
    years = (day - to_day(starts[number - 1])) / _YEAR
    if number == len(starts) and years > LONGEST_CYCLE_YEARS:
        return None
    return SolarCycle(number=number, began=starts[number - 1], years=years)
