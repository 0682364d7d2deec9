"""Rules that look at the newest candle when it closes, and at no other moment."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from analytics.candles import Candles
from analytics.patterns.candlesticks import Found, find
from analytics.patterns.names import PATTERNS
from services.alerts.conditions import CandleClosed, PatternShown
from services.alerts.posts import Value
from services.alerts.rules.declare import UNKNOWN, Memory, Met, Seen, rule
from services.alerts.rules.values import told
from services.analyst.patterns import LEAST_CANDLES

_WINDOW: Final = 50
"""Candles that a pattern is sought in: what counts as long follows from ten before it."""
_NOT_NOW: Final = Met(hit=False, holds=False)


@rule(
    PatternShown,
    closes=lambda leaf: ((leaf.market, leaf.timeframe),),
    lasts=lambda _: False,
)
def pattern_shown(leaf: PatternShown, seen: Seen, _: Memory) -> Met:
    """Tell whether the candle that closes completes a pattern."""
    candles = seen.candles(leaf.market, leaf.timeframe)
    if candles is None or len(candles) < LEAST_CANDLES:
        return UNKNOWN
    if not seen.is_closing(leaf.market, leaf.timeframe):
        return _NOT_NOW
    found = [one for one in _completed(candles) if _is_asked(leaf, one)]
    return Met(hit=bool(found), holds=False, values=_patterns(leaf, found, candles))


@lru_cache(maxsize=512)
def _completed(candles: Candles) -> tuple[Found, ...]:
    """Return what the newest candle completes; rules of all patterns ask that of the very same candles."""
    newest = candles.last(_WINDOW)
    return tuple(one for one in find(newest) if one.position == len(newest) - 1)


def _is_asked(leaf: PatternShown, found: Found) -> bool:
    return leaf.name in {"", found.name} and leaf.side in {"any", found.side}


def _patterns(leaf: PatternShown, found: list[Found], candles: Candles) -> tuple[Value, ...]:
    close = float(candles.close[-1])
    return tuple(
        told("{pattern} ({timeframe})", close, pattern=PATTERNS[one.name].title, timeframe=leaf.timeframe)
        for one in found
    )


@rule(
    CandleClosed,
    closes=lambda leaf: ((leaf.market, leaf.timeframe),),
    drawn=lambda leaf, _: () if leaf.level is None else (float(leaf.level),),
    lasts=lambda _: False,
)
def candle_closed(leaf: CandleClosed, seen: Seen, _: Memory) -> Met:
    """Tell whether a candle closes as asked; each candle that does counts by itself."""
    candles = seen.candles(leaf.market, leaf.timeframe)
    if candles is None or len(candles) == 0:
        return UNKNOWN
    if not seen.is_closing(leaf.market, leaf.timeframe):
        return _NOT_NOW
    open_, close = float(candles.open[-1]), float(candles.close[-1])
    level = open_ if leaf.level is None else float(leaf.level)
    is_met = {
        "any": True,
        "up": close > open_,
        "down": close < open_,
        "above": close > level,
        "below": close < level,
    }
    reference = told("Open ({timeframe})", open_, timeframe=leaf.timeframe)
    values = (
        told("Close ({timeframe})", close, timeframe=leaf.timeframe),
        reference if leaf.level is None else told("Level", level),
    )
    return Met(hit=is_met[leaf.closing], holds=False, values=values)
