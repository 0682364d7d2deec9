"""Finding the 61 candlestick patterns of TA-Lib, all in one pass.

Belongs here: where a pattern was completed, and for which side it stands. What each one is called and what it
is usually read as stands in `names`. What price did afterwards does not belong here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import talib

from analytics.candles import Candles
from analytics.patterns.names import PATTERNS

Side = Literal["bull", "bear", "even"]

_FUNCTIONS = tuple(getattr(talib, pattern.function) for pattern in PATTERNS.values())
_NAMES = tuple(PATTERNS)
_IS_EVEN = np.array([not pattern.has_side for pattern in PATTERNS.values()])
_CONFIRMED = 100
"""Beyond this TA-Lib says again what it said some candles ago (Hikkake): no new pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A pattern, the position of the candle that completes it, and the side it stands for."""

    name: str
    position: int
    side: Side


def find(candles: Candles) -> Sequence[Found]:
    """Return the patterns that candles complete, the newest first.

    What counts as a long body or a short shadow follows from the candles before, so that a pattern at a
    position follows from the candles up to it alone. No trend before it is asked for but that which is part
    of its shape, so that a hammer may be found at a high.

    Source:
        https://ta-lib.org/functions/ (Pattern Recognition), with its usual penetration of stars and clouds.
    """
    marks = _marks(candles)
    positions, places = np.nonzero((marks != 0) & (np.abs(marks) <= _CONFIRMED))
    found = [
        Found(name=_NAMES[place], position=position, side=_side(int(marks[position, place]), place))
        for position, place in zip(positions.tolist(), places.tolist(), strict=True)
    ]
    return sorted(found, key=lambda one: -one.position)


def counts(found: Sequence[Found]) -> Mapping[str, int]:
    """Return how often each pattern that is there was found, on either side."""
    return Counter(one.name for one in found)


def _marks(candles: Candles) -> npt.NDArray[np.int32]:
    """Return what TA-Lib says, of the shape (candles, patterns): above 0 bull, under 0 bear, 0 nothing."""
    prices = candles.open, candles.high, candles.low, candles.close
    return np.stack([function(*prices) for function in _FUNCTIONS], axis=1)


def _side(mark: int, place: int) -> Side:
    if _IS_EVEN[place]:
        return "even"
    return "bull" if mark > 0 else "bear"
