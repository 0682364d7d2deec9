"""How true the sky is: tables of the US Naval Observatory and others, and Skyfield with DE421."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from sky_authority import EPHEMERIS, longitudes, moments, moon_node, speeds
from skyfield import almanac, eclipselib

from analytics.cosmic.aspects import exact
from analytics.cosmic.bodies import BODIES, PLANETS, longitude, position
from analytics.cosmic.eclipses import eclipses
from analytics.cosmic.moments import to_day
from analytics.cosmic.moon import apsides, illumination, quarters, true_node
from analytics.cosmic.stations import stations
from analytics.cosmic.sun import seasons
from config.settings import read_settings

MINUTE = 1 / 1_440
QUARTERS = ("New Moon", "First quarter", "Full Moon", "Last quarter")
MERCURY = """
    D 2024-01-02T03:07 R 2024-04-01T22:14 D 2024-04-25T12:54 R 2024-08-05T04:56 D 2024-08-28T21:13
    R 2024-11-26T02:42 D 2024-12-15T20:56 R 2025-03-15T06:46 D 2025-04-07T11:07 R 2025-07-18T04:45
    D 2025-08-11T07:29 R 2025-11-09T19:01 D 2025-11-29T17:38 R 2026-02-26T06:48 D 2026-03-20T19:32
    R 2026-06-29T17:35 D 2026-07-23T22:57 R 2026-10-24T07:12 D 2026-11-13T15:53
"""
"""From Skyfield with DE421, minutes cut off; R turns retrograde, D direct."""


def day(iso: str) -> float:
    moment = datetime.fromisoformat(iso.removesuffix("Z"))
    return to_day(moment.replace(tzinfo=UTC))


@pytest.fixture(scope="module")
def tables(lacking: Callable[[str], NoReturn]) -> Path:
    folder = read_settings().data / "astronomy"
    if not folder.is_dir():
        lacking(f"no astronomical tables in {folder}; set OMEGA_DATA")
    return folder


def rows(file: Path) -> list[list[str]]:
    return [line.split() for line in file.read_text("utf-8").splitlines() if line.strip()]


def test_every_phase_of_the_table_from_1800_to_2050_is_met_within_a_minute(tables: Path) -> None:
    """The table is rounded to minutes and has every tenth year: 41 s at most until 2049, 46 s in 2050."""
    wanted = [(QUARTERS[int(kind)], day(at)) for kind, at in rows(tables / "moonphases.txt") if at < "2051"]
    assert len(wanted) == 1_287
    for name, at in wanted:
        (found,) = quarters(at - 1, at + 1)
        assert found.name == name
        assert abs(found.day - at) < MINUTE


def test_every_equinox_and_solstice_from_1800_to_2050_is_met_within_a_minute(tables: Path) -> None:
    wanted = [
        (kind.lower(), day(at))
        for at, kind in rows(tables / "seasons.txt")
        if kind in {"Equinox", "Solstice"} and at < "2051"
    ]
    found = list(seasons(day("1800-01-01"), day("2051-01-01")))
    assert [one.name.split()[-1] for one in found] == [kind for kind, _ in wanted]
    assert max(abs(one.day - at) for one, (_, at) in zip(found, wanted, strict=True)) < MINUTE


def test_perigees_and_apogees_are_met_within_forty_minutes_and_fifteen_kilometres(tables: Path) -> None:
    """The distance hardly changes then: of all 1,325 until 2050 the worst is 36 minutes and 14 km off."""
    wanted = [row for row in rows(tables / "moon.txt") if row[1] < "2051"]
    for kind, at, distance in wanted[::9]:
        (found,) = apsides(day(at) - 2, day(at) + 2)
        assert found.is_perigee == (kind == "0")
        assert abs(found.day - day(at)) < 40 * MINUTE
        assert abs(found.distance_km - int(distance)) < 15


def test_oppositions_are_exact_in_the_sky_that_is_seen_and_near_those_of_geometry(tables: Path) -> None:
    """The table leaves out the aberration of light, which moves an opposition by up to 20 minutes."""
    for at, planet in rows(tables / "opposition_2018.txt"):
        (found,) = exact(planet, "Sun", "opposition", day(at) - 10, day(at) + 10)
        assert 0 < found - day(at) < 20 * MINUTE
        off = longitudes(planet, [found]) - longitudes("Sun", [found]) - 180
        assert abs((off[0] + 180) % 360 - 180) < 0.003


@pytest.mark.parametrize("body", BODIES)
def test_longitudes_are_within_a_hundredth_of_a_degree_from_1900_to_2050(body: str) -> None:
    days = np.linspace(day("1900-01-02"), day("2050-12-31"), 300)
    ours = np.array([longitude(body, at) for at in days.tolist()])
    assert np.abs((ours - longitudes(body, days) + 180) % 360 - 180).max() < 0.01


def test_the_stations_of_mercury_are_met_within_two_minutes() -> None:
    words = MERCURY.split()
    wanted = list(zip(words[::2], map(day, words[1::2]), strict=True))
    found = list(stations("Mercury", day("2024-01-01"), day("2027-01-01")))
    assert ["R" if one.is_retrograde else "D" for one in found] == [turn for turn, _ in wanted]
    assert max(abs(one.day - at) for one, (_, at) in zip(found, wanted, strict=True)) < 2 * MINUTE


@pytest.mark.parametrize("planet", PLANETS[1:])
def test_the_other_planets_turn_within_twenty_minutes_of_where_the_authority_has_them_turn(
    planet: str,
) -> None:
    """The worst from 2015 to 2030 is 11 minutes, of Neptune."""
    found = list(stations(planet, day("2015-01-01"), day("2030-01-01")))
    at = np.array([one.day for one in found])
    assert len(found) >= 14
    before, after = speeds(planet, at - 20 * MINUTE), speeds(planet, at + 20 * MINUTE)
    assert np.all((before > 0) == [one.is_retrograde for one in found])
    assert np.all((after < 0) == [one.is_retrograde for one in found])


def test_the_lit_share_and_the_node_of_the_moon_are_those_of_the_authority() -> None:
    days = np.linspace(day("1990-01-01"), day("2026-01-01"), 150)
    lit = [illumination(position("Moon", at), position("Sun", at)) for at in days.tolist()]
    assert np.abs(almanac.fraction_illuminated(EPHEMERIS, "moon", moments(days)) - lit).max() < 0.0002
    nodes = np.array([true_node(at) for at in days.tolist()])
    assert np.abs((nodes - moon_node(days) + 180) % 360 - 180).max() < 0.002


def test_lunar_eclipses_are_those_of_the_authority() -> None:
    """But for 4 April 2015, total for five minutes in NASA's catalogue and here, partial by Skyfield."""
    start, end = day("2008-01-01"), day("2030-01-01")
    kinds = {0: "penumbral", 1: "partial", 2: "total"}
    times, found, _ = eclipselib.lunar_eclipses(moments(start), moments(end), EPHEMERIS)
    days = (times.ut1 - 2_415_020.0).tolist()
    wanted = {round(at): (at, kinds[kind]) for at, kind in zip(days, found.tolist(), strict=True)}
    wanted[round(day("2015-04-04T12:00"))] = (day("2015-04-04T12:00"), "total")
    ours = {round(one.day): one for one in eclipses(start, end) if one.body == "Moon"}
    assert {at: one.kind for at, one in ours.items()} == {at: kind for at, (_, kind) in wanted.items()}
    assert max(abs(ours[place].day - at) for place, (at, _) in wanted.items()) < 2 * MINUTE
