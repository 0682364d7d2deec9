"""How far prices move, whichever way."""

from __future__ import annotations

from math import sqrt

import numpy as np
import talib

from analytics.candles import Floats, timeframe_ms
from analytics.indicators.declare import PERCENT, PRICE, Parameter, indicator

_HLC = ("high", "low", "close")
_YEAR_MS = 365 * timeframe_ms("1d")
"""Crypto markets have no holidays."""


@indicator(
    name="atr",
    title="ATR",
    full="Average true range",
    inputs=_HLC,
    parameters={"length": Parameter(default=14, least=1, most=200)},
    outputs=("atr",),
    pane="own",
    scale=PRICE,
    warm_up=lambda length: length,
)
def atr(high: Floats, low: Floats, close: Floats, *, length: int) -> Floats:
    """Range of a candle with the close before it, smoothed over `length` candles.

    Returns:
        A difference of prices in quote currency.

    Source:
        J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978), section III.
    """
    return talib.ATR(high, low, close, length)


@indicator(
    name="natr",
    title="NATR",
    full="Average true range in percent",
    inputs=_HLC,
    parameters={"length": Parameter(default=14, least=1, most=200)},
    outputs=("natr",),
    pane="own",
    scale=PERCENT,
    warm_up=lambda length: length,
)
def natr(high: Floats, low: Floats, close: Floats, *, length: int) -> Floats:
    """Average true range over the close, so that markets can be compared.

    Returns:
        Percent of the close.

    Source:
        John Forman, "Cross-Market Evaluations with Normalized Average True Range",
        Stocks & Commodities 24 (2006).
    """
    return talib.NATR(high, low, close, length)


@indicator(
    name="hv",
    title="HV",
    full="Historical volatility",
    inputs=("close", "step_ms"),
    parameters={"length": Parameter(default=20, least=2, most=500)},
    outputs=("hv",),
    pane="own",
    scale=PERCENT,
    warm_up=lambda length: length,
)
def hv(close: Floats, step_ms: int, *, length: int) -> Floats:
    """Standard deviation (of the sample) of the last `length` logarithmic returns, as of a year of 365 days.

    Returns:
        Percent a year.

    Source:
        John C. Hull, "Options, Futures, and Other Derivatives", chapter "The Black-Scholes-Merton model",
        section on estimating volatility from historical data.
    """
    returns = np.diff(100.0 * np.log(close), prepend=np.nan)
    of_sample = sqrt(length / (length - 1) * _YEAR_MS / step_ms)
    values: Floats = talib.STDDEV(returns, length, 1.0) * of_sample
    return values
