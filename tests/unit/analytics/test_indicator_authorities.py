"""Two authorities that know nothing of each other: TA-Lib, which computes, and the `ta` package.

Smoothed averages begin differently in `ta`, so that they are compared after 1,000 candles, when the beginning
weighs nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd  # type: ignore[import-untyped] # of the second authority alone
import pytest
import ta
import talib
from indicator_stage import smooth_walk

from analytics.candles import Floats
from analytics.indicators.catalogue import CATALOGUE, compute, parse

pytestmark = pytest.mark.filterwarnings("ignore:.*:RuntimeWarning:ta", "ignore:.*:FutureWarning:ta")

CANDLES = smooth_walk(1_400)
SETTLED = 1_000
H, L, C, V = (pd.Series(getattr(CANDLES, name)) for name in ("high", "low", "close", "volume"))

BANDS = ta.volatility.BollingerBands(C, 20, 2)
KELTNER = ta.volatility.KeltnerChannel(H, L, C, 20, 10, original_version=False, multiplier=2)
DONCHIAN = ta.volatility.DonchianChannel(H, L, C, 20)
CLOUD = ta.trend.IchimokuIndicator(H, L, 9, 26, 52, visual=True)
STOCHASTIC = ta.momentum.StochasticOscillator(H, L, C, 14, 3)
STOCH_RSI = ta.momentum.StochRSIIndicator(C, 14, 3, 3)
MACD = ta.trend.MACD(C, 26, 12, 9)
AROON = ta.trend.AroonIndicator(H, L, 25)
ATR = ta.volatility.AverageTrueRange(H, L, C, 14)

SECOND: dict[tuple[str, str], Callable[[], pd.Series]] = {
    ("sma", "sma"): ta.trend.SMAIndicator(C, 20).sma_indicator,
    ("ema", "ema"): ta.trend.EMAIndicator(C, 20).ema_indicator,
    ("wma", "wma"): ta.trend.WMAIndicator(C, 20).wma,
    ("bbands", "upper"): BANDS.bollinger_hband,
    ("bbands", "middle"): BANDS.bollinger_mavg,
    ("bbands", "lower"): BANDS.bollinger_lband,
    ("kc", "upper"): KELTNER.keltner_channel_hband,
    ("kc", "middle"): KELTNER.keltner_channel_mband,
    ("kc", "lower"): KELTNER.keltner_channel_lband,
    ("donchian", "upper"): DONCHIAN.donchian_channel_hband,
    ("donchian", "middle"): DONCHIAN.donchian_channel_mband,
    ("donchian", "lower"): DONCHIAN.donchian_channel_lband,
    ("ichimoku", "conversion"): CLOUD.ichimoku_conversion_line,
    ("ichimoku", "base"): CLOUD.ichimoku_base_line,
    ("ichimoku", "span_a"): CLOUD.ichimoku_a,
    ("ichimoku", "span_b"): CLOUD.ichimoku_b,
    ("rsi", "rsi"): ta.momentum.RSIIndicator(C, 14).rsi,
    ("stoch", "k"): STOCHASTIC.stoch_signal,
    ("stoch", "d"): lambda: STOCHASTIC.stoch_signal().rolling(3).mean(),
    ("stochrsi", "k"): lambda: 100 * STOCH_RSI.stochrsi_k(),
    ("stochrsi", "d"): lambda: 100 * STOCH_RSI.stochrsi_d(),
    ("macd", "macd"): MACD.macd,
    ("macd", "signal"): MACD.macd_signal,
    ("macd", "histogram"): MACD.macd_diff,
    ("adx", "adx"): lambda: ta.trend.ADXIndicator(H, L, C, 14).adx(),
    ("adx", "plus_di"): lambda: ta.trend.ADXIndicator(H, L, C, 14).adx_pos(),
    ("adx", "minus_di"): lambda: ta.trend.ADXIndicator(H, L, C, 14).adx_neg(),
    ("aroon", "up"): AROON.aroon_up,
    ("aroon", "down"): AROON.aroon_down,
    ("cci", "cci"): lambda: ta.trend.CCIIndicator(H, L, C, 20, 0.015).cci(),
    ("willr", "willr"): ta.momentum.WilliamsRIndicator(H, L, C, 14).williams_r,
    ("roc", "roc"): ta.momentum.ROCIndicator(C, 12).roc,
    ("volume_sma", "volume_sma"): ta.trend.SMAIndicator(V, 20).sma_indicator,
    ("ad", "ad"): ta.volume.AccDistIndexIndicator(H, L, C, V).acc_dist_index,
    ("obv", "obv"): ta.volume.OnBalanceVolumeIndicator(C, V).on_balance_volume,
    ("cmf", "cmf"): ta.volume.ChaikinMoneyFlowIndicator(H, L, C, V, 20).chaikin_money_flow,
    ("mfi", "mfi"): lambda: ta.volume.MFIIndicator(H, L, C, V, 14).money_flow_index(),
    ("atr", "atr"): ATR.average_true_range,
    ("natr", "natr"): lambda: 100 * ATR.average_true_range() / C,
    ("hv", "hv"): lambda: 100 * np.log(C / C.shift()).rolling(20).std() * np.sqrt(365 * 24),
}
"""The last is pandas' own: `ta` has no historical volatility."""


