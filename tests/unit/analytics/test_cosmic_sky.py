"""The sky by dates that are known, and what must hold on every day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import cos, radians

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.cosmic.angles import sign_of, wrapped
from analytics.cosmic.aspects import ANGLES, ORBS, aspects
from analytics.cosmic.bodies import BODIES, PLANETS, Motion, Position, longitude, speed
from analytics.cosmic.calendar import Ingress, events
from analytics.cosmic.eclipses import eclipses
from analytics.cosmic.moments import from_ms, to_day, to_moment
from analytics.cosmic.moon import elongation, phase_name, quarters
from analytics.cosmic.sky import sky
from analytics.cosmic.stations import stations
from analytics.cosmic.sun import solar_cycle
from analytics.cosmic.zeros import zeros

MOMENTS = st.datetimes(datetime(1850, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SOLAR = """
    2023-04-20T04:17:56 hybrid  -0.3952   2023-10-14T18:00:41 annular  0.3753
    2024-04-08T18:18:29 total    0.3431   2024-10-02T18:46:13 annular -0.3509
    2025-03-29T10:48:36 partial  1.0405   2025-09-21T19:43:04 partial -1.0651
    2026-02-17T12:13:06 annular -0.9743   2026-08-12T17:47:06 total    0.8977
    2027-02-06T16:00:48 annular -0.2952   2027-08-02T10:07:50 total    0.1421
    2028-01-26T15:08:59 annular  0.3901   2028-07-22T02:56:40 total   -0.6056
