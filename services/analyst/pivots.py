"""Findings of pivot points: of the last whole day or week."""

from __future__ import annotations

from typing import Final

import numpy as np

from analytics.candles import Candles, resample, timeframe_ms
from analytics.pivots import Period, Pivots, every
from services.analyst.messages import PivotSet, PivotsFinding
from services.analyst.sight import Sight, Sights
from services.errors import UserMistake
from services.exchange.prices import to_moment

_PERIODS: Final = ("1d", "1w")
_SEEN_AT: Final = "1h"
"""The candles that tell where price is by now, and where the running period opened."""


async def find_pivots(sights: Sights, market: str, period: str) -> PivotsFinding:
    """Return the pivot points of the last whole `period`.

    Raises:
        UserMistake: the period is none, or none is whole yet.
        OmegaError: whatever `Sights.of` raises.
    """
    if period not in _PERIODS:
        raise UserMistake(f"{period} is no period for pivot points.", hint="Take 1d or 1w.")
    days, now = await sights.of(market, "1d", least=1), await sights.of(market, _SEEN_AT, least=1)
    whole = resample(days.candles, timeframe_ms(period)).last(1)
    if len(whole) == 0:
        raise UserMistake("There is no whole week of candles yet.", hint="Ask for 1d, or later.")
    return PivotsFinding(
        scene=now.scene,
        period=period,
        opened_at=to_moment(int(whole.time[0])),
        sets=[_set(now, one) for one in every(Period.of(whole), _opened(now.candles, whole))],
    )


def _opened(candles: Candles, whole: Candles) -> float | None:
    """Return where the period after `whole` opened; None where these candles do not reach back to it."""
    begins = int(whole.time[0]) + whole.step_ms
    first = int(np.searchsorted(candles.time, begins))
    is_there = first < len(candles) and int(candles.time[first]) == begins
    return float(candles.open[first]) if is_there else None


def _set(sight: Sight, pivots: Pivots) -> PivotSet:
    return PivotSet(
        method=pivots.method,
        pivot=sight.price(pivots.pivot),
        resistances=[sight.price(price) for price in pivots.resistances],
        supports=[sight.price(price) for price in pivots.supports],
    )
