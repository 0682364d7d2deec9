"""Pivot points: levels for the period that runs, out of the prices of the whole one before it.

Belongs here: five ways of making them. Does not belong here: which period a market has, nor how often price
turned at a level (`structure`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import Final, Literal

from analytics.candles import Candles

Method = Literal["standard", "fibonacci", "camarilla", "woodie", "demark"]

METHODS: Final[tuple[Method, ...]] = ("standard", "fibonacci", "camarilla", "woodie", "demark")
"""In the order in which they are shown."""

_FIBONACCI = (0.382, 0.618, 1.0)
_CAMARILLA = (1.1 / 12, 1.1 / 6, 1.1 / 4, 1.1 / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A whole period's prices in quote currency, such as yesterday's.

    Raises:
        ValueError: a price that is not positive and finite, or a high or low that is none.
    """

    open: float
    high: float
    low: float
    close: float

    def __post_init__(self) -> None:
        prices = (self.open, self.high, self.low, self.close)
        if not all(isfinite(price) and price > 0 for price in prices):
            raise ValueError(f"pivots: prices {prices}, expected positive numbers")
        if self.high < max(prices) or self.low > min(prices):
            raise ValueError(f"pivots: high {self.high} and low {self.low} do not enclose open and close")

    @classmethod
    def of(cls, candles: Candles) -> Period:
        """Return the period that `candles` make up.

        Raises:
            ValueError: there is no candle.
        """
        if len(candles) == 0:
            raise ValueError("pivots: no candle to make a period of")
        return cls(
            open=float(candles.open[0]),
            high=float(candles.high.max()),
            low=float(candles.low.min()),
            close=float(candles.close[-1]),
        )

    @property
    def range(self) -> float:
        """Return the distance from low to high."""
        return self.high - self.low

    @property
    def typical(self) -> float:
        """Return the mean of high, low and close."""
        return (self.high + self.low + self.close) / 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pivots:
    """The pivot in quote currency, R1, R2, ... upwards and S1, S2, ... downwards, as many as there are."""

    method: Method
    pivot: float
    resistances: tuple[float, ...]
    supports: tuple[float, ...]


def standard(period: Period) -> Pivots:
    """Return the pivot points of the floor traders: the typical price, and how far the extremes were from it.

    Source:
        https://www.tradingview.com/support/solutions/43000521824/ ("Traditional", to the third level).
    """
    pivot, high, low = period.typical, period.high, period.low
    return Pivots(
        method="standard",
        pivot=pivot,
        resistances=(2 * pivot - low, pivot + period.range, 2 * pivot + high - 2 * low),
        supports=(2 * pivot - high, pivot - period.range, 2 * pivot - (2 * high - low)),
    )


def fibonacci(period: Period) -> Pivots:
    """Return the typical price, and 0.382, 0.618 and 1 of the range on either side.

    Source:
        https://www.tradingview.com/support/solutions/43000521824/ ("Fibonacci").
    """
    return _around(period.typical, _FIBONACCI, period, method="fibonacci", base=period.typical)


def camarilla(period: Period) -> Pivots:
    """Return the typical price, and 1.1 / 12, / 6, / 4 and / 2 of the range on either side of the close.

    Source:
        Nick Scott's equation, as https://www.tradingview.com/support/solutions/43000521824/ has it
        ("Camarilla", to the fourth level).
    """
    return _around(period.typical, _CAMARILLA, period, method="camarilla", base=period.close)


def _around(
    pivot: float, shares: tuple[float, ...], period: Period, *, method: Method, base: float
) -> Pivots:
    return Pivots(
        method=method,
        pivot=pivot,
        resistances=tuple(base + share * period.range for share in shares),
        supports=tuple(base - share * period.range for share in shares),
    )


def woodie(period: Period, opened: float) -> Pivots:
    """Return pivot points in which the open of the period that runs counts twice, and the close not at all.

    Source:
        Ken Wood's, as https://www.tradingview.com/support/solutions/43000521824/ has them ("Woodie").
    """
    high, low = period.high, period.low
    pivot = (high + low + 2 * opened) / 4.0
    third = high + 2 * (pivot - low), low - 2 * (high - pivot)
    return Pivots(
        method="woodie",
        pivot=pivot,
        resistances=(2 * pivot - low, pivot + period.range, third[0], third[0] + period.range),
        supports=(2 * pivot - high, pivot - period.range, third[1], third[1] - period.range),
    )


def demark(period: Period) -> Pivots:
    """Return one level on either side, from a mean that counts an extreme or the close twice.

    Which one depends on whether the period fell, rose or closed where it opened.

    Source:
        Thomas DeMark, "The New Science of Technical Analysis" (1994);
        https://www.tradingview.com/support/solutions/43000521824/ ("DM").
    """
    twice = period.close
    if period.close != period.open:
        twice = period.high if period.close > period.open else period.low
    total = period.high + period.low + period.close + twice
    return Pivots(
        method="demark",
        pivot=total / 4.0,
        resistances=(total / 2.0 - period.low,),
        supports=(total / 2.0 - period.high,),
    )


_OF_THE_PAST: Final[Mapping[Method, Callable[[Period], Pivots]]] = MappingProxyType(
    {"standard": standard, "fibonacci": fibonacci, "camarilla": camarilla, "demark": demark}
)


def every(period: Period, opened: float | None = None) -> tuple[Pivots, ...]:
    """Return the pivot points by every method that can be told.

    Woodie's need to know where the period that runs has `opened`: without that they are left out.
    """
    made = {method: make(period) for method, make in _OF_THE_PAST.items()}
    if opened is not None:
        made["woodie"] = woodie(period, opened)
    return tuple(made[method] for method in METHODS if method in made)
