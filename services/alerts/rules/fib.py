"""The rule for Fibonacci levels of the newest swing, and for bands where several timeframes meet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from analytics.candles import Candles
from analytics.fibonacci.legs import Leg, auto_leg
from analytics.fibonacci.levels import extensions, retracements
from services.alerts.conditions import FibMeeting
from services.alerts.posts import Value
from services.alerts.rules.declare import Memory, Met, Seen, rule
from services.alerts.rules.meeting import Band, Bands, Place, edges, met_at, thresholds
from services.alerts.rules.values import told
from services.analyst.fibs import LEAST_CANDLES, meetings
from services.market.messages import TIMEFRAMES

_STRONGEST: Final = 3
"""Bands that are waited for, of those where timeframes meet."""
_WHOLE: Final = 1


def _closes(leaf: FibMeeting) -> tuple[tuple[str, str], ...]:
    others = () if leaf.ratio is not None else (name for name in TIMEFRAMES if name != leaf.timeframe)
    return tuple((leaf.market, name) for name in (leaf.timeframe, *others))


@rule(
    FibMeeting,
    closes=_closes,
    thresholds=lambda leaf, memory: thresholds(memory, is_touch=leaf.meeting == "touch"),
    drawn=lambda _leaf, memory: edges(memory),
    lasts=lambda leaf: leaf.meeting == "touch",
)
def fib_meeting(leaf: FibMeeting, seen: Seen, memory: Memory) -> Met:
    """Tell whether price met a level of the dominant swing, or a band where levels of timeframes meet.

    The swing is that of the candles before the one that meets it, so that a level stands before price comes.
    """
    place = Place(market=leaf.market, timeframe=leaf.timeframe, meeting=leaf.meeting)
    met = met_at(place, seen, memory, lambda candles: _bands(leaf, candles, seen))
    if leaf.ratio is None or not met.values:
        return met
    return Met(hit=met.hit, holds=met.holds, values=_named(leaf.ratio, met.values), memory=met.memory)


def _named(ratio: Decimal, values: tuple[Value, ...]) -> tuple[Value, ...]:
    price, level = values
    return (price, told("Fibonacci {ratio}", float(level.value), ratio=f"{ratio.normalize():f}"))


def _bands(leaf: FibMeeting, candles: Candles, seen: Seen) -> Bands:
    return _confluences(leaf, candles, seen) if leaf.ratio is None else _level(candles, float(leaf.ratio))


def _level(candles: Candles, ratio: float) -> Bands:
    leg = _leg(candles)
    if leg is None:
        return ()
    prices = retracements if ratio <= _WHOLE else extensions
    return [Band(one.price, one.price) for one in prices(leg, is_log=leg.is_long, ratios=(ratio,))]


@lru_cache(maxsize=512)
def _leg(candles: Candles) -> Leg | None:
    """Return the dominant leg; rules of all ratios ask for that of the very same candles."""
    return auto_leg(candles) if len(candles) >= LEAST_CANDLES else None


def _confluences(leaf: FibMeeting, candles: Candles, seen: Seen) -> Bands:
    """Return the strongest bands; other timeframes are seen as they stood when the newest candle opened.

    So it does not matter in which order the candles come that close together.
    """
    if len(candles) < LEAST_CANDLES:
        return ()
    frames: Mapping[str, Candles] = {leaf.timeframe: candles, **_others(leaf, int(candles.time[-1]), seen)}
    if len(frames) == 1:
        return ()
    return [Band(one.low, one.high) for one in meetings(candles, frames)[:_STRONGEST]]


def _others(leaf: FibMeeting, until_ms: int, seen: Seen) -> Mapping[str, Candles]:
    found = {name: seen.candles(leaf.market, name) for name in TIMEFRAMES if name != leaf.timeframe}
    cut = {name: one.between(0, until_ms) for name, one in found.items() if one is not None}
    return {name: one for name, one in cut.items() if len(one) >= LEAST_CANDLES}
