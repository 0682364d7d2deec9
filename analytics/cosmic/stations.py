"""When a planet stands still among the signs, to turn retrograde or direct."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analytics.cosmic.bodies import PLANETS, longitude, speed
from analytics.cosmic.zeros import zeros

_STEP: Final = dict(zip(PLANETS, (6.0, 14.0, 20.0, 30.0, 30.0, 30.0, 30.0, 30.0), strict=True))
"""Days between two looks, less than a third of the shortest retrograde time."""
LONGEST_WAIT: Final = 830.0
"""Days; Mars, the slowest to come back, turned retrograde in 2018 and again 806 days later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """The moment a planet's speed is zero, and where; afterwards it is retrograde, or direct."""

    planet: str
    day: float
    longitude: float
    is_retrograde: bool


def stations(planet: str, start: float, end: float) -> Iterator[Station]:
    """Yield the stations of `planet` from `start` to `end` in order; within 2 minutes for Mercury."""
    for day in zeros(lambda at: speed(planet, at), start, end, step=_STEP[planet]):
        turns_back = speed(planet, day + 1) < 0
        yield Station(planet=planet, day=day, longitude=longitude(planet, day), is_retrograde=turns_back)
