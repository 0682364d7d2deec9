"""The cosmic service: what it answers, by which time, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
from market_answers import origin
from persona_fakes import HandClock

from analytics.cosmic.factors import labels
from analytics.cosmic.moments import DAY_MS
from config.settings import read_settings
from services.bus.messages import Message, Request
from services.cosmic.messages import (
    DailyCloses,
    GetAspects,
    GetCalendar,
    GetMoon,
    GetRetrogrades,
    GetSky,
    ListFactors,
    TestFactor,
)
from services.cosmic.readings import CsvReadings, Readings
from services.cosmic.service import CosmicService
from services.errors import ExchangeUnavailable, Misconfigured, UserMistake
from services.exchange.prices import to_milliseconds
from services.omega import ServiceConfig

BTC = "BTC/USDT:USDT"
SUMMER = datetime(2024, 7, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)


class Days:
    """Days of a market as a test lays them down."""

    def __init__(self, count: int = 400, *, planted: str = "", since: datetime = LONG_AGO) -> None:
        time = to_milliseconds(since) + DAY_MS * np.arange(count, dtype=np.int64)
        returns = np.random.default_rng(4).normal(0, 0.02, count)
        if planted:
            returns += 0.04 * labels(time)[planted]
        self.closes = DailyCloses(
            market=BTC, time=time.tolist(), close=(100 * np.cumprod(1 + returns)).tolist(), origin=origin()
        )
        self.error: Exception | None = None
        self.asked: list[str] = []

    async def daily(self, market: str) -> DailyCloses:
        self.asked.append(market)
        if self.error is not None:
            raise self.error
        return self.closes


def service(
    days: Days | None = None, *, schumann: Readings | None = None, sunspots: Readings | None = None
) -> CosmicService:
    return CosmicService(
        ServiceConfig(), returns=days or Days(), clock=HandClock(), schumann=schumann, sunspots=sunspots
    )


@pytest.mark.parametrize(
    "request_",
    [
        GetSky(),
        GetMoon(at=SUMMER),
        GetRetrogrades(),
        GetAspects(),
        GetCalendar(days=90),
        ListFactors(),
        TestFactor(factor="full_moon", market="BTC"),
    ],
    ids=lambda request: type(request).__name__,
)
async def test_every_answer_survives_the_bus(request_: Request[Any]) -> None:
    cosmic = service()
    assert cosmic.can_handle(request_)
    answer: Message = await cosmic.process(request_)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=type(answer)) == answer


async def test_now_is_the_time_of_the_clock_and_another_moment_is_taken_as_asked() -> None:
    """1 August 2026: the Sun in Leo. 1 July 2024: in Cancer."""
    now = await service().process(GetSky())
    assert (now.at, now.place("Sun").spot.sign) == (HandClock().now(), "Leo")
    then = await service().process(GetSky(at=SUMMER))
    assert (then.at, then.place("Sun").spot.sign) == (SUMMER, "Cancer")


async def test_the_moon_says_what_was_and_what_comes() -> None:
    """July 2024: last quarter 28 June, new 5 July 22:57, perigee 12 or 13 July; eclipses in September."""
    moon = await service().process(GetMoon(at=SUMMER))
    assert [event.title for event in moon.before] == [
        "New Moon",
        "First quarter",
        "Full Moon",
        "Last quarter",
    ]
    assert moon.quarters[0].title == "New Moon"
    assert abs(moon.quarters[0].at - datetime(2024, 7, 5, 22, 57, tzinfo=UTC)) < timedelta(minutes=1)
    assert moon.phase == "Waning crescent"
    assert [event.title for event in moon.apsides] == ["Moon at apogee", "Moon at perigee"]
    assert [event.title for event in moon.eclipses] == ["Partial lunar eclipse", "Annular solar eclipse"]


async def test_retrograde_planets_say_since_when_and_until_when() -> None:
    """Saturn turned on 29 June 2024, Neptune would on 2 July, a day after the moment asked about."""
    found = await service().process(GetRetrogrades(at=SUMMER))
    assert [one.place.body for one in found.planets] == ["Saturn", "Pluto"]
    assert all(one.since < SUMMER < one.until for one in found.planets)
    assert [turn.at for turn in found.turns] == sorted(turn.at for turn in found.turns)
    assert (len(found.turns), found.turns[0].planet, found.turns[0].is_retrograde) == (8, "Neptune", True)


async def test_the_calendar_holds_what_happens_within_its_days_and_no_more() -> None:
    """The Moon was full on 21 July 2024 at 10:17 UTC, by the US Naval Observatory."""
    calendar = await service().process(GetCalendar(days=30, at=SUMMER))
    times = [event.at for event in calendar.events]
    assert times == sorted(times)
    assert all(SUMMER <= at <= SUMMER + timedelta(days=30) for at in times)
    (full,) = [event.at for event in calendar.events if event.title == "Full Moon"]
    assert abs(full - datetime(2024, 7, 21, 10, 17, tzinfo=UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "request_", [GetCalendar(days=0), GetCalendar(days=367), GetMoon(at=datetime(2100, 1, 1, tzinfo=UTC))]
)
async def test_what_is_beyond_what_is_known_is_refused(request_: Request[Any]) -> None:
    with pytest.raises(UserMistake):
        await service().process(request_)


async def test_what_no_source_is_configured_for_is_not_there() -> None:
    sky = await service().process(GetSky())
    assert (sky.schumann, sky.sunspots) == (None, None)
    assert (sky.schumann_lack, sky.sunspots_lack) == ("no source", "no source")


def readings(tmp_path: Path, text: str, **other: Any) -> CsvReadings:
    file = tmp_path / "readings.csv"
    file.write_text(text, "utf-8")
    return CsvReadings(path=file, column="f1_hz", source="a station", **other)


async def test_the_last_reading_before_the_moment_is_told_with_its_time_and_source(tmp_path: Path) -> None:
    text = "timestamp,f1_hz\n2026-07-31T10:00+00:00,7.83\n2026-07-31T12:00+00:00,null\n2026-09-01T00:00Z,8\n"
    sky = await service(schumann=readings(tmp_path, text)).process(GetSky())
    assert sky.schumann is not None
    assert (sky.schumann.value, sky.schumann.source) == (7.83, "a station")
    assert sky.schumann.at == datetime(2026, 7, 31, 10, tzinfo=UTC)
    before = await service(schumann=readings(tmp_path, text)).process(GetSky(at=SUMMER))
    assert before.schumann is None
    assert (before.schumann_lack, before.sunspots_lack) == ("no reading yet", "no source")


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,f2_hz\n",
        "timestamp,f1_hz\n2026-07-31T10:00,7.83\n",
        "timestamp,f1_hz\n2026-07-31T10:00Z,high\n",
        "timestamp,f1_hz\n2026-07-31T10:00Z,nan\n",
        "timestamp,f1_hz\nyesterday,7.83\n",
    ],
    ids=["no such column", "no zone", "no number", "not finite", "no time"],
)
async def test_a_source_that_is_not_what_it_should_be_takes_nothing_else_away(
    tmp_path: Path, text: str
) -> None:
    source = readings(tmp_path, text)
    with pytest.raises(Misconfigured, match=r"readings\.csv"):
        await source.newest(SUMMER)
    sky = await service(sunspots=source).process(GetSky())
    assert (sky.sunspots, sky.sunspots_lack) == (None, "its source cannot be read")
    assert sky.places


async def test_a_source_that_is_missing_is_named(tmp_path: Path) -> None:
    gone = CsvReadings(path=tmp_path / "none.csv", column="f1_hz", source="a station")
    with pytest.raises(Misconfigured, match=r"none\.csv: cannot be read"):
        await gone.newest(SUMMER)
    assert (await service(schumann=gone).process(GetSky())).schumann_lack == "its source cannot be read"


async def test_readings_as_a_station_publishes_them_are_understood(
    lacking: Callable[[str], NoReturn],
) -> None:
    file = read_settings().data / "schumann" / "tomsk_digitised_60m_excerpt.csv"
    if not file.is_file():
        lacking(f"no readings in {file}; set OMEGA_DATA")
    tomsk = CsvReadings(path=file, column="f1_hz", source="Tomsk", zone=ZoneInfo("Asia/Tomsk"))
    found = await tomsk.newest(datetime(2026, 9, 26, 22, tzinfo=ZoneInfo("Asia/Tomsk")))
    assert found is not None
    assert (found.value, f"{found.at:%H:%M}") == (8.1, "21:47")


async def test_a_factor_is_tested_by_the_time_of_the_market_and_not_by_the_clock() -> None:
    days = Days(planted="full_moon")
    found = await service(days).process(TestFactor(factor="Full Moon", market="btc"))
    assert days.asked == ["btc"]
    assert (found.factor.name, found.market, found.days) == ("full_moon", BTC, 399)
    assert (found.first_at, found.last_at) == (LONG_AGO + timedelta(days=1), LONG_AGO + timedelta(days=399))
    assert found.is_found
    assert found.low < found.effect < found.high
    assert found.tried > 20


async def test_nothing_is_found_in_noise_and_the_same_question_has_the_same_answer() -> None:
    one, other = [await service().process(TestFactor(factor="new_moon", market=BTC)) for _ in range(2)]
    assert one == other
    assert not one.is_found
    assert one.p >= one.p_alone


async def test_too_few_days_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(UserMistake, match=rf"There are only 59 days of {BTC}, and a test needs 60\."):
        await service(Days(60)).process(TestFactor(factor="full_moon", market=BTC))


async def test_a_factor_that_was_hardly_there_is_refused() -> None:
    """Venus was direct in the spring of 2024."""
    days = Days(90, since=datetime(2024, 3, 1, tzinfo=UTC))
    with pytest.raises(UserMistake, match=r"Venus retrograde: 0 of 89 days"):
        await service(days).process(TestFactor(factor="venus_retrograde", market=BTC))


async def test_an_unknown_factor_is_refused_before_anybody_is_asked_for_days() -> None:
    days = Days()
    with pytest.raises(UserMistake, match="There is no factor called blood moon"):
        await service(days).process(TestFactor(factor="blood moon", market=BTC))
    assert not days.asked


async def test_what_keeps_the_days_away_is_passed_on() -> None:
    days = Days()
    days.error = ExchangeUnavailable("It does not answer.", facts={"venue": "binance"})
    with pytest.raises(ExchangeUnavailable):
        await service(days).process(TestFactor(factor="full_moon", market=BTC))


async def test_every_factor_that_is_listed_is_known_by_name_and_title() -> None:
    found = (await service().process(ListFactors())).factors
    assert len({one.name for one in found}) == len({one.title for one in found}) == len(found)
    for one in found[:3]:
        tested = await service().process(TestFactor(factor=one.title.upper(), market=BTC))
        assert tested.factor == one
