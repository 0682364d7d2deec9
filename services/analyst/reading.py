"""What members write where the analyst asks for moments, prices and lengths of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.errors import UserMistake

AUTO = "auto"
_SEPARATOR = re.compile(r"\s+to\s+|\s+|;|→")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_AGO = re.compile(r"(\d{1,5})\s*([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_POINTS = 2
_EXAMPLES = "Write auto, or two dates such as 2025-06-01 2025-06-05, or two prices such as 58000 64210."


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Two prices, in the order in which they were written."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Two moments, in the order in which they were written."""

    one: datetime
    other: datetime


def read_swing(text: str) -> Sequence[Prices] | Moments | None:
    """Return the two points that were given; None for ``auto``.

    A date is ISO 8601, with or without a time, in UTC where it does not say. ``2.150`` is two thousand to one
    and two to another: then both readings are returned, for the market to tell which it can be.

    Raises:
        UserMistake: it is neither.
    """
    written = text.strip()
    if written.casefold() in {"", AUTO}:
        return None
    parts = [part for part in _SEPARATOR.split(written) if part]
    if len(parts) == _POINTS:
        starts, ends = _numbers(parts[0]), _numbers(parts[1])
        if starts and ends:
            return [Prices(start=start, end=end) for start in starts for end in ends]
        one, other = _moment(parts[0]), _moment(parts[1])
        if one is not None and other is not None:
            return Moments(one=one, other=_end_of_day(other, parts[1]))
    raise UserMistake(f"{written} is no swing.", hint=_EXAMPLES)


def read_since(text: str, *, now: datetime) -> datetime | None:
    """Return the moment that ``2025-06-01`` or ``7d`` means, as seen from `now`; None for nothing written.

    Raises:
        UserMistake: it is neither, or it lies ahead of `now`.
    """
    written = text.strip()
    if not written:
        return None
    ago = _AGO.fullmatch(written)
    since = now - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])}) if ago else _moment(written)
    if since is None:
        raise UserMistake(
            f"{written} is no beginning.", hint="Write a date such as 2025-06-01, or 7d for seven days ago."
        )
    if since >= now:
        raise UserMistake(f"{written} lies ahead of the newest candle.", hint="Write an earlier date.")
    return since


def _numbers(text: str) -> list[float]:
    """Return what a number may mean, with its mark taken for thousands first; nothing where it is none."""
    written = text.strip("$ ")
    if not _NUMBER.fullmatch(written):
        return []
    thousands = [float(re.sub(r"[.,]", "", written))] if _THOUSANDS.fullmatch(written) else []
    whole, mark, fraction = written.rpartition(max(",.", key=written.rfind))
    if mark and written.count(mark) > 1:
        return thousands
    return [*thousands, float(f"{re.sub('[.,]', '', whole) or '0'}.{fraction}") if mark else float(fraction)]


def _end_of_day(moment: datetime, written: str) -> datetime:
    """Return the last moment of a day that was written without a time: the day belongs to the swing."""
    is_day = len(written) == len("2025-06-05")
    return moment + timedelta(days=1, milliseconds=-1) if is_day else moment


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
