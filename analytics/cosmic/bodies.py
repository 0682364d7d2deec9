"""Apparent geocentric positions of Sun, Moon and planets, in the ecliptic and equinox of date.

Measured against DE421 in universal time: from 1900 to 2010 every longitude is within 6 arc seconds, in
2053 within 24 (Moon) and 15 (Pluto). What grows there is mostly the Delta T that ephem foretells, which
nobody knows in advance: 108 s for 2050.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin, tan
from typing import Final

import ephem

from analytics.cosmic.angles import wrapped
from analytics.cosmic.moments import centuries

BODIES: Final = (
    *("Sun", "Moon", "Mercury", "Venus", "Mars"),
    *("Jupiter", "Saturn", "Uranus", "Neptune", "Pluto"),
)
PLANETS: Final = BODIES[2:]
"""What can turn retrograde."""
AU_KM: Final = 149_597_870.7
_MAKERS: Final = {name: getattr(ephem, name) for name in BODIES}
_HALF_STEP: Final = 1 / 48
"""Half an hour, in days: a speed is the difference over an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Apparent geocentric longitude (0 to 360) and latitude in degrees, and the distance in AU."""

    longitude: float
    latitude: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A body's position and its speed in longitude, in degrees a day, negative where it is retrograde."""

    body: str
    position: Position
    speed: float


def obliquity(day: float) -> float:
    """Return the true obliquity of the ecliptic in radians, within half an arc second.

    Source: Meeus, Astronomical Algorithms, 2nd ed., chapter 22, leading terms.
    """
    since = centuries(day)
    node = radians(125.04452 - 1_934.136261 * since)
    sun = radians(280.4665 + 36_000.7698 * since)
    moon = radians(218.3165 + 481_267.8813 * since)
    nutation = 9.20 * cos(node) + 0.57 * cos(2 * sun) + 0.10 * cos(2 * moon) - 0.09 * cos(2 * node)
    return radians(23.4392911 - 0.0130042 * since + nutation / 3_600)


def position(body: str, day: float) -> Position:
    """Return where `body`, one of `BODIES`, is seen from the centre of the Earth."""
    seen = _MAKERS[body](day, epoch=day)
    ascension, declination = float(seen.g_ra), float(seen.g_dec)
    tilt = obliquity(day)
    longitude = atan2(sin(ascension) * cos(tilt) + tan(declination) * sin(tilt), cos(ascension))
    latitude = asin(sin(declination) * cos(tilt) - cos(declination) * sin(tilt) * sin(ascension))
    return Position(
        longitude=degrees(longitude) % 360,
        latitude=degrees(latitude),
        distance=float(seen.earth_distance),
    )


def longitude(body: str, day: float) -> float:
    """Return the apparent geocentric longitude of `body` in degrees."""
    return position(body, day).longitude


def speed(body: str, day: float) -> float:
    """Return how fast the longitude of `body` changes, in degrees a day."""
    before, after = longitude(body, day - _HALF_STEP), longitude(body, day + _HALF_STEP)
    return wrapped(after - before) / (2 * _HALF_STEP)


def motion(body: str, day: float) -> Motion:
    """Return position and speed of `body`."""
    return Motion(body=body, position=position(body, day), speed=speed(body, day))
