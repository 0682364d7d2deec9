"""`/levels`: support and resistance, from where the price turned before."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "support": "62,900.0 to 63,120.0",
    "support_touches": 5,
    "resistance": "65,800.0 to 66,010.0",
    "resistance_touches": 3,
}
LINES: Final = (
    Line(
        name="levels",
        sample=_SAMPLE,
        must=("market", "timeframe", "support", "resistance", "support_touches", "resistance_touches"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "support": None, "support_touches": None},
        must=("market", "resistance"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "resistance": None, "resistance_touches": None},
        must=("market", "support"),
    ),
    Line(
        name="levels",
        sample={
            **_SAMPLE,
            **dict.fromkeys(("support", "support_touches", "resistance", "resistance_touches")),
        },
        must=("market", "timeframe"),
    ),
)
"""support, resistance: the nearest band below and above the price, and how often price turned there (two or
more)."""
