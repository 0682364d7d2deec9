"""`/panel`: several personas on one market, from the same findings, and a balance at the end."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SEEN = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "trend": "up",
    "bull": 6,
    "bear": 3,
    "lean": "bull",
    "bull_point": "Close 64,210.5 is above EMA 50 at 63,002.1",
    "bear_point": "RSI 14 at 71.20 is overbought",
    "support": "62,900.0 to 63,120.0",
    "resistance": "65,800.0 to 66,010.0",
    "fib": "61.8% at 61,313.6",
    "sky": "Full Moon",
}
_NOTHING = dict.fromkeys(("bull_point", "bear_point", "support", "resistance", "fib", "sky"))
_DOWN = {"trend": "down", "lean": "bear", "bull": 2, "bear": 5}
_SIDEWAYS = {"trend": "sideways", "lean": "even", "bull": 4, "bear": 4}
_OPEN = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "speakers": "Xyko, Biel, Z",
    "question": "Is this the top?",
}
LINES: Final = (
    Line(name="panel_open", sample=_OPEN, must=("market", "speakers")),
    Line(name="panel_open", sample={**_OPEN, "question": None}, must=("market", "speakers")),
    Line(name="panel_turn", sample=_SEEN, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_DOWN}, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_SIDEWAYS}, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_SIDEWAYS, **_NOTHING}, must=("market",)),
    Line(name="panel_sum", sample=_SEEN, must=("market", "bull", "bear")),
    Line(name="panel_sum", sample={**_SEEN, **_DOWN}, must=("market", "bull", "bear")),
    Line(name="panel_sum", sample={**_SEEN, **_SIDEWAYS, **_NOTHING}, must=("market", "bull", "bear")),
)
"""panel_turn: what one persona makes of the findings, by its own strengths: it uses the facts that it cares
for, each of which may be None but for market, timeframe, price, trend, bull, bear and lean. sky: the
phase of the moon."""
