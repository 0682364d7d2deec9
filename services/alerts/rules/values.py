"""What a rule says that it looked at: a label, an exact number, and its unit.

The labels stand here, so that every one of them has its translation. What a rule makes of the numbers does
not belong here.
"""

from __future__ import annotations

from typing import Literal

from services.alerts.posts import Unit, Value
from services.exchange.prices import to_decimal

Label = Literal[
    "Price",
    "Level",
    "Lowest price",
    "Highest price",
    "Change",
    "Line",
    "Open ({timeframe})",
    "High ({timeframe})",
    "Low ({timeframe})",
    "Close ({timeframe})",
    "Volume ({timeframe})",
    "{name} ({timeframe})",
    "Compared with",
    "Fibonacci {ratio}",
    "Lower edge",
    "Upper edge",
    "{pattern} ({timeframe})",
    "Funding rate",
    "Limit",
    "Difference of venues",
    "Seconds without a price",
]


def told(label: Label, value: float, unit: Unit = "price", **words: str) -> Value:
    """Return a value with `words` in the places of its label."""
    return Value(label=label, value=to_decimal(value), unit=unit, words=words)
