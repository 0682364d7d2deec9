"""How far price moves within a candle: the yardstick by which structure tells near from far.

Belongs here: the average true range as thresholds and tolerances need it. Does not belong here: the indicator
that members see.
"""

from __future__ import annotations

import numpy as np
import talib

from analytics.candles import Candles, Floats

LENGTH = 14


def average_range(candles: Candles, length: int = LENGTH) -> Floats:
    """Return the average true range at the close of each candle, in quote currency, shape (n,).

    It is NaN for the first `length` candles, and where price has not moved at all: nothing can be measured by
    a yardstick of no length, and every comparison with NaN is false.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978); computed by TA-Lib's ATR.
    """
    found: Floats = talib.ATR(candles.high, candles.low, candles.close, timeperiod=length)
    return np.where(found > 0, found, np.nan)


def last_range(candles: Candles, length: int = LENGTH) -> float | None:
    """Return the average true range at the last candle; None where there is none yet."""
    found = average_range(candles, length)
    return float(found[-1]) if len(found) and found[-1] > 0 else None
