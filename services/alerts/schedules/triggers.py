"""When a schedule is due: slots, each a day of the calendar with a name, and its moment.

The triggers count on the calendar, where no hour is missing and none comes twice; the time zone is applied to
what they find. Whether a slot was posted already belongs to `posting`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]  # it ships no types

from services.alerts.subscribing.quiet import first_at
from services.store.rows import ScheduleRow

_WEEKDAYS: Final = "mon-fri"
_NINE: Final = 9 * 60
_EIGHT: Final = 8 * 60
_HALF_PAST_NINE: Final = 9 * 60 + 30
SESSIONS: Final = {
    "Tokyo": ("Asia/Tokyo", _NINE),
    "London": ("Europe/London", _EIGHT),
    "New York": ("America/New_York", _HALF_PAST_NINE),
}
"""Where share trading opens, in which time zone, and at which minute after midnight.

Source: https://www.jpx.co.jp/english/equities/trading/domestic/01.html
https://www.londonstockexchange.com/equities-trading/business-days
https://www.nyse.com/markets/hours-calendars
"""
_LONGEST_OFFSET: Final = timedelta(days=2)
"""More than any time zone is away from UTC, with a day that one may leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One moment that a schedule posts for: ``daily:2026-03-01``, ``session:London:2026-03-02``.

    The date is that of the calendar in the schedule's time zone.
    """

    name: str
    at: datetime

    @property
    def session(self) -> str:
        """Return which session opens; empty for none."""
        kind, *parts = self.name.split(":")
        return parts[0] if kind == "session" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rhythm:
    """Days of the calendar, and a wall time of a zone on each of them."""

    prefix: str
    zone: ZoneInfo
    minute: int
    weekdays: str = "*"

    def on(self, day: date) -> Slot:
        """Return the slot of a day. A time that the clocks leave out is when they jump over it."""
        at = first_at(self.zone, day, self.minute)
        return Slot(name=f"{self.prefix}:{day.isoformat()}", at=at)

    def after(self, moment: datetime) -> Iterator[Slot]:
        """Yield the slots later than `moment`, the earliest first, without end."""
        trigger = CronTrigger(
            day_of_week=self.weekdays, hour=self.minute // 60, minute=self.minute % 60, timezone=UTC
        )
        found = trigger.get_next_fire_time(None, moment - _LONGEST_OFFSET)
        while found is not None:
            slot = self.on(found.date())
            if slot.at > moment:
                yield slot
            found = trigger.get_next_fire_time(found, found)


def next_slot(row: ScheduleRow, after: datetime) -> Slot:
    """Return the first slot of a schedule that is later than `after`."""
    return min((next(rhythm.after(after)) for rhythm in _rhythms(row)), key=lambda slot: slot.at)


def slot_named(row: ScheduleRow, name: str) -> Slot | None:
    """Return the slot of that name; None for a name that the schedule has no slot of."""
    for rhythm in _rhythms(row):
        prefix, _, day = name.rpartition(":")
        if prefix == rhythm.prefix:
            return rhythm.on(date.fromisoformat(day))
    return None


def _rhythms(row: ScheduleRow) -> tuple[_Rhythm, ...]:
    if row.kind == "session":
        return tuple(
            _Rhythm(prefix=f"session:{city}", zone=ZoneInfo(zone), minute=minute, weekdays=_WEEKDAYS)
            for city, (zone, minute) in SESSIONS.items()
        )
    weekdays = str(row.weekday) if row.kind == "weekly" else "*"
    return (_Rhythm(prefix=row.kind, zone=ZoneInfo(row.timezone), minute=row.minute, weekdays=weekdays),)
