"""`/chart`: a market as a picture, with the indicators that a member names."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "change": "▲ +1.20%",
}
LINES: Final = (
    Line(name="chart", sample=_SAMPLE, must=("market", "timeframe", "price", "change")),
    Line(name="chart", sample={**_SAMPLE, "change": None}, must=("market", "timeframe", "price")),
)
"""change: over what the picture shows."""
