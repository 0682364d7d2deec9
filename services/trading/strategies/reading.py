"""What strategies read of candles: indicators by their settings, and which way is forward on each side."""

from __future__ import annotations

from math import isfinite
from typing import Final, Literal

from analytics.candles import Candles, Floats
from analytics.indicators.catalogue import compute, parse

Side = Literal["long", "short"]
SIGHT: Final = 400
"""Candles of its timeframe that a strategy is shown at most: it decides by the same ones wherever it runs."""


def line(candles: Candles, name: str, *values: float, output: str = "") -> Floats:
    """Return one output of an indicator, shape (n,); the first where none is named.

    Raises:
        ValueError: there is no such indicator, or it cannot be had of these candles.
    """
    numbers = ",".join(f"{value:g}" for value in values)
    lines = compute(parse(f"{name}:{numbers}" if numbers else name), candles)
    return lines[output] if output else next(iter(lines.values()))


def are_known(*values: float) -> bool:
    """Return whether all of them are numbers."""
    return all(isfinite(value) for value in values)


def sign_of(side: Side) -> float:
    """Return 1 for long and -1 for short: what a rise of the price is worth."""
    return 1.0 if side == "long" else -1.0


def side_of(rise: float) -> Side:
    """Return the side that gains from a rise, or from a fall, which is below 0."""
    return "long" if rise > 0 else "short"


def reason(words: str, **facts: float | str) -> str:
    """Return an English key of the texts with its facts, each after a bar of its own."""
    told = (f"{name}={_written(value)}" for name, value in facts.items())
    return "|".join((words, *told))


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"
