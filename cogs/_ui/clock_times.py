"""Times of day as members write them and as cards show them, and how much of a day is left."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from services.errors import UserMistake

_TIME: Final = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:(?::|h)(?P<minute>[0-9]{2}))?(?:h| ?(?P<half>am|pm))?", re.IGNORECASE | re.ASCII
)
_HOURS, _HOURS_OF_HALF, _MINUTES = 24, 12, 60
_SHORTEST: Final = 60


def minute_in(text: str) -> int:
    """Return the minute after midnight of ``22:00``, ``10pm``, ``7:30 am``, ``22h`` or ``22h30``.

    Raises:
        UserMistake: it is no time of day.
    """
    found = _TIME.fullmatch(text.strip())
    hour = None if found is None else _hour(int(found["hour"]), found["half"])
    minute = 0 if found is None else int(found["minute"] or 0)
    if hour is None or minute >= _MINUTES:
        raise UserMistake("That is no time of day.", hint="Write one such as 22:00 or 10pm.")
    return hour * _MINUTES + minute


def clock_of(minute: int) -> str:
    """Write a minute after midnight as a clock shows it: 22:00."""
    return f"{minute // _MINUTES:02}:{minute % _MINUTES:02}"


def seconds_left(now: datetime, zone: tzinfo) -> int:
    """Return the seconds until the day ends in `zone`, one minute at least."""
    there = now.astimezone(zone)
    midnight = datetime.combine(there.date() + timedelta(days=1), time(), zone)
    return max(_SHORTEST, int((midnight.astimezone(UTC) - now).total_seconds()))


def _hour(hour: int, half: str | None) -> int | None:
    """Return the hour of the day; None where a clock has none such."""
    if half is None:
        return hour if hour < _HOURS else None
    if not 1 <= hour <= _HOURS_OF_HALF:
        return None
    return hour % _HOURS_OF_HALF + (_HOURS_OF_HALF if half.casefold() == "pm" else 0)
