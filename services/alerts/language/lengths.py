"""Lengths of time and moments as members write them, and lengths as we write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LENGTH = re.compile(r"([0-9]{1,7}) ?(s|m|min|h|d|w)", re.IGNORECASE)
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{6})?)?"
_MOMENT = re.compile(rf"(?P<date>{_DATE})(?:[ T](?P<time>{_TIME}))?Z?", re.ASCII)


def read_length(text: str) -> int | None:
    """Return the seconds of ``90s``, ``15m``, ``24h``, ``7d`` or ``1w``; None where it is no length."""
    found = _LENGTH.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2][0].lower()] if found else None


def write_length(seconds: int) -> str:
    """Return the shortest text that `read_length` makes this of again: 90s, 15m, 1d."""
    unit = max((one for one, size in _UNITS.items() if seconds % size == 0), key=_UNITS.__getitem__)
    return f"{seconds // _UNITS[unit]}{unit}"


def read_moment(text: str) -> datetime | None:
    """Return the moment in UTC of a date with or without a time; None where it is none."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found['date']}T{found['time'] or '00:00'}").replace(tzinfo=UTC)
    except ValueError:
        return None