@pytest.mark.parametrize(("name", "output"), SECOND)
def test_an_output_is_what_a_second_library_makes_of_the_same_candles(name: str, output: str) -> None:
    ours = compute(parse(name), CANDLES)[output][SETTLED:]
    np.testing.assert_allclose(ours, SECOND[name, output]().to_numpy()[SETTLED:], rtol=1e-9, atol=1e-9)


def test_the_day_s_average_price_is_the_second_library_s_rolling_one_from_the_day_s_beginning() -> None:
    ours = compute(parse("vwap"), CANDLES)["vwap"]
    for start in range(0, 240, 24):
        day = slice(start, start + 24)
        theirs = ta.volume.VolumeWeightedAveragePrice(H[day], L[day], C[day], V[day], 24, fillna=True)
        np.testing.assert_allclose(ours[day], theirs.volume_weighted_average_price(), rtol=1e-12)


def first(values: tuple[Floats, ...]) -> Floats:
    return values[0]


BARE: dict[str, Callable[[], Floats]] = {
    "sma:9": lambda: talib.SMA(CANDLES.close, 9),
    "ema:50": lambda: talib.EMA(CANDLES.close, 50),
    "wma:9": lambda: talib.WMA(CANDLES.close, 9),
    "hma:16": lambda: talib.HMA(CANDLES.close, 16),
    "bbands:30,2.5": lambda: first(talib.BBANDS(CANDLES.close, 30, 2.5, 2.5)),
    "donchian:30": lambda: first(talib.DONCHIAN(CANDLES.high, CANDLES.low, 30)),
    "psar:0.01,0.1": lambda: talib.SAR(CANDLES.high, CANDLES.low, 0.01, 0.1),
    "rsi:7": lambda: talib.RSI(CANDLES.close, 7),
    "stoch:10,4,5": lambda: first(
        talib.STOCH(CANDLES.high, CANDLES.low, CANDLES.close, 10, 4, slowd_period=5)
    ),
    "macd:5,13,4": lambda: first(talib.MACD(CANDLES.close, 5, 13, 4)),
    "adx:10": lambda: talib.ADX(CANDLES.high, CANDLES.low, CANDLES.close, 10),
    "cci:30": lambda: talib.CCI(CANDLES.high, CANDLES.low, CANDLES.close, 30),
    "willr:10": lambda: talib.WILLR(CANDLES.high, CANDLES.low, CANDLES.close, 10),
    "roc:5": lambda: talib.ROC(CANDLES.close, 5),
    "mfi:10": lambda: talib.MFI(CANDLES.high, CANDLES.low, CANDLES.close, CANDLES.volume, 10),
    "cmf:10": lambda: talib.CMF(CANDLES.high, CANDLES.low, CANDLES.close, CANDLES.volume, 10),
    "atr:10": lambda: talib.ATR(CANDLES.high, CANDLES.low, CANDLES.close, 10),
}


@pytest.mark.parametrize("text", BARE)
def test_the_first_output_with_other_parameters_is_ta_lib_s_from_the_first_candle(text: str) -> None:
    ours = next(iter(compute(parse(text), CANDLES).values()))
    np.testing.assert_array_equal(ours, BARE[text]())


def test_every_indicator_has_a_second_authority() -> None:
    elsewhere = {"vwap", "supertrend", "hma", "psar"}
    assert {name for name, _ in SECOND} | elsewhere == set(CATALOGUE)
