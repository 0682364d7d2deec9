"""`/favourites`: the markets that stand at the head of every list."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

LINES: Final = (
    Line(
        name="favourite_saved",
        sample={"market": "BTC/USDT:USDT", "is_kept": True, "count": 3},
        must=("market",),
    ),
    Line(
        name="favourite_saved",
        sample={"market": "BTC/USDT:USDT", "is_kept": False, "count": 0},
        must=("market",),
    ),
    Line(name="favourites", sample={"count": 3}, must=("count",)),
    Line(name="favourites", sample={"count": 0}),
)
