"""Candles that tests of price structure stand on: made of a path, at random, or of the recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS

from analytics.candles import Candles, Floats
from analytics.structure.swings import Swings

HOUR_MS = 3_600_000


def hours(closes: Sequence[float], *, half: float = 0.5, volume: float = 1.0) -> Candles:
    """Hours that open and close at one price, with a high and low `half` away from it."""
    close = np.array(closes, dtype=np.float64)
    return Candles(
        step_ms=HOUR_MS,
        time=MIDNIGHT_MS + np.arange(len(close), dtype=np.int64) * HOUR_MS,
        open=close,
        high=close + half,
        low=close - half,
        close=close,
        volume=np.full(len(close), volume),
    )


def walk(steps: Sequence[tuple[int, int, int]]) -> Candles:
    """Hours that move by the first of each three, with the others as wicks above and below, from 2,000 on."""
    move, up, down = np.array(steps, dtype=np.float64).reshape(-1, 3).T
    close = 2_000 + np.cumsum(move)
    open_ = close - move
    return Candles(
        step_ms=HOUR_MS,
        time=MIDNIGHT_MS + np.arange(len(close), dtype=np.int64) * HOUR_MS,
        open=open_,
        high=np.maximum(open_, close) + up,
        low=np.minimum(open_, close) - down,
        close=close,
        volume=1 + up + down,
    )


def times(candles: Candles, factor: float) -> Candles:
    """The same candles with every price multiplied."""
    prices: dict[str, Floats] = {
        name: getattr(candles, name) * factor for name in ("open", "high", "low", "close")
    }
    return Candles(step_ms=candles.step_ms, time=candles.time, volume=candles.volume, **prices)


def known_by(swings: Swings, position: int) -> Swings:
    """The turns that were confirmed when the candle at `position` had closed."""
    is_known = swings.known_at <= position
    return Swings(
        position=swings.position[is_known],
        price=swings.price[is_known],
        is_high=swings.is_high[is_known],
        known_at=swings.known_at[is_known],
    )


WALKS = st.lists(
    st.tuples(st.integers(-9, 9), st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=160
).map(walk)
"""Whole prices and few of them, so that equal ones and outside candles are frequent."""
