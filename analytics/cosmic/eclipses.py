"""Eclipses of Sun and Moon, by the geometry of their shadows.

All are seen from the centre of the Earth: that there is one says nothing about where it can be watched. Two
limits are conventions: the Earth's axis counts as 0.9972 of its equator's radius for the shadow of the Moon,
and its own shadow is widened as Danjon does. An eclipse nearer to a limit than 0.002 radii of the Earth,
which is what six arc seconds of the Moon come to, may be put on the wrong side of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt, tan
from typing import Final, Literal

import numpy as np

from analytics.candles import Floats
from analytics.cosmic.bodies import AU_KM, position
from analytics.cosmic.moon import Quarter, quarters
from analytics.cosmic.zeros import zero

Shadowed = Literal["Sun", "Moon"]
Kind = Literal["total", "annular", "hybrid", "partial", "penumbral"]
_EARTH_KM: Final = 6_378.137
_SUN: Final = sin(radians(959.63 / 3_600)) * AU_KM / _EARTH_KM
"""The Sun's radius in radii of the Earth's equator, from 959.63 arc seconds at 1 AU."""
_MOON_OUTER: Final = 0.272508
"""The Moon's radius in the same, its mountains included; the valleys decide what is total."""
_MOON_INNER: Final = 0.272281
_FLATTENED: Final = 0.9972
_WIDENED: Final = 1.01
_NEAR: Final = 0.25
"""Days before and after the phase within which the shadow passes closest."""
_MINUTE: Final = 1 / 1_440
_MOST_LATITUDE: Final = 1.7
"""Degrees of the Moon's latitude at the phase, beyond which no shadow meets anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eclipse:
    """An eclipse at the moment the axis of the shadow passes closest to the Earth's or the Moon's centre.

    `gamma` is how far it passes, in radii of the Earth's equator, negative to the south.
    """

    body: Shadowed
    kind: Kind
    day: float
    gamma: float


def eclipses(start: float, end: float) -> Iterator[Eclipse]:
    """Yield the eclipses whose new or full Moon is from `start` to `end`, in order."""
    yield from eclipses_at(quarters(start, end))


def eclipses_at(phases: Iterable[Quarter]) -> Iterator[Eclipse]:
    """Yield the eclipses at some of the Moon's quarters, in their order.

    Source: Explanatory Supplement to the Astronomical Almanac (2013), chapter 11; Meeus, Astronomical
    Algorithms, 2nd ed., chapter 54; Danjon, L'Astronomie 65 (1951), 51, for the shadow of the Earth.
    """
    for quarter in phases:
        if abs(position("Moon", quarter.day).latitude) > _MOST_LATITUDE:
            continue
        if quarter.name == "New Moon":
            yield from _eclipse("Sun", quarter.day)
        elif quarter.name == "Full Moon":
            yield from _eclipse("Moon", quarter.day)


def _eclipse(body: Shadowed, phase: float) -> Iterator[Eclipse]:
    def receding(at: float) -> float:
        return _miss(body, at + _MINUTE) - _miss(body, at - _MINUTE)

    day = zero(receding, phase - _NEAR, phase + _NEAR)
    moon, sun = _vector("Moon", day), _vector("Sun", day)
    miss = _from_axis(moon, sun - moon if body == "Sun" else sun)
    kind = _of_sun(moon, sun) if body == "Sun" else _of_moon(moon, sun)
    if kind is not None:
        gamma = float(np.linalg.norm(miss))
        yield Eclipse(body=body, kind=kind, day=day, gamma=gamma if miss[2] > 0 else -gamma)


def _vector(body: str, day: float) -> Floats:
    """Return where a body is, in radii of the Earth's equator, the third axis to the ecliptic's north."""
    seen = position(body, day)
    east, north = radians(seen.longitude), radians(seen.latitude)
    unit = np.array([cos(north) * cos(east), cos(north) * sin(east), sin(north)])
    return unit * (seen.distance * AU_KM / _EARTH_KM)


def _from_axis(moon: Floats, axis: Floats) -> Floats:
    unit = axis / np.linalg.norm(axis)
    return np.asarray(moon - (moon @ unit) * unit)


def _miss(body: Shadowed, day: float) -> float:
    moon, sun = _vector("Moon", day), _vector("Sun", day)
    return float(np.linalg.norm(_from_axis(moon, sun - moon if body == "Sun" else sun)))


def _of_sun(moon: Floats, sun: Floats) -> Kind | None:
    """Return what the Earth meets of the Moon's shadow, of which the inner cone may end before it."""
    axis = sun - moon
    length = float(np.linalg.norm(axis))
    gamma = float(np.linalg.norm(_from_axis(moon, axis)))
    above = abs(float(moon @ axis)) / length
    outer, inner = asin((_SUN + _MOON_OUTER) / length), asin((_SUN - _MOON_INNER) / length)
    penumbra = above * tan(outer) + _MOON_OUTER / cos(outer)
    umbra = above * tan(inner) - _MOON_INNER / cos(inner)
    if gamma > _FLATTENED + penumbra:
        return None
    if gamma > _FLATTENED + abs(umbra):
        return "partial"
    if umbra <= 0:
        return "total"
    on_the_ground = umbra - sqrt(max(0.0, 1 - gamma**2)) * tan(inner)
    return "hybrid" if on_the_ground < 0 else "annular"


def _of_moon(moon: Floats, sun: Floats) -> Kind | None:
    """Return how deep the Moon goes into the Earth's shadow."""
    far, sun_far = float(np.linalg.norm(moon)), float(np.linalg.norm(sun))
    gap = asin(float(np.linalg.norm(_from_axis(moon, sun))) / far)
    radius, sun_radius = asin(_MOON_OUTER / far), asin(_SUN / sun_far)
    shadow = _WIDENED * asin(1 / far) + asin(1 / sun_far)
    if gap + radius < shadow - sun_radius:
        return "total"
    if gap - radius < shadow - sun_radius:
        return "partial"
    return "penumbral" if gap - radius < shadow + sun_radius else None
