"""Numbers of an order as members wrote them, each read in one way or refused.

Belongs here: texts into numbers, and the refusal of one that says two things. What an order of some type
needs is checked in `wishes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.errors import UserMistake
from services.locales import Locale, locale_of
from services.locales.numbers import Numbers
from services.locales.reading import read_number, read_percent

_SHOWN: Final = 24
_HUNDRED: Final = Decimal(100)
_MOST: Final = Decimal(10) ** 15
_LEAST: Final = Decimal(10) ** -15


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what was written in one language. Every method raises `UserMistake`."""

    locale: Locale

    @classmethod
    def of(cls, locale: str) -> Reader:
        """Return the reader of a language tag."""
        return cls(locale_of(locale))

    def number(self, name: str, text: str) -> Decimal | None:
        """Return a number above 0; None where nothing was written."""
        return self._one(name, text, read_number(text, self.locale)) if text.strip() else None

    def percent(self, name: str, text: str) -> Decimal | None:
        """Return a percentage above 0 and at most 100; None where nothing was written."""
        if not text.strip():
            return None
        value = self._one(name, text, read_percent(text, self.locale))
        if value > _HUNDRED:
            raise UserMistake(f"The {name} is at most 100 %.", hint="Ask for less.")
        return value

    def leverage(self, text: str) -> Decimal | None:
        """Return a leverage, which may be written as ``10x``; None where nothing was written."""
        return self.number("leverage", text.strip().casefold().removesuffix("x"))

    def _one(self, name: str, text: str, readings: Sequence[Decimal]) -> Decimal:
        shown = text.strip()[:_SHOWN]
        if not readings:
            raise UserMistake(f"{shown} is no number for the {name}.", hint="Write a number, such as 0.5.")
        if len(readings) > 1:
            first, second = (self._written(one) for one in readings)
            raise UserMistake(
                f"{shown} can mean {first} or {second}, so the {name} is not taken.",
                hint="Write it without marks between thousands.",
            )
        if readings[0] > _MOST:
            raise UserMistake(f"The {name} is too large.", hint="Write a smaller number.")
        if readings[0] < _LEAST:
            raise UserMistake(f"The {name} must be above 0.", hint="Write another number.")
        return readings[0]

    def _written(self, value: Decimal) -> str:
        return Numbers(self.locale).exact(value)
