"""Speed, strength and exhaustion of a move, from prices alone. What weighs volume belongs to `volume`."""

from __future__ import annotations

import numpy as np
import talib

from analytics.candles import Floats
from analytics.indicators.declare import CENTURY, PERCENT, POINTS, PRICE, Parameter, Scale, Zones, indicator
from analytics.indicators.undefined import (
    blank,
    differs,
    has_nought,
    never_within,
    standing_still,
    within,
    without_range,
)

_HLC = ("high", "low", "close")
_NO_DIFFERENCE = 1e-9
"""Points of RSI: under this, two readings differ by rounding only."""


@indicator(
    name="rsi",
    title="RSI",
    full="Relative strength index",
    inputs=("close",),
    parameters={"length": Parameter(default=14, least=2, most=200)},
    outputs=("rsi",),
    pane="own",
    scale=CENTURY,
    warm_up=lambda length: length,
    zones=Zones(low=30.0, below="oversold", high=70.0, above="overbought"),
)
def rsi(close: Floats, *, length: int) -> Floats:
    """Share of the gains in all changes of the close, both smoothed over `length` candles.

    Unknown while the close has not changed at all.

    Returns:
        Points from 0 to 100.

    Source:
        J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978), section VI; tops over 70 and
        bottoms under 30 as there.
    """
    values = talib.RSI(close, length)
    if len(close) > 1 and close[0] == close[1]:
        values[: standing_still(close)] = np.nan
    return values


@indicator(
    name="stoch",
    title="Stochastic",
    full="Stochastic oscillator",
    inputs=_HLC,
    parameters={
        "length": Parameter(default=14, least=2, most=200),
        "smooth": Parameter(default=3, least=1, most=50),
        "signal": Parameter(default=3, least=1, most=50),
    },
    outputs=("k", "d"),
    pane="own",
    scale=CENTURY,
    warm_up=lambda length, smooth, signal: length + smooth + signal - 3,
    zones=Zones(low=20.0, below="oversold", high=80.0, above="overbought"),
)
def stoch(
    high: Floats, low: Floats, close: Floats, *, length: int, smooth: int, signal: int
) -> tuple[Floats, ...]:
    """Where the close stands between lowest low and highest high, averaged (k), and the average of that (d).

    Unknown where a range of `length` candles that it averages is a single price.

    Returns:
        Points from 0 (at the low) to 100 (at the high).

    Source:
        George C. Lane, "Lane's Stochastics", Stocks & Commodities 2 (1984); 20 and 80 as in
        https://chartschool.stockcharts.com (Stochastic Oscillator).
    """
    k, d = talib.STOCH(high, low, close, length, slowk_period=smooth, slowd_period=signal)
    is_unknown = without_range(high, low, length)
    if is_unknown is not None:
        is_unknown = within(is_unknown, smooth)
        blank(is_unknown, k)
        blank(within(is_unknown, signal), d)
    return k, d


@indicator(
    name="stochrsi",
    title="Stochastic RSI",
    full="Stochastic RSI",
    inputs=("close",),
    parameters={
        "rsi": Parameter(default=14, least=2, most=200),
        "length": Parameter(default=14, least=2, most=200),
        "smooth": Parameter(default=3, least=1, most=50),
        "signal": Parameter(default=3, least=1, most=50),
    },
    outputs=("k", "d"),
    pane="own",
    scale=CENTURY,
    warm_up=lambda rsi, length, smooth, signal: rsi + length + smooth + signal - 3,
    zones=Zones(low=20.0, below="oversold", high=80.0, above="overbought"),
)
def stochrsi(close: Floats, *, rsi: int, length: int, smooth: int, signal: int) -> tuple[Floats, ...]:
    """Where the RSI stands in its own range of `length` candles, averaged (k), and the average of that (d).

    Unknown where the RSI that it looks at did not move, as in a market that stands still.

    Returns:
        Points from 0 (at the low) to 100 (at the high).

    Source:
        Tushar Chande and Stanley Kroll, "The New Technical Trader" (1994), with 20 and 80; the averages as in
        https://www.tradingview.com/support/ (Stochastic RSI).
    """
    strength = talib.RSI(close, rsi)
    low = talib.MIN(strength, length)
    height = talib.MAX(strength, length) - low
    is_unknown = height < _NO_DIFFERENCE
    raw = 100.0 * (strength - low) / np.where(is_unknown, 1.0, height)
    k = np.clip(talib.SMA(raw, smooth), 0.0, 100.0)
    d = np.clip(talib.SMA(k, signal), 0.0, 100.0)
    if is_unknown.any():
        is_unknown = within(is_unknown, smooth)
        blank(is_unknown, k)
        blank(within(is_unknown, signal), d)
    return k, d


@indicator(
    name="macd",
    title="MACD",
    full="Moving average convergence and divergence",
    inputs=("close",),
    parameters={
        "fast": Parameter(default=12, least=2, most=200),
        "slow": Parameter(default=26, least=3, most=500),
        "signal": Parameter(default=9, least=1, most=200),
    },
    outputs=("macd", "signal", "histogram"),
    pane="own",
    scale=PRICE,
    warm_up=lambda _, slow, signal: slow + signal - 2,
    zones=Zones(low=0.0, below="fast average under slow", high=0.0, above="fast average over slow"),
    shapes={"histogram": "bars"},
    increasing=("fast", "slow"),
)
def macd(close: Floats, *, fast: int, slow: int, signal: int) -> tuple[Floats, ...]:
    """Fast EMA of the close less the slow one, the EMA of that as a signal, and the former less the latter.

    Returns:
        Differences of prices in quote currency.

    Source:
        Gerald Appel, "Technical Analysis: Power Tools for Active Investors" (2005), chapter 8; the side of
        zero as in https://chartschool.stockcharts.com (MACD).
    """
    return talib.MACD(close, fast, slow, signal)


