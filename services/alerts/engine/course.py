"""Recorded candles in the order in which they came to an end: for what was missed, and for a preview.

Of those that end together the smaller comes first, and then the markets follow their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge

from analytics.candles import Candles, timeframe_ms

Key = tuple[str, str]
"""A market and a timeframe."""


@dataclass(frozen=True, slots=True)
class Past:
    """One candle that has closed. Times are in ms since 1970."""

    market: str
    timeframe: str
    step_ms: int
    opens_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float

    @property
    def closes_ms(self) -> int:
        """Return when it closed."""
        return self.opens_ms + self.step_ms


def in_order(series: Mapping[Key, Candles], *, after_ms: int, until_ms: int) -> Iterator[Past]:
    """Yield the candles that closed after `after_ms` and no later than `until_ms`."""
    parts = (_between(key, candles, after_ms, until_ms) for key, candles in series.items())
    return merge(*parts, key=lambda one: (one.closes_ms, one.step_ms, one.market))


def _between(key: Key, candles: Candles, after_ms: int, until_ms: int) -> Iterator[Past]:
    market, timeframe = key
    step = timeframe_ms(timeframe)
    kept = candles.between(after_ms - step + 1, until_ms)
    columns = (kept.time, kept.open, kept.high, kept.low, kept.close, kept.volume)
    for opens_ms, *figures in zip(*(column.tolist() for column in columns), strict=True):
        yield Past(market, timeframe, step, opens_ms, *figures)
