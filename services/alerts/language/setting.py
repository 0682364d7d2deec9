"""Where a leaf of an expression stands: its market and timeframe, and how its numbers are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.alerts.language.lengths import read_length
from services.alerts.language.lexing import Cursor, Token
from services.locales import Locale
from services.locales.reading import read_number, read_percent
from services.market.messages import TIMEFRAMES

_LONGEST_NUMBER: Final = 4
"""Words: ``R$ 70 000 k``."""
_JOINTS: Final = frozenset({"and", "or", "not"})
_MARKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9/:_.$-]{0,40}")
_PARAMETER = re.compile(r"-?[0-9.]+%?|-?[0-9]+,[0-9]+%?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A number of an expression that has to be chosen among the ways in which it can be read."""

    text: str
    market: str
    """As it was written."""
    readings: tuple[Decimal, ...]
    is_price: bool
    """Whether it is a price of the market, so that the price can tell which reading is meant."""


Choose = Callable[[Written], Decimal]


def first_reading(written: Written) -> Decimal:
    """Choose the reading of the member's own language."""
    return written.readings[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What holds for a leaf. An empty market or timeframe has not been told."""

    market: str
    timeframe: str
    locale: Locale
    choose: Choose

    def with_inside(self, cursor: Cursor, call: Token) -> tuple[Setting, list[str]]:
        """Return the setting that the brackets of a subject change, and what else stands in them.

        Raises:
            UserMistake: there is something that is neither market nor timeframe nor number nor length.
        """
        setting, rest = self, []
        for text in _parts(call.inside):
            if text.casefold() in TIMEFRAMES and call.name != "change":
                setting = replace(setting, timeframe=text.casefold())
            elif _PARAMETER.fullmatch(text) or read_length(text) is not None:
                rest.append(text)
            elif is_market(text):
                setting = replace(setting, market=text)
            else:
                raise cursor.mistake("number", at=call)
        return setting, rest

    def market_of(self, cursor: Cursor, at: Token) -> str:
        """Return the market.

        Raises:
            UserMistake: none was told.
        """
        if not self.market:
            raise cursor.mistake("market", at=at)
        return self.market

    def timeframe_of(self, cursor: Cursor, at: Token) -> str:
        """Return the timeframe.

        Raises:
            UserMistake: none was told.
        """
        if not self.timeframe:
            raise cursor.mistake("timeframe", at=at)
        return self.timeframe

    def number(self, cursor: Cursor, *, is_price: bool = True) -> Decimal | None:
        """Take a number of one or more words, the longest there is; None where none comes next."""
        words = cursor.words(_LONGEST_NUMBER)
        for count in range(len(words), 0, -1):
            text = " ".join(token.text for token in words[:count])
            readings = tuple(one for one in read_number(text, self.locale) if one > 0 or not is_price)
            if readings:
                cursor.take(count)
                return self.choose(
                    Written(text=text, market=self.market, readings=readings, is_price=is_price)
                )
        return None

    def price(self, cursor: Cursor) -> Decimal:
        """Take a price.

        Raises:
            UserMistake: none comes next.
        """
        found = self.number(cursor)
        if found is None:
            raise cursor.mistake("number")
        return found

    def percent(self, cursor: Cursor) -> Decimal:
        """Take a percentage, with or without its sign; of several readings the language's own.

        Raises:
            UserMistake: none comes next.
        """
        token = cursor.here
        readings = read_percent(token.text, self.locale) if token.kind == "word" else ()
        if not readings:
            raise cursor.mistake("percent")
        cursor.take()
        cursor.accept("%")
        return readings[0]


def is_market(text: str) -> bool:
    """Return whether a word may be the name of a market: it has a letter, is no number, and joins nothing."""
    if text.casefold() in _JOINTS:
        return False
    is_named = bool(_MARKET.fullmatch(text)) and any(letter.isalpha() for letter in text)
    return is_named and not read_number(text, "en") and read_length(text) is None


def _parts(inside: str) -> list[str]:
    """Return what commas part, or semicolons; with these, a comma is a decimal point."""
    parts = inside.replace(",", ".").split(";") if ";" in inside else inside.split(",")
    return [part.strip() for part in parts] if inside.strip() else []
