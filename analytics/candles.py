"""Candles as arrays, and the making of larger ones from smaller ones.

Belongs here: the one shape in which price history enters mathematics, its validity, and resampling. Does not
belong here: where candles come from (services.exchange), money as Decimal, and the candle still forming.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_DAY_MS = _UNIT_MS["d"]
_FIRST_MONDAY_MS = 4 * _DAY_MS
_COLUMNS = ("open", "high", "low", "close", "volume")


def timeframe_ms(timeframe: str) -> int:
    """Return the length of ``"1s"``, ``"1m"``, ``"4h"``, ``"1d"`` or ``"1w"`` in milliseconds.

    Raises:
        ValueError: not a whole number of seconds (s), minutes (m), hours (h), days (d) or weeks (w). A month
            has no fixed length and is not a timeframe here.
    """
    count, unit = timeframe[:-1], timeframe[-1:]
    if unit not in _UNIT_MS or not count.isdecimal() or int(count) == 0:
        raise ValueError(f"timeframe {timeframe!r}: expected a number and s, m, h, d or w, such as 15m or 4h")
    return int(count) * _UNIT_MS[unit]


def bucket_start(time: Integers, step_ms: int) -> Integers:
    """Return the open times of the candles of `step_ms` that contain the moments `time`, in ms.

    Candles are cut at multiples of their length since 1970 in UTC, those of whole weeks on Mondays.
    """
    shift = _FIRST_MONDAY_MS if step_ms % _UNIT_MS["w"] == 0 else 0
    return (time - shift) // step_ms * step_ms + shift


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candles:
    """Closed candles of one market and timeframe, oldest first; a minute without a trade may be missing.

    All arrays have the shape (n,) and are read-only. `time` is the open time in milliseconds since 1970, UTC;
    `volume` is in base currency; the others are prices in quote currency.

    Raises:
        ValueError: the arrays differ in shape or type, are out of order, or hold a candle that cannot be
            (high below low, a price that is not positive, anything that is not finite). Says which one.
    """

    step_ms: int
    time: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        for name in ("time", *_COLUMNS):
            array = getattr(self, name).view()
            _check_shape(name, array, self.time.shape)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        _check_order(self)
        _check_prices(self)

    def __len__(self) -> int:
        return len(self.time)

    def slice(self, start: int, stop: int) -> Candles:
        """Return the candles at positions `start` (included) to `stop` (excluded), as views."""
        cut = slice(start, stop)
        arrays = {name: getattr(self, name)[cut] for name in _COLUMNS}
        return Candles(step_ms=self.step_ms, time=self.time[cut], **arrays)

    def last(self, count: int) -> Candles:
        """Return the newest `count` candles, or all where there are fewer."""
        return self.slice(max(0, len(self) - count), len(self))

    def between(self, start_ms: int, end_ms: int) -> Candles:
        """Return the candles that open at or after `start_ms` and have closed by `end_ms`."""
        first, stop = np.searchsorted(self.time, [start_ms, end_ms - self.step_ms + 1])
        return self.slice(int(first), max(int(first), int(stop)))


def _check_shape(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> None:
    expected = np.int64 if name == "time" else np.float64
    if array.dtype != expected or array.ndim != 1 or array.shape != shape:
        raise ValueError(
            f"candles: {name} is {array.dtype} of shape {array.shape}, "
            f"expected {np.dtype(expected)} of shape {shape if len(shape) == 1 else '(n,)'}"
        )


def _refuse(candles: Candles, is_wrong: npt.NDArray[np.bool_], what: str) -> None:
    if is_wrong.any():
        position = int(np.argmax(is_wrong))
        raise ValueError(f"candles: {what} at position {position} (time {int(candles.time[position])} ms)")


def _check_order(candles: Candles) -> None:
    time = candles.time
    if candles.step_ms <= 0:
        raise ValueError(f"candles: step_ms is {candles.step_ms}, expected more than 0")
    _refuse(candles, bucket_start(time, candles.step_ms) != time, "an open time off the timeframe's grid")
    _refuse(candles, np.diff(time, prepend=time[:1] - 1) <= 0, "a repeated or earlier open time")


def _check_prices(candles: Candles) -> None:
    open_, high, low, close = candles.open, candles.high, candles.low, candles.close
    for name in _COLUMNS:
        _refuse(candles, ~np.isfinite(getattr(candles, name)), f"{name} is not finite")
    _refuse(candles, low <= 0, "a price that is not positive")
    _refuse(candles, high < np.maximum(open_, close), "high below open or close")
    _refuse(candles, low > np.minimum(open_, close), "low above open or close")
    _refuse(candles, candles.volume < 0, "a negative volume")


def empty(step_ms: int) -> Candles:
    """Return no candles of the timeframe `step_ms`."""
    nothing = np.empty(0)
    arrays = dict.fromkeys(_COLUMNS, nothing)
    return Candles(step_ms=step_ms, time=np.empty(0, np.int64), **arrays)


def join(*parts: Candles) -> Candles:
    """Return candles of one timeframe behind each other, the oldest part first.

    Raises:
        ValueError: no part, parts of different timeframes, or parts that overlap.
    """
    steps = {part.step_ms for part in parts}
    if len(steps) != 1:
        raise ValueError(f"candles: cannot join timeframes of {sorted(steps)} ms")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
    return Candles(step_ms=steps.pop(), time=np.concatenate([part.time for part in parts]), **arrays)


def resample(candles: Candles, step_ms: int) -> Candles:
    """Return the larger candles of `step_ms` that `candles` make up completely.

    One that lacks any of its parts, at the ends or within, is left out: its high, low and volume are unknown.

    Raises:
        ValueError: `step_ms` is not a multiple of the candles' own timeframe.
    """
    if step_ms == candles.step_ms:
        return candles
    if step_ms % candles.step_ms:
        raise ValueError(f"candles: cannot make {step_ms} ms out of {candles.step_ms} ms")
    if len(candles) == 0:
        return empty(step_ms)
    bucket = bucket_start(candles.time, step_ms)
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[:1] - 1))
    last = np.append(first[1:], len(bucket)) - 1
    is_whole = last - first + 1 == step_ms // candles.step_ms
    return Candles(
        step_ms=step_ms,
        time=bucket[first][is_whole],
        open=candles.open[first][is_whole],
        high=np.maximum.reduceat(candles.high, first)[is_whole],
        low=np.minimum.reduceat(candles.low, first)[is_whole],
        close=candles.close[last][is_whole],
        volume=np.add.reduceat(candles.volume, first)[is_whole],
    )
