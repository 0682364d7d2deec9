"""Where a formula is nought over nought, so that its value is unknown and not 0.

TA-Lib answers 0.0 there, which reads as "oversold" of a market that only stood still, or what its running
sums have left of older candles (CMF). So the cause is looked for in the candles, not in the answer. Belongs
here: finding such positions and marking them NaN. Does not belong here: any formula itself.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats

Flags = npt.NDArray[np.bool_]


def within(is_so: Flags, length: int) -> Flags:
    """Return where `is_so` holds at least once in the newest `length` positions, as an array like it."""
    places = np.arange(len(is_so))
    newest = np.maximum.accumulate(np.where(is_so, places, -length))
    found: Flags = places - newest < length
    return found


def differs(values: Floats) -> Flags:
    """Return where a value is another than the one before it; the first is not."""
    changed = np.zeros(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=changed[1:])
    return changed


def standing_still(values: Floats) -> int:
    """Return how many values at the start are equal to the first."""
    moved = values != values[:1]
    first = int(np.argmax(moved)) if len(moved) else 0
    return first if len(moved) and moved[first] else len(moved)


def has_nought(values: Floats) -> bool:
    """Return whether a value is 0.0, as TA-Lib has it wherever CCI and MFI are unknown."""
    return bool(np.count_nonzero(values) < len(values))


def never_within(is_so: Flags, length: int) -> Flags | None:
    """Return where `is_so` holds nowhere in the newest `length` positions; None where that is nowhere."""
    if len(is_so) - np.count_nonzero(is_so) < length:
        return None
    return ~within(is_so, length)


def without_range(high: Floats, low: Floats, length: int) -> Flags | None:
    """Return where the highest high of `length` candles, two or more, is their lowest low, if anywhere."""
    is_wide = high != low
    if len(high) - np.count_nonzero(is_wide) < length:
        return None
    return ~within(is_wide, length) & ~within(differs(high), length - 1)


def typical(high: Floats, low: Floats, close: Floats) -> Floats:
    """Return the mean of high, low and close, in quote currency."""
    mean: Floats = (high + low + close) / 3.0
    return mean


def blank(is_unknown: Flags | None, *outputs: Floats) -> None:
    """Make the outputs NaN where they are unknown. Changes the arrays."""
    if is_unknown is not None:
        for output in outputs:
            output[is_unknown] = np.nan