@indicator(
    name="adx",
    title="ADX",
    full="Average directional index",
    inputs=_HLC,
    parameters={"length": Parameter(default=14, least=2, most=200)},
    outputs=("adx", "plus_di", "minus_di"),
    pane="own",
    scale=CENTURY,
    warm_up=lambda length: 2 * length - 1,
    zones=Zones(low=20.0, below="no trend", high=25.0, above="trending"),
)
def adx(high: Floats, low: Floats, close: Floats, *, length: int) -> tuple[Floats, ...]:
    """Strength of a trend whichever its direction, and the upward (+DI) and downward (-DI) movement.

    Unknown while no candle went beyond the range of the one before.

    Returns:
        Points from 0 to 100.

    Source:
        J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978), section IV; 20 and 25 as in
        https://chartschool.stockcharts.com (Average Directional Index).
    """
    plus, minus = talib.PLUS_DI(high, low, close, length), talib.MINUS_DI(high, low, close, length)
    if len(plus) > length and plus[length] + minus[length] == 0.0:
        return _late_adx(high, low, close, length=length, plus=plus, minus=minus)
    return talib.ADX(high, low, close, length), plus, minus


def _late_adx(
    high: Floats, low: Floats, close: Floats, *, length: int, plus: Floats, minus: Floats
) -> tuple[Floats, ...]:
    """Let the index begin with the first movement: what is before it has no direction to average."""
    unmoved = min(standing_still(high), standing_still(low), standing_still(close))
    plus[:unmoved] = minus[:unmoved] = np.nan
    strength = np.full(len(plus), np.nan)
    moved = np.flatnonzero(plus + minus > 0)
    if len(moved):
        start = int(moved[0]) - length
        strength[start:] = talib.ADX(high[start:], low[start:], close[start:], length)
    return strength, plus, minus


@indicator(
    name="aroon",
    title="Aroon",
    full="Aroon up and down",
    inputs=("high", "low"),
    parameters={"length": Parameter(default=25, least=2, most=500)},
    outputs=("up", "down"),
    pane="own",
    scale=CENTURY,
    warm_up=lambda length: length,
    zones=Zones(high=70.0, above="highs are recent", low=30.0, below="highs are long past"),
)
def aroon(high: Floats, low: Floats, *, length: int) -> tuple[Floats, ...]:
    """How recent the highest high (up) and the lowest low (down) of the last `length` + 1 candles are.

    Returns:
        Points from 0 (`length` candles ago) to 100 (this candle).

    Source:
        Tushar Chande, Stocks & Commodities 13 (1995); 30 and 70 as in
        https://chartschool.stockcharts.com (Aroon).
    """
    down, up = talib.AROON(high, low, length)
    return up, down


@indicator(
    name="cci",
    title="CCI",
    full="Commodity channel index",
    inputs=_HLC,
    parameters={"length": Parameter(default=20, least=2, most=200)},
    outputs=("cci",),
    pane="own",
    scale=POINTS,
    warm_up=lambda length: length - 1,
    zones=Zones(low=-100.0, below="oversold", high=100.0, above="overbought"),
)
def cci(high: Floats, low: Floats, close: Floats, *, length: int) -> Floats:
    """Distance of the typical price from its mean, in mean deviations over 0.015.

    Unknown where the typical price was the same for `length` candles.

    Returns:
        Points; most lie between -100 and 100, and nothing bounds them.

    Source:
        Donald Lambert, "Commodity Channel Index", Commodities (October 1980); -100 and 100 as in
        https://chartschool.stockcharts.com (Commodity Channel Index).
    """
    values = talib.CCI(high, low, close, length)
    if has_nought(values):
        blank(never_within(differs(high + low + close), length - 1), values)
    return values


@indicator(
    name="willr",
    title="Williams %R",
    full="Williams percent range",
    inputs=_HLC,
    parameters={"length": Parameter(default=14, least=2, most=200)},
    outputs=("willr",),
    pane="own",
    scale=Scale(unit="points", least=-100.0, most=0.0),
    warm_up=lambda length: length - 1,
    zones=Zones(low=-80.0, below="oversold", high=-20.0, above="overbought"),
)
def willr(high: Floats, low: Floats, close: Floats, *, length: int) -> Floats:
    """How far the close is below the highest high, in hundredths of the range of the last `length` candles.

    Unknown where that range is a single price.

    Returns:
        Points from -100 (at the low) to 0 (at the high).

    Source:
        Larry Williams, "How I Made One Million Dollars Last Year Trading Commodities" (1973); -80 and -20 as
        in https://chartschool.stockcharts.com (Williams %R).
    """
    values = talib.WILLR(high, low, close, length)
    blank(without_range(high, low, length), values)
    return values


@indicator(
    name="roc",
    title="ROC",
    full="Rate of change",
    inputs=("close",),
    parameters={"length": Parameter(default=12, least=1, most=500)},
    outputs=("roc",),
    pane="own",
    scale=PERCENT,
    warm_up=lambda length: length,
    zones=Zones(low=0.0, below="lower than before", high=0.0, above="higher than before"),
)
def roc(close: Floats, *, length: int) -> Floats:
    """Change of the close since `length` candles ago.

    Returns:
        Percent of the earlier close.

    Source:
        John J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 10; the side of zero
        says no more than it means.
    """
    return talib.ROC(close, length)
