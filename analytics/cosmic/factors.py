"""Cosmic factors: for each a label of days, true on those it is said to be at work.

A day is one of UTC, as a daily candle is. Which labels go with returns is another question (`evidence`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from math import floor
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats, Integers
from analytics.cosmic.angles import SIGN_WIDTH, SIGNS, wrapped
from analytics.cosmic.aspects import ANGLES, ORBS
from analytics.cosmic.bodies import longitude
from analytics.cosmic.eclipses import eclipses_at
from analytics.cosmic.moments import DAY_MS, from_ms
from analytics.cosmic.moon import Quarter, apsides, quarters
from analytics.cosmic.stations import stations

Bools = npt.NDArray[np.bool_]
_BODIES: Final = ("Sun", "Moon", "Mercury", "Venus", "Mars", "Jupiter", "Saturn")
_HALF_TURN: Final = 180.0
_MARGIN: Final = 4
"""Days before and after, in which something may happen that labels a day within."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Days:
    """Consecutive days of UTC, from the one that begins at the moment `start`.

    `noons` holds longitudes in degrees at noon, shape (count + 2,): of the day before, of every day, and of
    the day after. `quarters` begin and end some days earlier and later.
    """

    start: float
    count: int
    noons: Mapping[str, Floats]
    quarters: tuple[Quarter, ...]

    @property
    def end(self) -> float:
        """Return the moment the last day ends."""
        return self.start + self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Something that is said to matter; `label` gives a bool for each of some days."""

    name: str
    title: str
    label: Callable[[Days], Bools]


def days_from(first_ms: int, last_ms: int) -> Days:
    """Return the days from the one that begins at `first_ms` to that which begins at `last_ms`."""
    start, count = from_ms(first_ms), (last_ms - first_ms) // DAY_MS + 1
    noons = [start + n - 0.5 for n in range(count + 2)]
    return Days(
        start=start,
        count=count,
        noons={body: np.array([longitude(body, noon) for noon in noons]) for body in _BODIES},
        quarters=tuple(quarters(start - _MARGIN, start + count + _MARGIN)),
    )


def labels(time_ms: Integers) -> dict[str, Bools]:
    """Return the label of every factor by its name, each of the shape of `time_ms`.

    Args:
        time_ms: when days begin, in ms since 1970, UTC, oldest first; some may be missing.
    """
    every = _labelled(int(time_ms[0]), int(time_ms[-1]))
    places = (time_ms - time_ms[0]) // DAY_MS
    return {name: label[places] for name, label in every.items()}


@lru_cache(maxsize=2)
def _labelled(first_ms: int, last_ms: int) -> dict[str, Bools]:
    """Return the label of every factor for all days between two; markets of one venue share them."""
    days = days_from(first_ms, last_ms)
    return {factor.name: factor.label(days) for factor in FACTORS}


def _around(days: Days, moments: Iterable[float], within: int) -> Bools:
    """Label the days on which one of `moments` lies, and so many days before and after each."""
    label = np.zeros(days.count, np.bool_)
    for moment in moments:
        place = floor(moment - days.start)
        label[max(0, place - within) : max(0, place + within + 1)] = True
    return label


def _quarter(name: str, days: Days) -> Bools:
    return _around(days, (quarter.day for quarter in days.quarters if quarter.name == name), 1)


def _waxing(days: Days) -> Bools:
    return np.asarray((days.noons["Moon"] - days.noons["Sun"])[1:-1] % 360 < _HALF_TURN)


def _apsis(days: Days, *, is_perigee: bool) -> Bools:
    found = apsides(days.start - _MARGIN, days.end + _MARGIN)
    return _around(days, (apsis.day for apsis in found if apsis.is_perigee == is_perigee), 1)


def _eclipse(days: Days) -> Bools:
    return _around(days, (eclipse.day for eclipse in eclipses_at(days.quarters)), 3)


def _station(planet: str, days: Days) -> Bools:
    found = stations(planet, days.start - _MARGIN, days.end + _MARGIN)
    return _around(days, (station.day for station in found), 1)


def _retrograde(planet: str, days: Days) -> Bools:
    noons = days.noons[planet]
    return np.asarray(wrapped(noons[2:] - noons[:-2]) < 0)


def _moon_sign(place: int, days: Days) -> Bools:
    return np.asarray(days.noons["Moon"][1:-1] // SIGN_WIDTH == place)


def _in_aspect(first: str, second: str, days: Days) -> Bools:
    apart = np.abs(wrapped(days.noons[first] - days.noons[second])[1:-1])
    return np.asarray(np.any([np.abs(apart - ANGLES[kind]) <= ORBS[kind] for kind in ANGLES], axis=0))


def _of_planets(kind: str, title: str, label: Callable[[str, Days], Bools], *planets: str) -> list[Factor]:
    return [
        Factor(name=f"{planet.lower()}_{kind}", title=f"{planet} {title}", label=partial(label, planet))
        for planet in planets
    ]


def _of_pairs(*pairs: tuple[str, str]) -> list[Factor]:
    return [
        Factor(
            name=f"{first}_{second}_aspect".lower(),
            title=f"{first} and {second} in aspect",
            label=partial(_in_aspect, first, second),
        )
        for first, second in pairs
    ]


FACTORS: Final = (
    Factor(name="full_moon", title="Full Moon", label=partial(_quarter, "Full Moon")),
    Factor(name="new_moon", title="New Moon", label=partial(_quarter, "New Moon")),
    Factor(name="first_quarter", title="First quarter", label=partial(_quarter, "First quarter")),
    Factor(name="last_quarter", title="Last quarter", label=partial(_quarter, "Last quarter")),
    Factor(name="waxing_moon", title="Waxing Moon", label=_waxing),
    Factor(name="perigee", title="Moon at perigee", label=partial(_apsis, is_perigee=True)),
    Factor(name="apogee", title="Moon at apogee", label=partial(_apsis, is_perigee=False)),
    Factor(name="eclipse", title="Eclipse", label=_eclipse),
    *_of_planets("retrograde", "retrograde", _retrograde, "Mercury", "Venus", "Mars", "Jupiter", "Saturn"),
    *_of_planets("station", "station", _station, "Mercury"),
    *(
        Factor(name=f"moon_in_{sign.lower()}", title=f"Moon in {sign}", label=partial(_moon_sign, place))
        for place, sign in enumerate(SIGNS)
    ),
    *_of_pairs(
        ("Sun", "Mars"), ("Sun", "Jupiter"), ("Sun", "Saturn"), ("Mars", "Saturn"), ("Jupiter", "Saturn")
    ),
)
"""What is tried, all of it, whichever was asked for.

Quarters, perigee, apogee and stations count with the day before and after, eclipses with three; the others
go by where bodies stand at noon.
"""
