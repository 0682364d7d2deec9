"""Column types that behave the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import JSON, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


def in_utc(value: datetime) -> datetime:
    """Return the same moment in UTC.

    Raises:
        ValueError: it is naive, and nobody can know which moment it means.
    """
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value.isoformat()}: attach a time zone before storing it")
    return value.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC.

    SQLite drops the offset without converting: 12:00+02:00 would come back as a naive 12:00. So every value
    is converted before it is bound, and a naive one is refused with `ValueError`.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC on the way in."""
        del dialect
        return None if value is None else in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attach or convert to UTC on the way out."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Strings(TypeDecorator[Sequence[str]]):
    """A short list of strings, in order, as JSON; read back as a tuple."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> list[str] | None:
        """Give the JSON encoder a list."""
        del dialect
        return None if value is None else list(value)

    def process_result_value(self, value: list[str] | None, dialect: Dialect) -> tuple[str, ...] | None:
        """Return what cannot be changed by accident."""
        del dialect
        return None if value is None else tuple(value)


class Money(TypeDecorator[Decimal]):
    """An exact decimal number, kept as text: SQLite would make a binary fraction of it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Write it without an exponent."""
        del dialect
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read exactly what was written."""
        del dialect
        return None if value is None else Decimal(value)
