"""When it is quiet for a member, and when it is morning: the wall clock of a zone against moments in time.

Whoever asks says which moment it is; nothing here remembers one, so that a clock that jumps changes the next
answer and nothing else.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.store.rows import QuietRow

MINUTES_A_DAY: Final = 1_440
MORNING: Final = 8 * 60
"""When it is morning for whoever keeps no quiet hours, in minutes after midnight."""
_DAYS_BACK: Final = 2
"""A zone may leave out a whole day, as that of Apia did."""
_SECOND = timedelta(seconds=1)


def quiet_until(quiet: QuietRow, now: datetime) -> datetime | None:
    """Return when the quiet ends that it is at `now`; None while it is not quiet.

    An hour that the clocks go through twice is quiet both times. Where they leave out the minute it should
    end at, it ends with the jump.
    """
    zone = ZoneInfo(quiet.timezone)
    today = now.astimezone(zone).date()
    ends_later = quiet.from_minute > quiet.until_minute
    for back in range(_DAYS_BACK, -1, -1):
        day = today - timedelta(days=back)
        begins = first_at(zone, day, quiet.from_minute)
        ends = last_at(zone, day + timedelta(days=1) if ends_later else day, quiet.until_minute)
        if begins <= now < ends:
            return ends
    return None


def next_morning(zone: str, minute: int, now: datetime) -> datetime:
    """Return the first moment after `now` at which it is `minute` after midnight in `zone`."""
    there = ZoneInfo(zone)
    today = now.astimezone(there).date()
    days = (first_at(there, today + timedelta(days=ahead), minute) for ahead in range(-1, _DAYS_BACK + 1))
    return next(moment for moment in days if moment > now)


def next_hour(now: datetime) -> datetime:
    """Return the first full hour after `now`."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def first_at(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """Return when clocks first show `minute` of `day`; where they leave it out, when they jump over it."""
    return _met(zone, _wall(day, minute), fold=0)


def last_at(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """Return when clocks last show `minute` of `day`; where they leave it out, when they jump over it."""
    return _met(zone, _wall(day, minute), fold=1)


def _wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60))


def _met(zone: ZoneInfo, wall: datetime, *, fold: int) -> datetime:
    """Return the moment of a wall time.

    A time that the clocks leave out is later as of before the jump (fold 0) than as of after it (fold 1), as
    none else is, and the jump lies between the two.

    Source: PEP 495, https://peps.python.org/pep-0495/
    """
    before, after = (wall.replace(tzinfo=zone, fold=side).astimezone(UTC) for side in (0, 1))
    if before <= after:
        return after if fold else before
    return _jump(zone, after, before)


def _jump(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the second between `low` and `high` from which on another offset counts."""
    old = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high
