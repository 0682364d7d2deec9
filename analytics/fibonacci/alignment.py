"""How the prices of a position lie on the levels of one leg, and one score for all of them.

Belongs here: the nearest level of a price, and the golden-ratio score. Does not belong here: the choice of
the leg, whether a position is healthy (position_health), and what price will do, which no level knows.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from analytics.candles import Candles
from analytics.fibonacci.legs import Leg, auto_leg
from analytics.fibonacci.levels import Level, extensions, retracements
from analytics.structure.ranges import last_range

WEIGHTS: Final = {"entry": 35, "stop": 25, "target": 20, "liquidation": 20}
"""How much each price counts for the golden score.

Source: this project's own choice: the entry is what a plan begins with. It is a convention and was not
measured.
"""
_BAND: Final = (0.5, 0.786)
_BAND_FADES: Final = 0.236
_STOPS: Final = ((0.618, 0.0), (0.786, 0.6), (1.0, 1.0))
_TARGETS: Final = (1.272, 1.618)
_TARGET_FADES: Final = 0.25
_LIQUIDATIONS: Final = ((0.786, 0.0), (1.272, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """A leg with its levels, the lowest first, and the average true range that distances are told in."""

    leg: Leg
    levels: tuple[Level, ...]
    range: float

    def nearest(self, price: float) -> Level:
        """Return the level nearest to a price; of two that are as near the lower one."""
        at = bisect_left(self.levels, price, key=lambda level: level.price)
        return min(self.levels[max(0, at - 1) : at + 1], key=lambda level: abs(level.price - price))

    def given_back(self, price: float) -> float:
        """Return which share of the leg is given back at a price: 0 at its end, 1 at its start.

        Source: as `analytics.fibonacci.levels.retracements`, solved for the ratio.
        """
        start, end = self.leg.start.price, self.leg.end.price
        if self.leg.is_long:
            return math.log(price / end) / math.log(start / end)
        return (end - price) / (end - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """A price and the level nearest to it; `distance` is between them in average true ranges."""

    ratio: float
    level: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices of a position; None for one that there is not."""

    is_up: bool
    """Whether it gains from a rise."""
    entry: float
    stop: float | None = None
    target: float | None = None
    liquidation: float | None = None


def ruler_of(candles: Candles) -> Ruler | None:
    """Return the dominant leg with its levels; None where there is none, or no range to tell distances in."""
    leg, length = auto_leg(candles), last_range(candles)
    if leg is None or length is None:
        return None
    levels = (*retracements(leg, is_log=leg.is_long), *extensions(leg, is_log=leg.is_long))
    return Ruler(leg=leg, levels=tuple(sorted(levels, key=lambda level: level.price)), range=length)


def aligned(price: float, ruler: Ruler) -> Aligned:
    """Return the level that a price is nearest to, and how far it is from there."""
    level = ruler.nearest(price)
    return Aligned(ratio=level.ratio, level=level.price, distance=abs(price - level.price) / ruler.range)


def is_out_of_the_way(stop: float, level: float, *, is_up: bool) -> bool:
    """Tell whether a stop lies beyond a level, so that price must go through the level to reach it."""
    return stop < level if is_up else stop > level


def golden_score(prices: Prices, ruler: Ruler) -> int | None:
    """Return 0 to 100: how near a position's prices are to where plans by Fibonacci would put them.

    It describes where prices lie on a leg that is over; it forecasts nothing. In shares of the leg that are
    given back, or, of the target, in multiples of the leg from its start:

    - entry, 35 points: whole from 0.5 to 0.786, fading over 0.236 on either side;
    - stop, 25: none up to 0.618, 15 at 0.786, whole from 1.0 on, where the idea is proven wrong;
    - target, 20: whole at 1.272 and 1.618, fading over 0.25;
    - liquidation, 20: none up to 0.786, whole from 1.272 on, well beyond the leg's start.

    What is missing earns nothing, except that a position that cannot be liquidated is scored without that
    part. None for a position against its leg: none of these levels is made for it.

    Source: for the levels, Carolyn Boroden, Fibonacci Trading (2008), on entries, stops and targets; the
    weights and how they fade are this project's own.
    """
    if prices.is_up != ruler.leg.is_up:
        return None
    parts = {"entry": _entry(ruler.given_back(prices.entry))}
    parts["stop"] = _at(prices.stop, ruler, lambda back: _stepped(back, _STOPS))
    parts["target"] = _at(prices.target, ruler, lambda back: _target(1.0 - back))
    if prices.liquidation is not None:
        parts["liquidation"] = _at(prices.liquidation, ruler, lambda back: _stepped(back, _LIQUIDATIONS))
    whole = sum(WEIGHTS[name] for name in parts)
    return round(100 * sum(WEIGHTS[name] * part for name, part in parts.items()) / whole)


def _at(price: float | None, ruler: Ruler, score: Callable[[float], float]) -> float:
    return 0.0 if price is None or price <= 0 else score(ruler.given_back(price))


def _entry(back: float) -> float:
    low, high = _BAND
    return _faded(max(low - back, back - high, 0.0), _BAND_FADES)


def _target(multiple: float) -> float:
    return _faded(min(abs(multiple - one) for one in _TARGETS), _TARGET_FADES)


def _faded(distance: float, over: float) -> float:
    return max(0.0, 1.0 - distance / over)


def _stepped(value: float, steps: tuple[tuple[float, float], ...]) -> float:
    """Return the value on straight lines between points; that of the first or last one beyond them."""
    if value <= steps[0][0]:
        return steps[0][1]
    for (x, y), (next_x, next_y) in pairwise(steps):
        if value <= next_x:
            return y + (next_y - y) * (value - x) / (next_x - x)
    return steps[-1][1]
