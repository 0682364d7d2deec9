"""Indicators and numbers of conditions, such as ``bbands:20,2.upper``, as a member reads them.

What they are compared with, and why, belongs to `words`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from services.alerts.wording.speech import Speech

_TITLES: Final = {
    "sma": "SMA",
    "ema": "EMA",
    "wma": "WMA",
    "hma": "HMA",
    "vwap": "VWAP",
    "bbands": "Bollinger Bands",
    "kc": "Keltner Channels",
    "donchian": "Donchian Channels",
    "supertrend": "Supertrend",
    "psar": "Parabolic SAR",
    "ichimoku": "Ichimoku",
    "rsi": "RSI",
    "stoch": "Stochastic",
    "stochrsi": "Stochastic RSI",
    "macd": "MACD",
    "adx": "ADX",
    "aroon": "Aroon",
    "cci": "CCI",
    "willr": "Williams %R",
    "roc": "ROC",
    "volume_sma": "Volume SMA",
    "obv": "OBV",
    "ad": "A/D",
    "cmf": "CMF",
    "mfi": "MFI",
    "atr": "ATR",
    "natr": "NATR",
    "hv": "HV",
}
"""Those of the catalogue of indicators, which is too heavy for a bot to import."""
OF_CANDLES: Final = {
    "open": "opening price",
    "high": "highest price",
    "low": "lowest price",
    "close": "closing price",
    "volume": "volume of the candle",
}
_OUTPUTS: Final = {
    "upper": "upper band",
    "middle": "middle band",
    "lower": "lower band",
    "macd": "line",
    "k": "%K",
    "d": "%D",
    "signal": "signal",
    "histogram": "histogram",
    "plus_di": "plus di",
    "minus_di": "minus di",
    "up": "up",
    "down": "down",
    "conversion": "conversion",
    "base": "base",
    "span_a": "span a",
    "span_b": "span b",
}
_FIRST_OUTPUTS: Final = {
    **dict.fromkeys(("bbands", "kc", "donchian"), "upper"),
    **dict.fromkeys(("stoch", "stochrsi"), "k"),
    "macd": "macd",
    "aroon": "up",
    "ichimoku": "conversion",
}
"""What is meant where none is written, of those that have several and are not one of them by themselves."""
_SPEC: Final = re.compile(r"(?P<name>[a-z_]+)(?::(?P<given>[0-9.,]*[0-9]))?(?:\.(?P<output>[a-z_]+))?")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def indicator_words(written: str, voice: Speech) -> str:
    """Write one side of a comparison: ``Bollinger Bands 20, 2 (upper band)``, ``closing price``, ``70,000``.

    What is none of these is written as it is.
    """
    if _NUMBER.fullmatch(written):
        return voice.numbers.quantity(Decimal(written))
    if written in OF_CANDLES:
        return voice.text(OF_CANDLES[written])
    found = _SPEC.fullmatch(written)
    if found is None or found["name"] not in _TITLES:
        return written
    return _titled(found["name"], found["given"], found["output"] or _FIRST_OUTPUTS.get(found["name"]), voice)


def _titled(name: str, given: str | None, output: str | None, voice: Speech) -> str:
    numbers = ", ".join(voice.numbers.exact(Decimal(one)) for one in (given or "").split(",") if one)
    words = f"{voice.text(_TITLES[name])} {numbers}".rstrip()
    return f"{words} ({voice.text(_OUTPUTS[output])})" if output in _OUTPUTS else words
