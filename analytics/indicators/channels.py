"""Bands, stops and clouds round the price, drawn over the candles. Plain averages belong to `averages`."""

from __future__ import annotations

import numpy as np
import talib

from analytics.candles import Floats
from analytics.indicators.declare import PRICE, Parameter, indicator

_BAND = ("upper", "middle", "lower")


@indicator(
    name="bbands",
    title="Bollinger Bands",
    full="Bollinger Bands",
    inputs=("close",),
    parameters={
        "length": Parameter(default=20, least=2, most=500),
        "deviations": Parameter(default=2.0, least=0.1, most=10.0),
    },
    outputs=_BAND,
    pane="price",
    scale=PRICE,
    warm_up=lambda length, _: length - 1,
    fill=("upper", "lower"),
)
def bbands(close: Floats, *, length: int, deviations: float) -> tuple[Floats, ...]:
    """Mean of the last `length` closes, and so many standard deviations (of the population) on either side.

    Returns:
        Upper, middle and lower band in quote currency.

    Source:
        John Bollinger, "Bollinger on Bollinger Bands" (2001), chapter 7; https://www.bollingerbands.com.
    """
    return talib.BBANDS(close, length, deviations, deviations)


@indicator(
    name="kc",
    title="Keltner Channels",
    full="Keltner Channels",
    inputs=("high", "low", "close"),
    parameters={
        "length": Parameter(default=20, least=2, most=500),
        "ranges": Parameter(default=2.0, least=0.1, most=10.0),
        "atr": Parameter(default=10, least=1, most=500),
    },
    outputs=_BAND,
    pane="price",
    scale=PRICE,
    warm_up=lambda length, _, atr: max(length - 1, atr),
    fill=("upper", "lower"),
)
def kc(
    high: Floats, low: Floats, close: Floats, *, length: int, ranges: float, atr: int
) -> tuple[Floats, ...]:
    """EMA of the close, and so many average true ranges (of `atr` candles) on either side.

    TA-Lib's own function takes the EMA of the typical price instead, other than the source.

    Returns:
        Upper, middle and lower band in quote currency.

    Source:
        Linda Bradford Raschke's form of Chester Keltner's channel,
        https://chartschool.stockcharts.com (Keltner Channels).
    """
    middle, distance = talib.EMA(close, length), ranges * talib.ATR(high, low, close, atr)
    return middle + distance, middle, middle - distance


@indicator(
    name="donchian",
    title="Donchian Channels",
    full="Donchian Channels",
    inputs=("high", "low"),
    parameters={"length": Parameter(default=20, least=2, most=500)},
    outputs=_BAND,
    pane="price",
    scale=PRICE,
    warm_up=lambda length: length - 1,
    fill=("upper", "lower"),
)
def donchian(high: Floats, low: Floats, *, length: int) -> tuple[Floats, ...]:
    """Highest high and lowest low of the last `length` candles, this one included, and their middle.

    Returns:
        Upper, middle and lower band in quote currency.

    Source:
        Richard Donchian's four-week rule; https://chartschool.stockcharts.com (Price Channels), which leave
        this candle out.
    """
    return talib.DONCHIAN(high, low, length)


@indicator(
    name="supertrend",
    title="Supertrend",
    full="Supertrend",
    inputs=("high", "low", "close"),
    parameters={
        "length": Parameter(default=10, least=2, most=500),
        "ranges": Parameter(default=3.0, least=0.1, most=20.0),
    },
    outputs=("supertrend",),
    pane="price",
    scale=PRICE,
    warm_up=lambda length, _: length,
)
def supertrend(high: Floats, low: Floats, close: Floats, *, length: int, ranges: float) -> Floats:
    """A stop so many average true ranges from the candle's middle, which only moves towards the price.

    It changes sides when a close crosses it: under the price the trend is up, over it down.

    Returns:
        Quote currency.

    Source:
        Olivier Seban, as described at https://www.tradingview.com/support/ (Supertrend).
    """
    line, _direction = talib.SUPERTREND(high, low, close, length, ranges)
    return line


@indicator(
    name="psar",
    title="Parabolic SAR",
    full="Parabolic stop and reverse",
    inputs=("high", "low"),
    parameters={
        "step": Parameter(default=0.02, least=0.001, most=0.5),
        "limit": Parameter(default=0.2, least=0.01, most=1.0),
    },
    outputs=("psar",),
    pane="price",
    scale=PRICE,
    warm_up=lambda _step, _limit: 1,
    shapes={"psar": "dots"},
    increasing=("step", "limit"),
)
def psar(high: Floats, low: Floats, *, step: float, limit: float) -> Floats:
    """A stop that nears the extreme price of the move by a share, which grows with each new extreme.

    Under the price the move is up, over it down. The first direction is that of the first directional
    movement, so that it may differ from another start until the first turn.

    Returns:
        Quote currency.

    Source:
        J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978), section II.
    """
    return talib.SAR(high, low, step, limit)


@indicator(
    name="ichimoku",
    title="Ichimoku",
    full="Ichimoku cloud",
    inputs=("high", "low"),
    parameters={
        "conversion": Parameter(default=9, least=2, most=200),
        "base": Parameter(default=26, least=3, most=300),
        "span": Parameter(default=52, least=4, most=500),
    },
    outputs=("conversion", "base", "span_a", "span_b"),
    pane="price",
    scale=PRICE,
    warm_up=lambda _, base, span: base + span - 1,
    fill=("span_a", "span_b"),
    increasing=("conversion", "base", "span"),
)
def ichimoku(high: Floats, low: Floats, *, conversion: int, base: int, span: int) -> tuple[Floats, ...]:
    """Middles of the ranges of three lengths, two of them drawn `base` candles ahead as a cloud.

    Both spans stand where they are drawn: at a position is what was known `base` candles before, so that none
    looks ahead. The part of the cloud that lies beyond the newest candle is not among the values. Nor is the
    lagging span: it is the close itself, drawn `base` candles back, where it was not known yet.

    Returns:
        Conversion line, base line, leading span A and leading span B in quote currency.

    Source:
        Manesh Patel, "Trading with Ichimoku Clouds" (2010), chapter 2;
        https://chartschool.stockcharts.com (Ichimoku Cloud), "plotted 26 periods in the future".
    """
    fast, slow = talib.MIDPRICE(high, low, conversion), talib.MIDPRICE(high, low, base)
    return (
        fast,
        slow,
        _later((fast + slow) / 2.0, base),
        _later(talib.MIDPRICE(high, low, span), base),
    )


def _later(values: Floats, count: int) -> Floats:
    moved = np.full(len(values), np.nan)
    moved[count:] = values[: max(0, len(values) - count)]
    return moved
