"""Print the median seconds of ten indicators on 500 candles, through our layer and bare, in JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "stage")]
sys.modules["pandas"] = None  # type: ignore[assignment]  # a process that serves has none

import talib  # noqa: E402 - without pandas
from indicator_stage import smooth_walk  # noqa: E402 - found on the path set above

from analytics.indicators.catalogue import compute, parse  # noqa: E402 - the same

CANDLES = smooth_walk(500)
OPEN, HIGH, LOW, CLOSE, VOLUME = (
    getattr(CANDLES, name) for name in ("open", "high", "low", "close", "volume")
)
ROUNDS = 4_000
WARMING = 200

BARE: dict[str, Callable[[], object]] = {
    "ema:20": lambda: talib.EMA(CLOSE, 20),
    "rsi:14": lambda: talib.RSI(CLOSE, 14),
    "macd:12,26,9": lambda: talib.MACD(CLOSE, 12, 26, 9),
    "bbands:20,2": lambda: talib.BBANDS(CLOSE, 20, 2.0, 2.0),
    "atr:14": lambda: talib.ATR(HIGH, LOW, CLOSE, 14),
    "adx:14": lambda: (
        talib.ADX(HIGH, LOW, CLOSE, 14),
        talib.PLUS_DI(HIGH, LOW, CLOSE, 14),
        talib.MINUS_DI(HIGH, LOW, CLOSE, 14),
    ),
    "stoch:14,3,3": lambda: talib.STOCH(HIGH, LOW, CLOSE, 14, slowk_period=3, slowd_period=3),
    "obv": lambda: talib.OBV(CLOSE, VOLUME),
    "mfi:14": lambda: talib.MFI(HIGH, LOW, CLOSE, VOLUME, 14),
    "cci:20": lambda: talib.CCI(HIGH, LOW, CLOSE, 20),
}
CHOSEN = [parse(text) for text in BARE]


def bare() -> None:
    """Call TA-Lib."""
    for call in BARE.values():
        call()


def ours() -> None:
    """Compute the same through the catalogue."""
    for chosen in CHOSEN:
        compute(chosen, CANDLES)


def seconds(work: Callable[[], None]) -> float:
    """Return what one run takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def main() -> None:
    """Run both in turn, so that what else the machine does falls on both alike."""
    for _ in range(WARMING):
        ours()
        bare()
    pairs = [(seconds(ours), seconds(bare)) for _ in range(ROUNDS)]
    json.dump({"ours": median(a for a, _ in pairs), "bare": median(b for _, b in pairs)}, sys.stdout)


if __name__ == "__main__":
    main()
