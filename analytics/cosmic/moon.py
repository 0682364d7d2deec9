"""The Moon: phases, illumination, nodes and distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import acos, atan2, cos, degrees, radians, sin
from typing import Final

from analytics.cosmic.angles import wrapped
from analytics.cosmic.bodies import AU_KM, Position, longitude, position
from analytics.cosmic.moments import centuries
from analytics.cosmic.zeros import zeros

QUARTERS: Final = ("New Moon", "First quarter", "Full Moon", "Last quarter")
BETWEEN: Final = ("Waxing crescent", "Waxing gibbous", "Waning gibbous", "Waning crescent")
LONGEST_MONTH: Final = 30.0
"""Days; within them come all quarters, a perigee and an apogee."""
_QUARTER: Final = 90.0
_NAMED_WITHIN: Final = 6.1
"""Degrees that the Moon gains on the Sun in twelve hours."""
_PHASE_STEP: Final = 2.0
_DAILY_GAIN: Final = 12.19
"""Degrees, on average."""
_UNEVEN: Final = 2.0
"""Days; the Moon is never so far ahead of, or behind, where its average gain would have it."""
_APSIS_STEP: Final = 3.0
_HOUR: Final = 1 / 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """The moment of one of the four `QUARTERS`."""

    name: str
    day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Apsis:
    """The moment the Moon is nearest to the Earth or furthest from it, and how far from centre to centre."""

    is_perigee: bool
    day: float
    distance_km: float


def elongation(day: float) -> float:
    """Return how far the Moon is ahead of the Sun in longitude, 0 to 360 degrees: 0 is new, 180 full."""
    return (longitude("Moon", day) - longitude("Sun", day)) % 360


def phase_name(angle: float) -> str:
    """Return the phase at an elongation; one of the quarters within about twelve hours of it."""
    quarter = round(angle / _QUARTER) % 4
    if abs(wrapped(angle - quarter * _QUARTER)) <= _NAMED_WITHIN:
        return QUARTERS[quarter]
    return BETWEEN[int(angle % 360 // _QUARTER)]


def illumination(moon: Position, sun: Position) -> float:
    """Return the share of the Moon's disc that is lit, 0 to 1.

    Source: Meeus, Astronomical Algorithms, 2nd ed., chapter 48.
    """
    apart = cos(radians(moon.latitude)) * cos(radians(moon.longitude - sun.longitude))
    between = acos(max(-1.0, min(1.0, apart)))
    phase_angle = atan2(sun.distance * sin(between), moon.distance - sun.distance * apart)
    return (1 + cos(phase_angle)) / 2


def quarters(start: float, end: float) -> Iterator[Quarter]:
    """Yield the quarters from `start` to `end` in order; each within a minute from 1800 to 2050."""

    def past_quarter(day: float) -> float:
        return wrapped(elongation(day), _QUARTER)

    for day in zeros(past_quarter, start, end, step=_PHASE_STEP, jump=_QUARTER / 2):
        yield Quarter(name=QUARTERS[round(elongation(day) / _QUARTER) % 4], day=day)


def last_new_moon(day: float) -> float:
    """Return when the Moon was new last."""
    about = day - elongation(day) / _DAILY_GAIN
    found = zeros(
        lambda at: wrapped(elongation(at)), about - _UNEVEN, min(about + _UNEVEN, day), step=_UNEVEN, jump=180
    )
    return next(found, day)


def apsides(start: float, end: float) -> Iterator[Apsis]:
    """Yield perigees and apogees from `start` to `end` in order."""

    def receding(day: float) -> float:
        return position("Moon", day + _HOUR).distance - position("Moon", day - _HOUR).distance

    for day in zeros(receding, start, end, step=_APSIS_STEP):
        is_perigee = receding(day + 1) > 0
        yield Apsis(is_perigee=is_perigee, day=day, distance_km=position("Moon", day).distance * AU_KM)


def mean_node(day: float) -> float:
    """Return the longitude of the Moon's mean ascending node in degrees.

    Source: Meeus, Astronomical Algorithms, 2nd ed., formula 47.7.
    """
    since = centuries(day)
    return (125.0445479 - 1_934.1362891 * since + 0.0020754 * since**2 + since**3 / 467_441) % 360


def true_node(day: float) -> float:
    """Return the longitude of the ascending node of the Moon's orbit of this moment, in degrees.

    It is where the plane of the Moon's place and velocity cuts the ecliptic of date.
    """
    x, y, z = _vector(day)
    ahead, behind = _vector(day + _HOUR), _vector(day - _HOUR)
    u, v, w = (late - early for late, early in zip(ahead, behind, strict=True))
    return degrees(atan2(y * w - z * v, x * w - z * u)) % 360


def _vector(day: float) -> tuple[float, float, float]:
    seen = position("Moon", day)
    east, north = radians(seen.longitude), radians(seen.latitude)
    flat = seen.distance * cos(north)
    return flat * cos(east), flat * sin(east), seen.distance * sin(north)
