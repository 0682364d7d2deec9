"""What weighs the price with the volume traded at it, and volume itself."""

from __future__ import annotations

import talib

from analytics.candles import Floats
from analytics.indicators.declare import BASE, CENTURY, Parameter, Scale, Zones, indicator
from analytics.indicators.undefined import blank, differs, has_nought, never_within

_HLCV = ("high", "low", "close", "volume")


@indicator(
    name="volume_sma",
    title="Volume SMA",
    full="Simple moving average of the volume",
    inputs=("volume",),
    parameters={"length": Parameter(default=20, least=2, most=500)},
    outputs=("volume_sma",),
    pane="volume",
    scale=BASE,
    warm_up=lambda length: length - 1,
)
def volume_sma(volume: Floats, *, length: int) -> Floats:
    """Mean of the volumes of the last `length` candles.

    Returns:
        Base currency.

    Source:
        John J. Murphy, "Technical Analysis of the Financial Markets" (1999), chapter 7.
    """
    return talib.SMA(volume, length)


@indicator(
    name="obv",
    title="OBV",
    full="On-balance volume",
    inputs=("close", "volume"),
    outputs=("obv",),
    pane="own",
    scale=BASE,
    warm_up=lambda: 0,
)
def obv(close: Floats, volume: Floats) -> Floats:
    """Sum of the volumes of candles that closed higher less those that closed lower than the one before.

    It begins with the first candle's volume: only its course has a meaning, its height has none.

    Returns:
        Base currency.

    Source:
        Joseph Granville, "New Key to Stock Market Profits" (1963); https://ta-lib.org/functions/.
    """
    return talib.OBV(close, volume)


@indicator(
    name="ad",
    title="A/D",
    full="Accumulation and distribution line",
    inputs=_HLCV,
    outputs=("ad",),
    pane="own",
    scale=BASE,
    warm_up=lambda: 0,
)
def ad(high: Floats, low: Floats, close: Floats, volume: Floats) -> Floats:
    """Sum of the volumes, each weighted from -1 (closed at its low) to 1 (closed at its high).

    A candle of a single price adds nothing. Only the course of the line has a meaning, its height has none.

    Returns:
        Base currency.

    Source:
        Marc Chaikin; https://chartschool.stockcharts.com (Accumulation/Distribution Line).
    """
    return talib.AD(high, low, close, volume)


@indicator(
    name="cmf",
    title="CMF",
    full="Chaikin money flow",
    inputs=_HLCV,
    parameters={"length": Parameter(default=20, least=2, most=200)},
    outputs=("cmf",),
    pane="own",
    scale=Scale(unit="ratio", least=-1.0, most=1.0),
    warm_up=lambda length: length - 1,
    zones=Zones(low=-0.05, below="selling pressure", high=0.05, above="buying pressure"),
)
def cmf(high: Floats, low: Floats, close: Floats, volume: Floats, *, length: int) -> Floats:
    """Where in their ranges the last `length` candles closed, weighted by volume.

    A candle of a single price counts as closed in its middle. Unknown where nothing was traded.

    Returns:
        Ratio from -1 (all at the low) to 1 (all at the high).

    Source:
        Marc Chaikin; https://chartschool.stockcharts.com (Chaikin Money Flow), which has -0.05 and 0.05, too.
    """
    values = talib.CMF(high, low, close, volume, length)
    blank(never_within(volume > 0.0, length), values)
    return values


@indicator(
    name="mfi",
    title="MFI",
    full="Money flow index",
    inputs=_HLCV,
    parameters={"length": Parameter(default=14, least=2, most=200)},
    outputs=("mfi",),
    pane="own",
    scale=CENTURY,
    warm_up=lambda length: length,
    zones=Zones(low=20.0, below="oversold", high=80.0, above="overbought"),
)
def mfi(high: Floats, low: Floats, close: Floats, volume: Floats, *, length: int) -> Floats:
    """Share of the money that moved while the typical price rose, in all that moved while it changed.

    Unknown where no money moved: the typical price stood still, or nothing was traded.

    Returns:
        Points from 0 to 100.

    Source:
        Gene Quong and Avrum Soudack, "Volume-Weighted RSI: Money Flow", Stocks & Commodities 7 (1989), with
        20 and 80.
    """
    values = talib.MFI(high, low, close, volume, length)
    if has_nought(values):
        has_moved = differs(high + low + close) & (volume > 0.0)
        blank(never_within(has_moved, length), values)
    return values
