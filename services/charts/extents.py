"""Which range of prices a picture shows: all candles, and of the rest what does not make them small."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from analytics.candles import Floats
from services.charts.scales import Extent, widened
from services.charts.spec import ChartSpec, Pane

_ROOM_FOR_LINES = 0.35
"""Lines may widen the range by this share of the candles' at either side."""
_WIDEST = 1.75
"""Levels may widen the range to this many times the candles'."""
_PAD = 0.05
_PAD_FOR_MARKS = 0.14
_PANE_PAD = 0.08


def price_extent(spec: ChartSpec) -> Extent:
    """Return the range of prices shown, or that of their logarithms where the chart is logarithmic."""
    measure = np.log if spec.is_log else np.asarray
    candles = _measured(spec, widened(_of_candles(spec), spec.tick))
    drawn = np.concatenate([*_drawn(spec), np.empty(0)])
    drawn = measure(drawn[drawn > 0])
    shown = candles.around(_ends(drawn)).within(candles.padded(_ROOM_FOR_LINES, _ROOM_FOR_LINES))
    for prices in sorted(_wanted(spec), key=lambda prices: _beyond(shown, prices)):
        wider = shown.around(prices)
        if wider.span <= _WIDEST * candles.span:
            shown = wider
    pad = _PAD_FOR_MARKS if spec.marks else _PAD
    return shown.padded(pad, pad)


def pane_extent(pane: Pane) -> Extent:
    """Return the range of values that a panel shows."""
    series = [*pane.lines, *([pane.histogram] if pane.histogram else [])]
    values = [end for one in series for end in _ends(one.values[np.isfinite(one.values)])]
    values += [*pane.guides, *(pane.bounds or ()), *([0.0] if pane.histogram else [])]
    if not values:
        return Extent(low=0.0, high=1.0)
    extent = Extent(low=min(values), high=max(values))
    if extent.span == 0:
        reach = abs(extent.low) * _PAD or 1.0
        return Extent(low=extent.low - reach, high=extent.high + reach)
    return extent if pane.bounds else extent.padded(_PANE_PAD, _PANE_PAD)


def _of_candles(spec: ChartSpec) -> Extent:
    candles, forming = spec.candles, spec.forming
    extent = Extent(low=float(candles.low.min()), high=float(candles.high.max())).around([float(spec.price)])
    return extent if forming is None else extent.around([forming.low, forming.high])


def _measured(spec: ChartSpec, extent: Extent) -> Extent:
    if not spec.is_log:
        return extent
    return Extent(low=math.log(extent.low), high=math.log(extent.high))


def _drawn(spec: ChartSpec) -> list[Floats]:
    sides = [side for band in spec.bands for side in (band.upper, band.lower)]
    return [*(line.values for line in spec.lines), *(dots.values for dots in spec.dots), *sides]


def _ends(values: Floats) -> list[float]:
    return [float(values.min()), float(values.max())] if len(values) else []


def _wanted(spec: ChartSpec) -> list[list[float]]:
    """Return the prices of each level, zone and point, to be shown together or not at all."""
    prices: Iterable[tuple[Decimal, ...]] = [
        *((level.price,) for level in spec.levels),
        *((zone.low, zone.high) for zone in spec.zones),
        *((price,) for path in spec.paths for _, price in path.points),
    ]
    positive = [[float(price) for price in together if price > 0] for together in prices]
    return [[math.log(price) for price in together] if spec.is_log else together for together in positive]


def _beyond(extent: Extent, prices: list[float]) -> float:
    return max([0.0, *(extent.low - price for price in prices), *(price - extent.high for price in prices)])
