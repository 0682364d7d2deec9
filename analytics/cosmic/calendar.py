"""What happens in the sky from one moment to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from analytics.cosmic.angles import SIGN_WIDTH, sign_of, wrapped
from analytics.cosmic.aspects import exact
from analytics.cosmic.bodies import BODIES, PLANETS, longitude
from analytics.cosmic.eclipses import Eclipse, eclipses
from analytics.cosmic.moon import Apsis, Quarter, apsides, quarters
from analytics.cosmic.stations import Station, stations
from analytics.cosmic.sun import Season, seasons
from analytics.cosmic.zeros import zeros

OUTER: Final = PLANETS[2:]
"""What can stand opposite the Sun."""
_STEP: Final = 3.0
_MOMENT: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """A body enters a sign: the next one, or where it is retrograde the one before."""

    body: str
    sign: str
    day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposition:
    """A planet stands opposite the Sun in longitude."""

    planet: str
    day: float


Event = Quarter | Eclipse | Apsis | Station | Season | Ingress | Opposition


def events(start: float, end: float) -> list[Event]:
    """Return everything of the calendar from `start` to `end`, the first one first."""
    found: list[Event] = [
        *quarters(start, end),
        *eclipses(start, end),
        *apsides(start, end),
        *seasons(start, end),
    ]
    for planet in PLANETS:
        found += stations(planet, start, end)
    for body in BODIES:
        found += ingresses(body, start, end) if body != "Moon" else ()
    for planet in OUTER:
        found += (
            Opposition(planet=planet, day=day) for day in exact(planet, "Sun", "opposition", start, end)
        )
    return sorted(found, key=lambda event: event.day)


def ingresses(body: str, start: float, end: float) -> Iterator[Ingress]:
    """Yield when Sun or planet enters a sign, from `start` to `end` in order."""

    def past_border(day: float) -> float:
        return wrapped(longitude(body, day), SIGN_WIDTH)

    for day in zeros(past_border, start, end, step=_STEP, jump=SIGN_WIDTH / 2):
        yield Ingress(body=body, sign=sign_of(longitude(body, day + _MOMENT)), day=day)
