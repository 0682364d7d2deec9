"""The way a price takes inside one recorded minute, of which only four prices and the volume are known."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import numpy as np

from analytics.candles import Floats
from services.exchange.prices import snap

FEWEST_STEPS = 4
_RESTLESSNESS = 0.06
"""Standard deviation of the noise between the known prices, as a share of the bar's range."""


class Bar(NamedTuple):
    """One minute's prices in quote currency and its volume in base currency."""

    open: float
    high: float
    low: float
    close: float
    volume: float


def walk(bar: Bar, *, steps: int, tick: Decimal, rng: np.random.Generator) -> Floats:
    """Return `steps` prices, evenly spaced from open to close, inside the bar's range and touching both ends.

    A rising bar goes to its low first, a falling one to its high, as far from certain as that is.

    Raises:
        ValueError: fewer steps than open, two extremes and close need.
    """
    if steps < FEWEST_STEPS:
        raise ValueError(f"walk: {steps} steps, expected at least {FEWEST_STEPS}")
    turns = np.sort(rng.choice(np.arange(1, steps - 1), size=2, replace=False))
    first, second = (bar.low, bar.high) if bar.close >= bar.open else (bar.high, bar.low)
    knots = [0, int(turns[0]), int(turns[1]), steps - 1]
    path = np.interp(np.arange(steps), knots, [bar.open, first, second, bar.close])
    noise = rng.standard_normal(steps) * (bar.high - bar.low) * _RESTLESSNESS
    noise[knots] = 0.0
    inside = snap(np.clip(path + noise, bar.low, bar.high), tick)
    return np.clip(inside, bar.low, bar.high)
