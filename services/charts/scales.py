"""From values to heights, and the round values that an axis names."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.candles import Floats
from services.charts.boxes import Box
from services.exchange.prices import to_price

_NICE = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))
_DECADES = 4
"""How far a round step is looked for that is a multiple of the tick."""
_WIDE = 3.0
"""From this ratio of highest to lowest on, a logarithmic axis names 1, 2 and 5 of each decade."""
_LEAST_OF_LOG = 1e-300
"""Stands for what has no logarithm, far below every picture."""
_LEAST_TICKS = 4
_LEAST_SHARE = 0.0005
"""Of a flat price; a range is not shown smaller than that nor than some ticks."""
_DIGITS = 4
"""Of values in a panel of their own, counted from the first of their range."""
_MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A range of values, the lower first."""

    low: float
    high: float

    @property
    def span(self) -> float:
        """Return its height in values."""
        return self.high - self.low

    def around(self, values: Iterable[float]) -> Extent:
        """Return the range widened to the finite ones of `values`."""
        finite = [value for value in values if math.isfinite(value)]
        return Extent(low=min([self.low, *finite]), high=max([self.high, *finite]))

    def within(self, other: Extent) -> Extent:
        """Return what it has in common with `other`, which must not be nothing."""
        return Extent(low=max(self.low, other.low), high=min(self.high, other.high))

    def padded(self, below: float, above: float) -> Extent:
        """Return the range with shares of its span added."""
        return Extent(low=self.low - below * self.span, high=self.high + above * self.span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where values stand in a box. `extent` is of the values, or of their logarithms."""

    extent: Extent
    box: Box
    is_log: bool = False

    def heights(self, values: Floats) -> Floats:
        """Return pixels from the top of the picture; NaN stays NaN."""
        measured = np.log(np.maximum(values, _LEAST_OF_LOG)) if self.is_log else values
        share = (measured - self.extent.low) / self.extent.span
        return self.box.bottom - 1 - share * (self.box.height - 1)

    def height(self, value: float | Decimal) -> float:
        """Return pixels from the top of the picture for one value."""
        return float(self.heights(np.array([float(value)]))[0])

    @property
    def values(self) -> Extent:
        """Return the range of the values themselves."""
        if not self.is_log:
            return self.extent
        return Extent(low=math.exp(self.extent.low), high=math.exp(self.extent.high))


def widened(extent: Extent, tick: Decimal) -> Extent:
    """Return a range of prices at least some ticks high, so that a price that stands still has an axis."""
    middle = (extent.low + extent.high) / 2
    least = max(_LEAST_TICKS * float(tick), _LEAST_SHARE * middle)
    if extent.span >= least:
        return extent
    low = max(middle - least / 2, min(extent.low, float(tick)) / 2)
    return Extent(low=low, high=low + least)


def step_for(span: float, most: int, tick: Decimal) -> Decimal:
    """Return a round step, a multiple of `tick`, that divides `span` into at most `most` parts."""
    raw = max(Decimal(repr(span / max(1, most))), tick)
    exponent = raw.adjusted()
    for decade in range(exponent, exponent + _DECADES):
        for nice in _NICE:
            step = nice.scaleb(decade)
            if step >= raw and step % tick == 0:
                return step
    ticks = math.ceil(raw / tick)
    nices = (int(nice * 10**power) for power in range(len(str(ticks)) + 1) for nice in _NICE)
    return tick * next(nice for nice in nices if nice >= ticks)


def round_prices(scale: Scale, most: int, tick: Decimal) -> list[Decimal]:
    """Return the prices that an axis of at most `most` parts names, ascending."""
    values = scale.values
    if scale.is_log and values.high > _WIDE * values.low:
        return _of_decades(values, tick)
    step = step_for(values.span, most, tick)
    first, last = math.ceil(values.low / float(step)), math.floor(values.high / float(step))
    return [step * number for number in range(max(1, first), last + 1)]


def _of_decades(values: Extent, tick: Decimal) -> list[Decimal]:
    decades = range(math.floor(math.log10(values.low)), math.ceil(math.log10(values.high)) + 1)
    prices = [Decimal(nice).scaleb(decade) for decade in decades for nice in (1, 2, 5)]
    return [price for price in prices if values.low <= price <= values.high and price >= tick]


def step_of_values(span: float) -> Decimal:
    """Return the step to which values of a range as wide as `span` are written."""
    decimals = _DIGITS - 1 - math.floor(math.log10(span)) if span > 0 else _DIGITS
    return Decimal(1).scaleb(-min(max(decimals, 0), _MOST_DECIMALS))


def round_values(scale: Scale, most: int) -> list[Decimal]:
    """Return the values that the axis of a panel names, ascending."""
    values = scale.values
    step = step_for(values.span, most, step_of_values(values.span))
    first, last = math.ceil(values.low / float(step)), math.floor(values.high / float(step))
    return [to_price(number * float(step), step) for number in range(first, last + 1)]
