"""`/fib`: Fibonacci levels of a swing, and where the price stands among them."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "start": "58,120.0",
    "end": "66,480.5",
    "is_up": True,
    "above": "38.2% at 63,286.9",
    "below": "50.0% at 62,300.2",
    "respected": "61.8% at 61,313.6",
    "times": 4,
    "confluence": "61,280.0 to 61,340.0",
    "frames": 3,
}
_BARE = dict.fromkeys(("above", "below", "respected", "times", "confluence", "frames"))
LINES: Final = (
    Line(name="fib", sample=_SAMPLE, must=("market", "timeframe", "start", "end", "above", "below")),
    Line(
        name="fib",
        sample={**_SAMPLE, "is_up": False, "confluence": None, "frames": None},
        must=("market", "start", "end"),
    ),
    Line(name="fib", sample={**_SAMPLE, **_BARE}, must=("market", "timeframe", "start", "end")),
)
"""above, below: the levels next to the price. respected, times: where price turned most often, and how
often (above one). confluence, frames: the strongest band in which levels of so many timeframes meet."""
