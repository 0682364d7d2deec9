"""Moments at which a smooth function of time is zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil, inf
from typing import Final

_NARROW: Final = 1 / 96
"""A quarter of an hour, in days: within that the curves here are straight to a hundredth of a second."""

Curve = Callable[[float], float]


def zero(curve: Curve, low: float, high: float) -> float:
    """Return where `curve` is zero between `low` and `high`, at which it has opposite signs.

    It is bisected down to a quarter of an hour, and taken for straight within that.
    """
    at_low, at_high = curve(low), curve(high)
    while high - low > _NARROW:
        middle = (low + high) / 2
        at_middle = curve(middle)
        if (at_middle > 0) == (at_low > 0):
            low, at_low = middle, at_middle
        else:
            high, at_high = middle, at_middle
    return low if at_low == at_high else low - at_low * (high - low) / (at_high - at_low)


def zeros(curve: Curve, start: float, end: float, *, step: float, jump: float = inf) -> Iterator[float]:
    """Yield where `curve` changes its sign from `start` to `end`, the first one first, looking no further.

    Args:
        curve: what is looked at.
        start: the first moment.
        end: the last moment.
        step: days between two looks; two changes within one step are not seen.
        jump: a change as large as this is no zero but where an angle is wrapped.
    """
    count = max(1, ceil((end - start) / step))
    low, at_low = start, curve(start)
    for place in range(1, count + 1):
        high = start + (end - start) * place / count
        at_high = curve(high)
        if (at_low > 0) != (at_high > 0) and abs(at_high - at_low) < jump:
            yield zero(curve, low, high)
        low, at_low = high, at_high
