"""What the mathematics of the sky finds, as it is said on the bus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypeVar

from analytics.cosmic.angles import degree_in_sign, sign_of
from analytics.cosmic.aspects import Aspect
from analytics.cosmic.bodies import AU_KM, PLANETS, Motion, motion
from analytics.cosmic.calendar import Event, Ingress, Opposition, events
from analytics.cosmic.eclipses import Eclipse, eclipses
from analytics.cosmic.moments import to_day, to_moment
from analytics.cosmic.moon import LONGEST_MONTH, Apsis, Quarter, apsides, quarters
from analytics.cosmic.sky import moon_state, sky
from analytics.cosmic.stations import LONGEST_WAIT, Station, stations
from analytics.cosmic.sun import Season, SolarCycle, solar_cycle
from services.cosmic import messages
from services.cosmic.messages import AspectSeen, Backwards, Place, SkyEvent, Spot, Turn

T = TypeVar("T")
_LONGEST_BACK: Final = 220.0
"""Days; no planet is retrograde for longer."""
_NEXT_ECLIPSE: Final = 220.0
"""Days; one of the Sun and one of the Moon come within."""
_ECLIPSES: Final = {
    ("Sun", "total"): "Total solar eclipse",
    ("Sun", "annular"): "Annular solar eclipse",
    ("Sun", "hybrid"): "Hybrid solar eclipse",
    ("Sun", "partial"): "Partial solar eclipse",
    ("Moon", "total"): "Total lunar eclipse",
    ("Moon", "partial"): "Partial lunar eclipse",
    ("Moon", "penumbral"): "Penumbral lunar eclipse",
}
_APSES: Final = {True: "Moon at perigee", False: "Moon at apogee"}
_TURNS: Final = {True: "{planet} turns retrograde", False: "{planet} turns direct"}


def sky_at(at: datetime) -> messages.Sky:
    """Return the sky at a moment, without what instruments read."""
    day = to_day(at)
    seen = sky(day)
    return messages.Sky(
        at=at,
        places=[_place(one) for one in seen.motions],
        aspects=[_aspect(one) for one in seen.aspects],
        phase=seen.moon.phase,
        lit=seen.moon.lit,
        age_days=seen.moon.age_days,
        mean_node=_spot(seen.moon.mean_node),
        true_node=_spot(seen.moon.true_node),
        cycle=_cycle(solar_cycle(day)),
    )


def aspects_at(at: datetime) -> messages.Aspects:
    """Return the aspects at a moment."""
    return messages.Aspects(at=at, aspects=[_aspect(one) for one in sky(to_day(at)).aspects])


def moon_at(at: datetime) -> messages.MoonFinding:
    """Return the Moon at a moment, and what it does next."""
    day = to_day(at)
    state = moon_state(day)
    nearest = _first_of_each(apsides(day, day + LONGEST_MONTH), lambda apsis: apsis.is_perigee)
    shadows = _first_of_each(eclipses(day, day + _NEXT_ECLIPSE), lambda eclipse: eclipse.body)
    return messages.MoonFinding(
        at=at,
        place=_place(motion("Moon", day)),
        phase=state.phase,
        lit=state.lit,
        age_days=state.age_days,
        distance_km=state.position.distance * AU_KM,
        mean_node=_spot(state.mean_node),
        true_node=_spot(state.true_node),
        before=_events(quarters(day - LONGEST_MONTH, day))[-4:],
        quarters=_events(quarters(day, day + LONGEST_MONTH))[:4],
        apsides=_events(nearest),
        eclipses=_events(shadows),
    )


def calendar_at(at: datetime, days: int) -> messages.Calendar:
    """Return what happens in so many days after a moment."""
    day = to_day(at)
    return messages.Calendar(at=at, days=days, events=_events(events(day, day + days)))


def retrogrades_at(at: datetime) -> messages.Retrogrades:
    """Return the planets that are retrograde at a moment, and who turns next."""
    day = to_day(at)
    turns = [next(stations(planet, day, day + LONGEST_WAIT)) for planet in PLANETS]
    return messages.Retrogrades(
        at=at,
        planets=[_backwards(turn, day) for turn in turns if not turn.is_retrograde],
        turns=[_turn(turn) for turn in sorted(turns, key=lambda turn: turn.day)],
    )


def _backwards(turns_direct: Station, day: float) -> Backwards:
    planet = turns_direct.planet
    begun = [turn.day for turn in stations(planet, day - _LONGEST_BACK, day) if turn.is_retrograde]
    until = to_moment(turns_direct.day)
    return Backwards(place=_place(motion(planet, day)), since=to_moment(begun[-1]), until=until)


def _turn(turn: Station) -> Turn:
    return Turn(
        planet=turn.planet,
        at=to_moment(turn.day),
        spot=_spot(turn.longitude),
        is_retrograde=turn.is_retrograde,
    )


def _spot(longitude: float) -> Spot:
    return Spot(longitude=longitude, sign=sign_of(longitude), degree=degree_in_sign(longitude))


def _place(one: Motion) -> Place:
    return Place(body=one.body, spot=_spot(one.position.longitude), speed=one.speed)


def _aspect(one: Aspect) -> AspectSeen:
    return AspectSeen(
        first=one.first, second=one.second, kind=one.kind, orb=one.orb, is_applying=one.is_applying
    )


def _cycle(cycle: SolarCycle | None) -> messages.SolarCycle | None:
    if cycle is None:
        return None
    return messages.SolarCycle(number=cycle.number, began=cycle.began, years=cycle.years)


def _first_of_each(happenings: Iterable[T], kind: Callable[[T], object]) -> list[T]:
    """Return the first of each kind, in the order in which they come."""
    first: dict[object, T] = {}
    for one in happenings:
        first.setdefault(kind(one), one)
    return [*first.values()]


def _events(happenings: Iterable[Event]) -> list[SkyEvent]:
    return [_event(one) for one in happenings]


def _event(one: Event) -> SkyEvent:
    at = to_moment(one.day)
    match one:
        case Quarter(name=name) | Season(name=name):
            return SkyEvent(title=name, at=at)
        case Apsis(is_perigee=is_perigee, distance_km=distance_km):
            return SkyEvent(title=_APSES[is_perigee], at=at, distance_km=distance_km)
        case Eclipse(body=body, kind=kind):
            return SkyEvent(title=_ECLIPSES[body, kind], at=at)
        case Station(planet=planet, is_retrograde=is_retrograde):
            return SkyEvent(title=_TURNS[is_retrograde], words={"planet": planet}, at=at)
        case Ingress(body=body, sign=sign):
            return SkyEvent(title="{body} enters {sign}", words={"body": body, "sign": sign}, at=at)
        case Opposition(planet=planet):
            return SkyEvent(title="{planet} opposite the Sun", words={"planet": planet}, at=at)
