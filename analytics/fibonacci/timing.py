"""Moments a Fibonacci number of candles after a leg began.

Belongs here: time zones. Does not belong here: prices.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from analytics.candles import Candles
from analytics.fibonacci.legs import Leg
from analytics.fibonacci.ratios import numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeZone:
    """The moment `number` candles after the start of a leg, as the open time of a candle."""

    number: int
    time_ms: int


def time_zones(candles: Candles, leg: Leg, *, ahead: int = 3) -> tuple[TimeZone, ...]:
    """Return the zones since the start of `leg`, the earliest first, `ahead` of them after the last candle.

    Candles are counted by time: one that is missing counts as well.

    Source: Robert Fischer, Fibonacci Applications and Strategies for Traders (1993), time goal days; the
    numbers as in StockCharts ChartSchool, Fibonacci Time Zones.
    """
    start_ms, step_ms = leg.start.time_ms, candles.step_ms
    passed = (int(candles.time[-1]) - start_ms) // step_ms
    known = sum(1 for _ in itertools.takewhile(lambda number: number <= passed, numbers()))
    found = itertools.islice(numbers(), known + ahead)
    return tuple(TimeZone(number=number, time_ms=start_ms + number * step_ms) for number in found)
