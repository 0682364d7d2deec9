"""`/analyze`: a market from every side at once."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "trend": "up",
    "bull": 6,
    "bear": 3,
    "lean": "bull",
    "strongest": "Close 64,210.5 is above EMA 50 at 63,002.1",
}
_DOWN = {"trend": "down", "lean": "bear", "bull": 2, "bear": 5}
_SIDEWAYS = {"trend": "sideways", "lean": "even", "bull": 4, "bear": 4, "strongest": None}
LINES: Final = (
    Line(name="analyze", sample=_SAMPLE, must=("market", "timeframe", "price", "bull", "bear", "strongest")),
    Line(
        name="analyze",
        sample={**_SAMPLE, **_DOWN},
        must=("market", "timeframe", "price", "bull", "bear", "strongest"),
    ),
    Line(
        name="analyze", sample={**_SAMPLE, **_SIDEWAYS}, must=("market", "timeframe", "price", "bull", "bear")
    ),
)
"""bull, bear: weights of the points for either side. lean: the heavier side, or even. strongest: the
weightiest point of that side, a sentence without a full stop, in the member's language."""
