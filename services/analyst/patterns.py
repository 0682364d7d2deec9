"""Findings of candlestick patterns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from analytics.patterns.candlesticks import Found, counts, find
from analytics.patterns.names import PATTERNS
from services.analyst.messages import PatternSeen, PatternsFinding, Side
from services.analyst.sight import Sight
from services.exchange.prices import to_moment

LEAST_CANDLES: Final = 30
_WINDOW: Final = 30
"""Candles that are listed; all are counted."""


def find_patterns(sight: Sight) -> PatternsFinding:
    """Return the patterns of the newest thirty candles, and how common each is in all of them."""
    every = find(sight.candles)
    seen = counts(every)
    first = len(sight.candles) - _WINDOW
    newest = [one for one in every if one.position >= first]
    return PatternsFinding(
        scene=sight.scene,
        patterns=[_seen(sight, one, seen[one.name]) for one in newest],
        looked_for=len(PATTERNS),
        window=min(_WINDOW, len(sight.candles)),
        bias=_bias(newest),
    )


def _seen(sight: Sight, found: Found, seen: int) -> PatternSeen:
    candles = sight.candles
    return PatternSeen(
        name=found.name,
        title=PATTERNS[found.name].title,
        side=found.side,
        closed_at=to_moment(int(candles.time[found.position]) + candles.step_ms),
        age=len(candles) - 1 - found.position,
        seen=seen,
        meaning=PATTERNS[found.name].meaning,
    )


def _bias(found: Sequence[Found]) -> Side:
    bulls = sum(one.side == "bull" for one in found)
    bears = sum(one.side == "bear" for one in found)
    return "even" if bulls == bears else "bull" if bulls > bears else "bear"
