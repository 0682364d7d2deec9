"""What is wrong with what a member wrote, where, and what was expected there: the sentences of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal

from services.errors import Fact, UserMistake

Expected = Literal[
    "condition",
    "side",
    "above",
    "way",
    "number",
    "percent",
    "series or number",
    "indicator",
    "meeting",
    "join",
    "bracket",
    "zone",
    "pattern",
    "pattern side",
    "closing",
    "event",
    "event or market",
    "length",
    "date",
    "extreme",
    "ratio",
    "market",
    "timeframe",
    "no more",
]
_EXPECTED: Final[dict[Expected, str]] = {
    "condition": "a condition, such as price above 70000 or rsi(14) < 30",
    "side": "above or below, or one of > and <",
    "above": "above, or >",
    "way": "above, below or touch",
    "number": "a number, such as 70000 or 70k",
    "percent": "a percentage, such as 5%",
    "series or number": "a number, or an indicator such as ema(50)",
    "indicator": "an indicator, such as rsi:14",
    "meeting": "touch, reject or break",
    "join": "and, or, or the end",
    "bracket": "a closing bracket",
    "zone": "support or resistance",
    "pattern": "the name of a candlestick pattern, such as engulfing",
    "pattern side": "bull, bear or any",
    "closing": "any, up, down, above or below",
    "event": "something in the sky, such as full_moon",
    "event or market": "something in the sky, such as full_moon, or a market in full, such as SKY/USDT",
    "length": "a length of time, such as 15m or 24h",
    "date": "a date in UTC, such as 2025-06-01 or 2025-06-01 14:30",
    "extreme": "peak or trough",
    "ratio": "a ratio, such as 0.618 or 61.8%",
    "market": "a market, such as BTC",
    "timeframe": "one of 1m, 5m, 15m, 1h, 4h and 1d",
    "no more": "nothing more in these brackets",
}
_NEAREST: Final = 3
_LIKENESS: Final = 0.6
_LONGEST: Final = 40


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that are most like one that is not, the most like first."""
    return get_close_matches(word.casefold(), list(known), n=_NEAREST, cutoff=_LIKENESS)


@dataclass(frozen=True, slots=True)
class Given:
    """An option of a command, and what was written there; an empty text for nothing."""

    option: str
    text: str

    @property
    def facts(self) -> dict[str, Fact]:
        """Return the facts of an error about it."""
        return {"option": self.option, "written": self.text[:_LONGEST]}


def misread(
    expression: str, at: int, text: str, expected: Expected, known: Iterable[str] = ()
) -> UserMistake:
    """Build the error for `text` at position `at` of an expression, where something else was expected."""
    shown = text[:_LONGEST]
    message = f"I cannot read {shown}, at character {at + 1} of the expression."
    facts: dict[str, Fact] = {"expression": expression, "at": at, "length": len(text)}
    return UserMistake(
        message if text else "The expression ends too early.",
        hint=_hint(shown, expected, known),
        facts=facts,
    )


def refusal(given: Given, expected: Expected, known: Iterable[str] = ()) -> UserMistake:
    """Build the error for an option that says nothing, or something else than what was expected."""
    shown = given.text[:_LONGEST]
    message = f"The option {given.option} cannot be {shown}."
    return UserMistake(
        message if given.text else f"The option {given.option} is missing.",
        hint=_hint(shown, expected, known),
        facts=given.facts,
    )


def _hint(text: str, expected: Expected, known: Iterable[str]) -> str:
    near = ", ".join(nearest(text, known))
    if near:
        return f"Did you mean {near}? Expected there: {_EXPECTED[expected]}."
    return f"Expected there: {_EXPECTED[expected]}."
