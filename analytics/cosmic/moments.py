"""Moments as the mathematics counts them, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1899, 12, 31, 12, tzinfo=UTC)
_J2000: Final = 36_525.0
"""2000-01-01 12:00 as a moment."""
_CENTURY: Final = 36_525.0
DAY_MS: Final = 86_400_000


def to_day(at: datetime) -> float:
    """Return an aware time as days since 1899-12-31 12:00 UT."""
    return (at - _EPOCH) / timedelta(days=1)


def to_moment(day: float) -> datetime:
    """Return a moment as aware UTC, rounded to the second.

    It takes universal time for UTC, from which it differs by less than 0.9 s.
    """
    return _EPOCH + timedelta(seconds=round(day * 86_400))


def from_ms(time_ms: int) -> float:
    """Return milliseconds since 1970 as a moment."""
    return time_ms / DAY_MS + 25_567.5


def centuries(day: float) -> float:
    """Return Julian centuries since J2000, of universal time."""
    return (day - _J2000) / _CENTURY
