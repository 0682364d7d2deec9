"""`/pivots`: pivot points of yesterday or of last week."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "price": "64,210.5",
    "pivot": "63,870.2",
    "is_above": True,
    "weekly": False,
}
LINES: Final = (
    Line(name="pivots", sample=_SAMPLE, must=("market", "price", "pivot")),
    Line(
        name="pivots",
        sample={**_SAMPLE, "is_above": False, "weekly": True},
        must=("market", "price", "pivot"),
    ),
)
"""pivot: the standard one. is_above: whether the price is above it. weekly: made of last week instead of
yesterday."""