"""
"""NASA, Five Millennium Catalog of Solar Eclipses (Espenak and Meeus): all of these years, in dynamical time,
which is 73 to 77 s ahead there, and gamma."""


def day(*parts: int) -> float:
    return to_day(datetime(*parts, tzinfo=UTC))  # type: ignore[misc,arg-type]


def test_solar_eclipses_are_those_of_the_catalogue() -> None:
    words = SOLAR.split()
    times = [to_day(datetime.fromisoformat(at).replace(tzinfo=UTC)) for at in words[::3]]
    found = [one for one in eclipses(day(2023, 1, 1), day(2029, 1, 1)) if one.body == "Sun"]
    assert [one.kind for one in found] == words[1::3]
    assert [one.gamma for one in found] == pytest.approx([float(gamma) for gamma in words[2::3]], abs=0.0005)
    ahead = [(at - one.day) * 86_400 for one, at in zip(found, times, strict=True)]
    assert all(60 < seconds < 90 for seconds in ahead)


def test_the_sun_is_at_the_head_of_aries_at_the_equinox_of_march() -> None:
    """20 March 2024, 03:06 UTC, by the US Naval Observatory."""
    at = day(2024, 3, 20, 3, 6)
    assert abs(wrapped(longitude("Sun", at))) < 0.001
    assert (sign_of(longitude("Sun", at - 1)), sign_of(longitude("Sun", at + 1))) == ("Pisces", "Aries")


def test_a_retrograde_planet_enters_the_sign_before() -> None:
    """Mercury went back from Virgo into Leo on 14 August 2024 at 18:16 EDT, and forth on 9 September."""
    entered = [
        (one.sign, f"{to_moment(one.day):%m-%d}")
        for one in events(day(2024, 8, 1), day(2024, 9, 12))
        if isinstance(one, Ingress) and one.body == "Mercury"
    ]
    assert entered == [("Leo", "08-15"), ("Virgo", "09-09")]


def test_cycles_of_the_sun_begin_where_its_spots_were_fewest() -> None:
    cycle = solar_cycle(day(2026, 8, 1))
    assert cycle is not None
    assert (cycle.number, f"{cycle.began:%Y-%m}") == (25, "2019-12")
    assert cycle.years == pytest.approx(6.67, abs=0.01)
    before = solar_cycle(day(2019, 11, 30))
    assert before is not None
    assert before.number == 24


@pytest.mark.parametrize("year", [1750, 2040])
def test_a_cycle_that_nobody_has_numbered_yet_is_unknown(year: int) -> None:
    assert solar_cycle(day(year, 1, 1)) is None


@pytest.mark.parametrize(
    ("angle", "name"),
    [
        (0, "New Moon"),
        (354.5, "New Moon"),
        (45, "Waxing crescent"),
        (90, "First quarter"),
        (97, "Waxing gibbous"),
        (180, "Full Moon"),
        (200, "Waning gibbous"),
        (275, "Last quarter"),
        (350, "Waning crescent"),
    ],
)
def test_a_phase_has_the_name_of_the_quarter_within_twelve_hours_of_it(angle: float, name: str) -> None:
    assert phase_name(angle) == name


def motion(body: str, where: float, pace: float) -> Motion:
    return Motion(body=body, position=Position(longitude=where, latitude=0, distance=1), speed=pace)


@pytest.mark.parametrize(
    ("first", "second", "kind", "orb", "is_applying"),
    [
        ((10, 1.0), (99, 0.5), "square", 1, False),
        ((10, 1.0), (101, 0.5), "square", 1, True),
        ((359, 1.0), (3, 0.1), "conjunction", 4, True),
        ((3, 1.0), (359, 0.1), "conjunction", 4, False),
        ((0, 0.1), (177, -0.2), "opposition", 3, False),
        ((0, 0.1), (184, -0.2), "opposition", 4, True),
        ((300, 13.0), (0, 1.0), "sextile", 0, False),
        ((240, 1.0), (2, 0.5), "trine", 2, True),
        ((240, 1.0), (2, 1.5), "trine", 2, False),
    ],
)
def test_an_aspect_applies_while_its_orb_becomes_smaller(
    first: tuple[float, float], second: tuple[float, float], *, kind: str, orb: float, is_applying: bool
) -> None:
    (found,) = aspects([motion("Sun", *first), motion("Mars", *second)])
    assert (found.kind, found.is_applying) == (kind, is_applying)
    assert found.orb == pytest.approx(orb)


def test_bodies_that_are_further_from_exact_than_the_orb_are_in_no_aspect() -> None:
    assert not aspects([motion("Sun", 0, 1), motion("Mars", 66.1, 0.5)])
    assert not aspects([motion("Sun", 0, 1), motion("Mars", 8.1, 0.5)])


@settings(max_examples=25)
@given(at=MOMENTS)
def test_a_sky_is_whole_and_within_bounds_on_every_day(at: datetime) -> None:
    seen = sky(to_day(at))
    assert [one.body for one in seen.motions] == list(BODIES)
    assert all(0 <= one.position.longitude < 360 for one in seen.motions)
    assert [one.orb for one in seen.aspects] == sorted(one.orb for one in seen.aspects)
    assert all(0 <= one.orb <= ORBS[one.kind] for one in seen.aspects)
    assert 0 <= seen.moon.lit <= 1
    assert 0 <= seen.moon.age_days < 29.9
    assert seen.moon.lit == pytest.approx((1 - cos(radians(elongation(to_day(at))))) / 2, abs=0.01)
    assert abs(wrapped(seen.moon.true_node - seen.moon.mean_node)) < 2


@settings(max_examples=10)
@given(at=MOMENTS)
def test_quarters_follow_each_other_and_stations_alternate(at: datetime) -> None:
    start = to_day(at)
    names = [one.name for one in quarters(start, start + 60)]
    order = ["New Moon", "First quarter", "Full Moon", "Last quarter"]
    assert all(order.index(late) == (order.index(early) + 1) % 4 for early, late in pairwise(names))
    for planet in PLANETS[:3]:
        turns = [one.is_retrograde for one in stations(planet, start, start + 900)]
        assert turns
        assert all(early != late for early, late in pairwise(turns))


@given(at=MOMENTS)
def test_a_moment_comes_back_to_the_second(at: datetime) -> None:
    assert abs(to_moment(to_day(at)) - at) <= timedelta(seconds=0.5)
    since = at - datetime(1970, 1, 1, tzinfo=UTC)
    assert from_ms(since // timedelta(milliseconds=1)) == pytest.approx(to_day(at), abs=1e-7)


def test_zeros_are_looked_for_no_further_than_they_are_asked_for() -> None:
    looked: list[float] = []

    def curve(at: float) -> float:
        looked.append(at)
        return at - 2.5

    assert next(zeros(curve, 0, 1_000, step=1)) == pytest.approx(2.5)
    assert max(looked) <= 3
    assert list(zeros(lambda at: wrapped(at * 100), 0.5, 3, step=0.1, jump=90)) == []


def test_every_aspect_has_an_orb() -> None:
    assert ORBS.keys() == ANGLES.keys()


def test_speed_is_negative_while_a_planet_goes_back() -> None:
    assert speed("Mercury", day(2024, 4, 10)) < 0 < speed("Mercury", day(2024, 5, 10))
