"""What the name of a file of candles says, whoever wrote it: a guess that options can overrule.

Such as ``BTC_USDT_USDT-1m-futures.feather``, ``binance_btcusdt.parquet``, ``Coinbase_BTCUSD_d.csv`` and
``EURUSD_M5.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = (".feather", ".parquet", ".csv")
_VENUES = frozenset(
    {
        *(
            "binance",
            "binanceus",
            "bitfinex",
            "bitget",
            "bitmex",
            "bitstamp",
            "bybit",
            "coinbase",
            "cryptocom",
        ),
        *("deribit", "gate", "gemini", "htx", "hyperliquid", "kraken", "krakenfutures", "kucoin", "mexc"),
        *("oanda", "okx"),
    }
)
_QUOTES = ("fdusd", "usdt", "usdc", "busd", "usd", "eur", "gbp", "jpy", "chf", "btc", "eth", "bnb")
"""A longer one before those that it ends with."""
_TIMEFRAME = re.compile(r"([1-9]\d{0,3})(m|h|H|d|D|w|W)")
_BEHIND = re.compile(r"([MHDW])([1-9]\d{0,2})")
_WORDS = {"d": "1d", "daily": "1d", "h": "1h", "hourly": "1h", "minute": "1m"}
_CONTRACT = "futures"
_OTHERS = re.compile(r"funding.?rate|mark|index|trades|book|quote", re.IGNORECASE)
_MOST_IN_A_NAME = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a name says; None for what it does not."""

    venue: str | None = None
    market: str | None = None
    timeframe: str | None = None


def guess(path: Path) -> Guess:
    """Return what the name of `path`, and for the venue that of its folder, says."""
    words = [word for word in re.split(r"[-_. ]", path.stem) if word]
    venue = words.pop(0).lower() if words and words[0].lower() in _VENUES else _venue_of(path.parent)
    timeframes = {word: found for word in words if (found := _timeframe(word))}
    rest = [word for word in words if word not in timeframes and word.lower() != _CONTRACT]
    return Guess(
        venue=venue,
        market=_market(rest, is_contract=len(rest) + len(timeframes) < len(words)),
        timeframe=next(iter(timeframes.values()), None),
    )


def is_something_else(path: Path) -> bool:
    """Return whether the name says that the file holds no candles: funding rates, mark prices, trades."""
    return bool(_OTHERS.search(path.stem))


def _venue_of(folder: Path) -> str | None:
    for name in (folder.name, folder.parent.name):
        word = re.split(r"[-_. ]", name.lower())[0]
        if word in _VENUES:
            return word
        if word != _CONTRACT:
            return None
    return None


def _timeframe(word: str) -> str | None:
    if match := _TIMEFRAME.fullmatch(word):
        return match[1] + match[2].lower()
    if match := _BEHIND.fullmatch(word):
        return match[2] + match[1].lower()
    return _WORDS.get(word.lower())


def _market(words: Sequence[str], *, is_contract: bool) -> str | None:
    parts = [word.upper() for word in words]
    if len(parts) == 1:
        parts = _taken_apart(words[0].lower())
    if not 1 < len(parts) <= _MOST_IN_A_NAME or not all(map(_is_currency, parts)):
        return None
    base, quote = parts[:2]
    settle = parts[2] if len(parts) == _MOST_IN_A_NAME else quote if is_contract else None
    return f"{base}/{quote}:{settle}" if settle else f"{base}/{quote}"


def _is_currency(word: str) -> bool:
    return word.isalnum() and not word.isdecimal()


def _taken_apart(pair: str) -> list[str]:
    quote = next((quote for quote in _QUOTES if pair.endswith(quote) and pair != quote), None)
    return [pair.removesuffix(quote).upper(), quote.upper()] if quote else []
