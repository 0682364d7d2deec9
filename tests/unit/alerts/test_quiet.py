from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.subscribing.quiet import MINUTES_A_DAY, next_hour, next_morning, quiet_until
from services.store.rows import QuietRow

ZONES = (
    *("UTC", "America/Sao_Paulo", "Europe/London", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns", "Antarctica/Troll"),
)
"""Those with half hours, with steps of half an hour and of two, and the one that left out a day."""
MINUTES = st.integers(0, MINUTES_A_DAY - 1)
MOMENTS = st.datetimes(
    min_value=datetime(2011, 12, 20),  # noqa: DTZ001 - given its zone below
    max_value=datetime(2039, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


def quiet(begins: str, ends: str, zone: str = "UTC") -> QuietRow:
    return kept(minute(begins), minute(ends), zone)


def kept(begins: int, ends: int, zone: str) -> QuietRow:
    return QuietRow(
        user_id="7", from_minute=begins, until_minute=ends, timezone=zone, is_urgent_let_through=True
    )


def minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def at(text: str, zone: str = "UTC", *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-01 21:59", None),
        ("2026-03-01 22:00", "2026-03-02 07:00"),
        ("2026-03-02 03:00", "2026-03-02 07:00"),
        ("2026-03-02 06:59:59", "2026-03-02 07:00"),
        ("2026-03-02 07:00", None),
    ],
)
def test_a_night_goes_over_midnight_and_ends_in_the_morning_of_its_zone(now: str, ends: str | None) -> None:
    zone = "America/Sao_Paulo"
    found = quiet_until(quiet("22:00", "07:00", zone), at(now, zone))
    assert found == (None if ends is None else at(ends, zone))


def test_quiet_hours_within_a_day_are_that_day_s() -> None:
    siesta = quiet("13:00", "15:00")
    assert quiet_until(siesta, at("2026-03-01 14:00")) == at("2026-03-01 15:00")
    assert quiet_until(siesta, at("2026-03-01 02:00")) is None


def test_a_night_in_which_clocks_go_forward_is_an_hour_shorter_and_ends_by_the_wall_clock() -> None:
    """By British Summer Time, clocks go from 01:00 to 02:00 on the last Sunday of March."""
    night = quiet("22:00", "07:00", "Europe/London")
    begins, ends = at("2026-03-28 22:00", "Europe/London"), at("2026-03-29 07:00", "Europe/London")
    assert quiet_until(night, begins) == ends
    assert ends - begins == timedelta(hours=8)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_with_the_jump() -> None:
    night = quiet("22:00", "01:30", "Europe/London")
    assert quiet_until(night, at("2026-03-29 00:30")) == at("2026-03-29 01:00")


def test_quiet_hours_that_begin_in_the_hour_that_is_left_out_begin_with_the_jump() -> None:
    early = quiet("01:30", "05:00", "Europe/London")
    assert quiet_until(early, at("2026-03-29 00:59:59")) is None
    assert quiet_until(early, at("2026-03-29 01:00")) == at("2026-03-29 05:00", "Europe/London")


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    night = quiet("00:00", "01:30", "Europe/London")
    second = at("2026-10-25 01:30", "Europe/London", fold=1)
    assert quiet_until(night, at("2026-10-25 00:45")) == second
    assert quiet_until(night, at("2026-10-25 01:29:59")) == second
    assert quiet_until(night, at("2026-10-25 01:30")) is None


def test_a_night_that_ends_on_a_day_that_is_left_out_ends_when_that_day_is_jumped_over() -> None:
    """Samoa went from 29 to 31 December 2011 at midnight."""
    night = quiet("22:00", "07:00", "Pacific/Apia")
    now = at("2011-12-29 23:00", "Pacific/Apia")
    assert quiet_until(night, now) == at("2011-12-31 00:00", "Pacific/Apia")


@settings(max_examples=150)
@given(st.sampled_from(ZONES), MINUTES, MINUTES, MOMENTS)
def test_whatever_is_held_back_is_due_within_a_day_and_some_hours(
    zone: str, begins: int, ends: int, now: datetime
) -> None:
    found = quiet_until(kept(begins, (ends + 1) % MINUTES_A_DAY if begins == ends else ends, zone), now)
    assert found is None or now < found <= now + timedelta(hours=27)


@settings(max_examples=150)
@given(st.sampled_from(ZONES), MINUTES, MINUTES, MOMENTS, st.integers(0, 90_000))
def test_all_moments_of_one_quiet_night_end_at_the_same_moment(
    zone: str, begins: int, ends: int, now: datetime, later: int
) -> None:
    night = kept(begins, (ends + 1) % MINUTES_A_DAY if begins == ends else ends, zone)
    until = quiet_until(night, now)
    moment = now + timedelta(seconds=later)
    if until is not None and moment < until:
        assert quiet_until(night, moment) == until


@settings(max_examples=150)
@given(st.sampled_from(ZONES), MINUTES, MOMENTS, st.sampled_from([timedelta(hours=2), -timedelta(hours=1)]))
def test_the_next_morning_is_near_however_the_clock_jumps(
    zone: str, morning: int, now: datetime, jump: timedelta
) -> None:
    first, second = (next_morning(zone, morning, moment) for moment in (now, now + jump))
    for moment, found in ((now, first), (now + jump, second)):
        assert moment < found <= moment + timedelta(hours=50)
    assert abs(second - first) <= timedelta(hours=50)
    local = first.astimezone(ZoneInfo(zone))
    before = (first - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert local.hour * 60 + local.minute == morning or local.utcoffset() != before.utcoffset()


def test_the_next_full_hour_is_never_now() -> None:
    assert next_hour(at("2026-03-01 22:00")) == at("2026-03-01 23:00")
    assert next_hour(at("2026-03-01 22:59:59")) == at("2026-03-01 23:00")
