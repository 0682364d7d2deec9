"""Amounts and conversions as people write them. How numbers are written for people belongs to `locales`.

What a comma means depends on who writes it: 70.000 is seventy for one and seventy thousand for another. The
reader's own language decides, and only what it cannot mean there is read the other way round.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.errors import UserMistake
from services.locales import Locale

_WITH_POINT = frozenset({"en-US", "en-GB", "es-419", "hi", "ja", "ko", "th", "zh-CN", "zh-TW"})
"""Discord's languages whose decimals follow a point; in all the others they follow a comma.

Source: Unicode CLDR, the element numbers/symbols/decimal of each.
"""
_SCALES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_NUMBER = re.compile(r"(?P<digits>[0-9.,]+)(?P<scale>[kmb]?)", re.IGNORECASE)
_POINTED = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+")
_SWAPPED = str.maketrans(",.", ".,")
_LONGEST = 40
"""Characters that are read; a longer number is too large or has too many decimals."""
_MOST = Decimal("1e15")
_MOST_DECIMALS = 18
_CURRENCY = r"\$?(?=[0-9]{0,9}[a-z])[a-z0-9]{1,20}"
"""Bounded, so that a long word costs no more than its length; markets have no longer names."""
_INTO = rf"\s+(?:to|in|into|em|para)\s+(?P<target>{_CURRENCY})\b"
_AMOUNT = r"(?P<amount>[0-9.,]*[0-9](?:[kmb](?![a-z0-9]))?)"
_SOME = re.compile(
    rf"(?<![\w.,]){_AMOUNT}(?P<source>\s+{_CURRENCY}|\$?[a-z][a-z0-9]{{0,19}}){_INTO}", re.IGNORECASE
)
_ONE = re.compile(rf"(?<![\w.,])(?P<source>{_CURRENCY}){_INTO}", re.IGNORECASE)
_VERBS = frozenset({"convert", "converta", "converte", "converter"})

Mistaken = Literal["not understood", "zero", "too long"]
_MISTAKES: dict[Mistaken, str] = {
    "not understood": "I do not understand that amount: it takes digits alone, no currency and no exponent.",
    "zero": "That amount is zero.",
    "too long": f"That amount has too many digits: {_MOST_DECIMALS} decimals are the limit.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionAsked:
    """An amount of one currency that somebody wants to know in another."""

    amount: Decimal
    source: str
    target: str


def habit_of(language: str) -> Locale:
    """Return the locale of ours that writes numbers as Discord's `language` does."""
    return "en" if language == "en" or language in _WITH_POINT else "pt-BR"


def read_amount(text: str, locale: Locale) -> Decimal:
    """Return the amount that `text` means to a reader of `locale`; ``10k`` is ten thousand.

    Raises:
        UserMistake: it is no number, not above zero, too large, or has more decimals than anything has.
    """
    bare = re.sub(r"[\s_]", "", unicodedata.normalize("NFKC", text))
    found = _NUMBER.fullmatch(bare)
    if found is not None and len(bare) > _LONGEST:
        whole = found["digits"].replace(_as_written(",", locale), "")[:_LONGEST]
        raise _too_large(locale) if whole.isdecimal() else _mistake("too long", locale)
    value = None if found is None else _value(found["digits"], locale)
    if found is None or value is None:
        raise _mistake("not understood", locale)
    amount = value * _SCALES[found["scale"].casefold()]
    if amount > _MOST:
        raise _too_large(locale)
    if amount == 0:
        raise _mistake("zero", locale)
    if -_exponent(amount) > _MOST_DECIMALS:
        raise _mistake("too long", locale)
    return amount


def read_conversion(text: str, locale: Locale) -> ConversionAsked:
    """Return the conversion that a sentence asks for; without an amount it is that of one.

    Raises:
        UserMistake: it names none.
    """
    words = " ".join(word for word in text.split() if word.casefold() not in _VERBS)
    some, one = _SOME.search(words), _ONE.search(words)
    found = some or one
    if found is None:
        raise UserMistake("I read no conversion in that.", hint=f"Write: convert {_example(locale)}.")
    return ConversionAsked(
        amount=Decimal(1) if some is None else read_amount(some["amount"], locale),
        source=currency_of(found["source"]),
        target=currency_of(found["target"]),
    )


def currency_of(text: str) -> str:
    """Return a currency as it is listed: ``$btc`` is BTC."""
    return text.strip().removeprefix("$").upper()


def _value(digits: str, locale: Locale) -> Decimal | None:
    """Read digits by the habit of `locale`, else by the other one; None where neither takes them."""
    as_pointed = digits if locale == "en" else digits.translate(_SWAPPED)
    for candidate in (as_pointed, as_pointed.translate(_SWAPPED)):
        if _POINTED.fullmatch(candidate):
            return Decimal(candidate.replace(",", ""))
    return None


def _exponent(amount: Decimal) -> int:
    return int(amount.normalize().as_tuple().exponent)


def _mistake(why: Mistaken, locale: Locale) -> UserMistake:
    number = _as_written("1,250.5", locale)
    return UserMistake(_MISTAKES[why], hint=f"Write a number above zero, such as {number} or 10k.")


def _too_large(locale: Locale) -> UserMistake:
    most, number = _as_written(f"{_MOST:,.0f}", locale), _as_written("1,250.5", locale)
    return UserMistake(
        f"That amount is too large: {most} is the limit.", hint=f"Write a smaller number, such as {number}."
    )


def _as_written(number: str, locale: Locale) -> str:
    return number if locale == "en" else number.translate(_SWAPPED)


def _example(locale: Locale) -> str:
    return "0.5 BTC to USDT" if locale == "en" else "0,5 BTC to USDT"
