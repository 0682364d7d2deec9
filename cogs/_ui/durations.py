"""How long, and until when, as members write it: ``90s``, ``7d``, ``2026-12-24 18:00``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from services.alerts.language.lengths import read_length
from services.errors import UserMistake
from services.locales import Locale

_DATE: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}))?", re.ASCII)
_DATE_OF_BRAZIL: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d{2}))?", re.ASCII)
_LONGEST: Final = 10 * 366 * 86_400
"""Seconds; a date so far ahead is still one."""


def seconds_in(text: str) -> int:
    """Return the seconds that a member wrote.

    Raises:
        UserMistake: it is no length of time, nothing, or longer than ten years.
    """
    seconds = read_length(text)
    if seconds is None or not 0 < seconds <= _LONGEST:
        raise UserMistake("That is no length of time.", hint="Write one such as 90s, 5min, 2h or 7d.")
    return seconds


def moment_in(text: str, *, now: datetime, zone: tzinfo, locale: Locale) -> datetime:
    """Return the moment ahead that a member wrote: a length of time from now, or a date there.

    A date without a time of day lasts to its end. In Brazil it may be written 24/12/2026.

    Raises:
        UserMistake: it is neither, or past.
    """
    at = _dated(text.strip(), zone, locale) or now + timedelta(seconds=seconds_in(text))
    if at <= now:
        raise UserMistake("That is past already.", hint="Write when it ends, such as 7d or 2030-12-24.")
    return at.astimezone(UTC)


def start_in(text: str, *, now: datetime, zone: tzinfo, locale: Locale) -> datetime:
    """Return the moment ahead at which something happens, read as `moment_in` reads one that ends.

    Raises:
        UserMistake: it is no moment, or past.
    """
    hint = "Write when it happens, such as 2h or 2030-12-24 18:00."
    at = _dated(text.strip(), zone, locale)
    seconds = read_length(text) if at is None else None
    if at is None and (seconds is None or not 0 < seconds <= _LONGEST):
        raise UserMistake("That is no moment ahead.", hint=hint)
    at = at or now + timedelta(seconds=seconds or 0)
    if at <= now:
        raise UserMistake("That is past already.", hint=hint)
    return at.astimezone(UTC)


def _dated(text: str, zone: tzinfo, locale: Locale) -> datetime | None:
    numbers = _numbers(text, locale)
    if numbers is None:
        return None
    year, month, day, of_day = numbers
    hour, minute = of_day or (0, 0)
    try:
        at = datetime(year, month, day, hour, minute, tzinfo=zone)
        return at if of_day else datetime.combine(at + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError) as error:
        raise UserMistake("There is no such date.", hint="Write one such as 2030-12-24.") from error


def _numbers(text: str, locale: Locale) -> tuple[int, int, int, tuple[int, ...]] | None:
    """Return year, month, day, and hour and minute where they are written; None for no date."""
    if found := _DATE.fullmatch(text):
        first, month, last, *of_day = found.groups()
        return int(first), int(month), int(last), tuple(int(part) for part in of_day if part)
    if locale == "pt-BR" and (found := _DATE_OF_BRAZIL.fullmatch(text)):
        first, month, last, *of_day = found.groups()
        return int(last), int(month), int(first), tuple(int(part) for part in of_day if part)
    return None
