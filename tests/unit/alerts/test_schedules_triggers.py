from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schedule_stage import NOON, schedule
from structlog.testing import capture_logs

from services.alerts.schedules.agenda import LATEST, Agenda, due_slot
from services.alerts.schedules.triggers import SESSIONS, Slot, next_slot, slot_named
from services.store.rows import ScheduleRow

ZONES = (
    *("UTC", "America/Sao_Paulo", "Europe/London", "America/New_York", "Africa/Cairo", "Asia/Beirut"),
    *("Australia/Lord_Howe", "America/Havana", "America/Nuuk", "Pacific/Kiritimati", "Antarctica/Troll"),
)
"""Those that change their clocks at midnight, by half an hour, by two, and not at all."""
EIGHT = NOON.replace(hour=8)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots_of(row: ScheduleRow, after: datetime, count: int) -> list[Slot]:
    found: list[Slot] = []
    while len(found) < count:
        found.append(next_slot(row, found[-1].at if found else after))
    return found


@settings(max_examples=15, deadline=None)
@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 1_439), year=st.sampled_from([2026, 2027, 2038]))
def test_a_daily_post_comes_once_on_every_day_of_the_calendar(zone: str, minute: int, year: int) -> None:
    row = schedule(timezone=zone, minute=minute)
    found = slots_of(row, datetime(year, 1, 1, tzinfo=ZoneInfo(zone)) - timedelta(minutes=1), 365)
    days = [date.fromisoformat(slot.name.removeprefix("daily:")) for slot in found]
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert all(earlier.at < later.at for earlier, later in pairwise(found))


