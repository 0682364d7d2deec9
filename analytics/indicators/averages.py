"""Averages of the price, drawn over the candles. Bands around an average belong to `channels`."""

from __future__ import annotations

from itertools import pairwise
from math import isqrt

import numpy as np
import talib

from analytics.candles import Floats, Integers, timeframe_ms
from analytics.indicators.declare import PRICE, Parameter, indicator
from analytics.indicators.undefined import typical

_LENGTH = {"length": Parameter(default=20, least=2, most=500)}
_DAY_MS = timeframe_ms("1d")


@indicator(
    name="sma",
    title="SMA",
    full="Simple moving average",
    inputs=("close",),
    parameters=_LENGTH,
    outputs=("sma",),
    pane="price",
    scale=PRICE,
    warm_up=lambda length: length - 1,
)
def sma(close: Floats, *, length: int) -> Floats:
    """Mean of the last `length` closes.

    Returns:
        Quote currency.

    Source:
        John J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 9.
    """
    return talib.SMA(close, length)


@indicator(
    name="ema",
    title="EMA",
    full="Exponential moving average",
    inputs=("close",),
    parameters=_LENGTH,
    outputs=("ema",),
    pane="price",
    scale=PRICE,
    warm_up=lambda length: length - 1,
)
def ema(close: Floats, *, length: int) -> Floats:
    """Average in which a close weighs 2 / (length + 1), and each older one less by that share.

    It begins with the mean of the first `length` closes and never quite forgets them.

    Returns:
        Quote currency.

    Source:
        John J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 9;
        https://ta-lib.org/functions/.
    """
    return talib.EMA(close, length)


@indicator(
    name="wma",
    title="WMA",
    full="Weighted moving average",
    inputs=("close",),
    parameters=_LENGTH,
    outputs=("wma",),
    pane="price",
    scale=PRICE,
    warm_up=lambda length: length - 1,
)
def wma(close: Floats, *, length: int) -> Floats:
    """Mean of the last `length` closes with the weights 1, 2, ... `length`, the newest being the heaviest.

    Returns:
        Quote currency.

    Source:
        John J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 9.
    """
    return talib.WMA(close, length)


@indicator(
    name="hma",
    title="HMA",
    full="Hull moving average",
    inputs=("close",),
    parameters=_LENGTH,
    outputs=("hma",),
    pane="price",
    scale=PRICE,
    warm_up=lambda length: length - 1 + max(isqrt(length), 1) - 1,
)
def hma(close: Floats, *, length: int) -> Floats:
    """Twice the WMA of half the length less the WMA of all of it, averaged by a WMA of its square root.

    Returns:
        Quote currency.

    Source:
        Alan Hull, https://alanhull.com/hull-moving-average.
    """
    return talib.HMA(close, length)


@indicator(
    name="vwap",
    title="VWAP",
    full="Volume-weighted average price of the day",
    inputs=("time", "high", "low", "close", "volume"),
    outputs=("vwap",),
    pane="price",
    scale=PRICE,
    warm_up=lambda: 0,
    starts_daily=True,
)
def vwap(time: Integers, high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    """Average typical price since 00:00 UTC, each candle weighted by its volume.

    Of a day whose beginning the candles lack it is unknown, and so it is before the first trade of a day.

    Returns:
        Quote currency.

    Source:
        Berkowitz, Logue and Noser, "The Total Cost of Transactions on the NYSE", Journal of Finance 43
        (1988); typical price as in https://chartschool.stockcharts.com (Volume-Weighted Average Price).
    """
    average = np.full(len(time), np.nan)
    paid = typical(high, low, close) * volume
    day = time // _DAY_MS
    starts = np.flatnonzero(np.diff(day, prepend=day[:1] - 1))
    if len(starts) and time[0] % _DAY_MS:
        starts = starts[1:]
    for start, stop in pairwise((*starts.tolist(), len(time))):
        traded = np.cumsum(volume[start:stop])
        np.divide(np.cumsum(paid[start:stop]), traded, out=average[start:stop], where=traded > 0)
    return average
