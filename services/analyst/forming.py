"""The candle that has not closed, made of closed ones of a smaller timeframe.

Charts show it; no indicator and no finding is of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.candles import bucket_start
from services.analyst.sight import Sight, Sights
from services.charts.spec import Forming
from services.exchange.prices import to_milliseconds
from services.market.messages import Origin

_PARTS: Final = {"5m": "1m", "15m": "1m", "1h": "1m", "4h": "1m", "1d": "5m"}
"""A thousand of them reach back to the open of the candle they are parts of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """A candle that has not closed, its last price, and where that comes from."""

    candle: Forming
    price: Decimal
    origin: Origin


async def parts_of(sights: Sights, market: str, timeframe: str) -> Sight | None:
    """Return the candles that one of `timeframe` is made of; None where there are none to be had."""
    smaller = _PARTS.get(timeframe)
    return None if smaller is None else await sights.if_there(market, smaller)


def growing(sight: Sight, parts: Sight) -> Growing | None:
    """Return what `parts` make of the candle that they are in by now.

    None where all of them belong to candles that have closed, or where they do not reach back to its open:
    its open, high, low and volume are unknown then.
    """
    candles = parts.candles
    opened = int(bucket_start(candles.time[-1:], sight.candles.step_ms)[0])
    if opened < to_milliseconds(sight.scene.closed_at) or int(candles.time[0]) > opened:
        return None
    since = candles.last(len(candles) - int(np.searchsorted(candles.time, opened)))
    close = float(since.close[-1])
    candle = Forming(
        time=opened,
        open=float(since.open[0]),
        high=float(since.high.max()),
        low=float(since.low.min()),
        close=close,
        volume=float(since.volume.sum()),
    )
    return Growing(candle=candle, price=sight.price(close), origin=parts.scene.origin)