@settings(max_examples=30, deadline=None)
@given(zone=st.sampled_from(ZONES), minute=st.integers(0, 1_439), days=st.integers(0, 5_000))
def test_clocks_show_the_time_of_a_slot_unless_they_leave_it_out(zone: str, minute: int, days: int) -> None:
    slot = next_slot(schedule(timezone=zone, minute=minute), NOON + timedelta(days=days))
    shown = slot.at.astimezone(ZoneInfo(zone))
    before = (slot.at - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    is_left_out = before.utcoffset() != shown.utcoffset()
    assert is_left_out or (shown.hour * 60 + shown.minute, shown.fold) == (minute, 0)


@pytest.mark.parametrize(
    ("zone", "minute", "slot", "at"),
    [
        ("Europe/London", 90, "daily:2026-03-29", "2026-03-29 01:00"),  # 01:30 is left out
        ("Europe/London", 90, "daily:2026-10-25", "2026-10-25 00:30"),  # 01:30 comes twice
        ("America/New_York", 480, "daily:2026-03-08", "2026-03-08 12:00"),
        ("America/New_York", 480, "daily:2026-03-07", "2026-03-07 13:00"),
        ("Africa/Cairo", 30, "daily:2026-04-24", "2026-04-23 22:00"),  # 00:30 is left out
        ("UTC", 480, "daily:2038-01-20", "2038-01-20 08:00"),  # a day after 32 bits of seconds end
    ],
)
def test_a_slot_is_at_the_wall_time_of_its_zone(zone: str, minute: int, slot: str, at: str) -> None:
    row = schedule(timezone=zone, minute=minute)
    expected = Slot(name=slot, at=moment(at))
    assert slot_named(row, slot) == expected
    assert next_slot(row, expected.at - timedelta(minutes=1)) == expected


def test_a_weekly_post_comes_on_its_weekday() -> None:
    row = schedule(kind="weekly", weekday=4, minute=1_080, timezone="America/Sao_Paulo")
    assert slots_of(row, NOON, 2) == [
        Slot(name="weekly:2026-03-06", at=moment("2026-03-06 21:00")),
        Slot(name="weekly:2026-03-13", at=moment("2026-03-13 21:00")),
    ]


def test_sessions_open_on_weekdays_by_the_clocks_of_their_cities() -> None:
    row = schedule(kind="session", timezone="America/Sao_Paulo", minute=77)
    found = slots_of(row, moment("2026-03-27 12:00"), 5)
    assert [(slot.session, slot.at) for slot in found] == [
        ("New York", moment("2026-03-27 13:30")),
        ("Tokyo", moment("2026-03-30 00:00")),  # over the weekend, at which Europe moves its clocks
        ("London", moment("2026-03-30 07:00")),
        ("New York", moment("2026-03-30 13:30")),
        ("Tokyo", moment("2026-03-31 00:00")),
    ]
    assert all(slot_named(row, slot.name) == slot for slot in found)
    assert {slot.session for slot in found} == set(SESSIONS)


def test_the_name_of_another_schedule_is_no_slot_of_this_one() -> None:
    assert slot_named(schedule(kind="daily"), "weekly:2026-03-02") is None


def test_a_slot_is_due_from_its_moment_on_and_once() -> None:
    row = schedule()
    assert due_slot(schedule(last_slot="daily:2026-03-01"), EIGHT - timedelta(seconds=1)) is None
    assert due_slot(row, EIGHT) == Slot(name="daily:2026-03-02", at=EIGHT)
    assert due_slot(schedule(last_slot="daily:2026-03-02"), EIGHT + timedelta(hours=1)) is None


@pytest.mark.parametrize(("late", "is_posted"), [(timedelta(0), True), (LATEST, False)])
def test_a_slot_that_was_missed_is_posted_late_for_less_than_two_hours(
    late: timedelta, *, is_posted: bool
) -> None:
    assert (due_slot(schedule(), EIGHT + late) is not None) is is_posted
    assert due_slot(schedule(), EIGHT + LATEST - timedelta(seconds=1)) is not None


def test_a_schedule_posts_nothing_of_the_time_before_it_was_added() -> None:
    assert due_slot(schedule(created_at=EIGHT + timedelta(minutes=1)), EIGHT + timedelta(minutes=30)) is None


def test_a_clock_that_is_put_back_makes_nothing_due_again() -> None:
    row = schedule(last_slot="daily:2026-03-02")
    for hours in range(24):
        found = due_slot(row, EIGHT - timedelta(hours=hours))
        assert found is None


def test_a_clock_that_was_days_ahead_holds_nothing_back_for_days() -> None:
    row = schedule(last_slot="daily:2038-01-20")
    assert due_slot(row, EIGHT) == Slot(name="daily:2026-03-02", at=EIGHT)


def test_the_agenda_skips_what_is_too_late_and_says_so_once() -> None:
    agenda, row = Agenda(), schedule(last_slot="daily:2026-02-25")
    with capture_logs() as logs:
        assert [*agenda.due([row], NOON)] == []
        assert [*agenda.due([row], NOON + timedelta(seconds=1))] == []
    assert [(line["event"], line["slot"]) for line in logs] == [
        ("scheduled_post_skipped", "daily:2026-02-26")
    ]
    tomorrow = EIGHT + timedelta(days=1)
    assert [*agenda.due([row], tomorrow)] == [(row, Slot(name="daily:2026-03-03", at=tomorrow))]


def test_the_agenda_forgets_what_a_clock_said_that_is_put_back() -> None:
    agenda, row = Agenda(), schedule(last_slot="daily:2026-03-01")
    assert [*agenda.due([row], NOON)] == []
    assert [*agenda.due([row], EIGHT - timedelta(minutes=5))] == []
    assert [slot.name for _, slot in agenda.due([row], EIGHT)] == ["daily:2026-03-02"]


@settings(max_examples=40, deadline=None)
@given(jumps=st.lists(st.integers(-7_200, 7_200), max_size=12), zone=st.sampled_from(ZONES))
def test_whatever_the_clock_does_no_slot_is_due_twice(jumps: list[int], zone: str) -> None:
    agenda, row, now = Agenda(), schedule(timezone=zone, created_at=NOON), NOON
    posted: list[str] = []
    for jump in [*jumps, 0, 0]:
        now += timedelta(seconds=jump)
        for _ in range(30):
            now += timedelta(minutes=47)
            for _, slot in agenda.due([row], now):
                posted.append(slot.name)
                row = schedule(timezone=zone, created_at=NOON, last_slot=slot.name)
    assert len(posted) == len(set(posted))
    assert len(posted) >= (len(jumps) + 2) * 30 * 47 // 1_440 - 2
