"""`/patterns`: candlestick patterns in the newest candles."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "count": 3,
    "window": 30,
    "newest": "Engulfing",
    "bias": "bull",
}
LINES: Final = (
    *(
        Line(
            name="patterns", sample={**_SAMPLE, "bias": bias}, must=("market", "timeframe", "count", "newest")
        )
        for bias in ("bull", "bear", "even")
    ),
    Line(name="patterns", sample={**_SAMPLE, "count": 1}, must=("market", "timeframe", "newest")),
    Line(
        name="patterns",
        sample={**_SAMPLE, "count": 0, "newest": None, "bias": "even"},
        must=("market", "timeframe", "window"),
    ),
)
"""count: of patterns in the `window` newest candles. newest: in the member's language. bias: the side most
of them are usually read for."""
