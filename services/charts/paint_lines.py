"""Draws what lies over the candles: lines, bands, dots, paths, and the lines of panels of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from analytics.candles import Floats
from services.charts.boxes import Box
from services.charts.canvas import Canvas
from services.charts.legend import LegendItem, Sign, sign_of
from services.charts.paint_candles import body_width, dashed_box
from services.charts.plan import PanePlan, Plan
from services.charts.scales import Scale
from services.charts.spec import Path

_Point = tuple[float, float]

_WIDTH = 2.0
_BAND_EDGE = 1.5
_BAND_FILL = "24"
"""How much of a band's colour is seen, as the last two digits of a colour."""
_SIGN_FILL = "50"
_DOT = 2.0
_PATH = 1.5
_END = 4.5
_BARS_FILL = "B0"
_DASHES: Final[dict[Sign, tuple[float, float]]] = {"dashes": (11.0, 6.0), "points": (3.0, 5.0)}
"""Pixels of line and of gap."""


def paint_bands(canvas: Canvas, plan: Plan) -> None:
    """Fill the bands, to lie under everything else."""
    for number, band in enumerate(plan.spec.bands):
        colour = plan.look.colours.line(len(plan.spec.lines) + number)
        xs, box = plan.places.middles, plan.frame.price
        upper, lower = (
            np.clip(plan.scale.heights(side), box.top, box.bottom) for side in (band.upper, band.lower)
        )
        for run in _runs(upper + lower):
            edge = [*_points(xs, upper, run), *reversed(_points(xs, lower, run))]
            canvas.polygon(edge, colour + _BAND_FILL)


def paint_lines(canvas: Canvas, plan: Plan) -> None:
    """Draw lines, the edges of bands, dots, and paths."""
    spec, colours = plan.spec, plan.look.colours
    for number, line in enumerate(spec.lines):
        _paint_series(canvas, plan, line.values, _Pen(colours.line(number), sign_of(number)))
    for number, band in enumerate(spec.bands, len(spec.lines)):
        for side in (band.upper, band.lower, band.middle):
            if side is not None:
                sign: Sign = "dashes" if side is band.middle else "line"
                _paint_series(canvas, plan, side, _Pen(colours.line(number), sign, _BAND_EDGE))
    for number, dots in enumerate(spec.dots, len(spec.lines) + len(spec.bands)):
        for x, y in _seen(plan, dots.values):
            canvas.dot(x, y, _DOT, colours.line(number))
    for path in spec.paths:
        _paint_path(canvas, plan, path)


def paint_pane(canvas: Canvas, plan: Plan, pane: PanePlan) -> None:
    """Draw the bars and lines of a panel."""
    colours, xs = plan.look.colours, plan.places.middles
    if pane.pane.histogram is not None:
        _paint_bars(canvas, plan, pane.scale, pane.pane.histogram.values)
    for number, line in enumerate(pane.pane.lines):
        heights = pane.scale.heights(line.values)
        _paint_line(canvas, xs, heights, _Pen(colours.line(number), sign_of(number)))


def paint_sign(canvas: Canvas, item: LegendItem) -> None:
    """Draw the sign of a legend's entry as the line itself is drawn."""
    box, colour, sign = item.sign_box, item.colour, item.sign
    middle = round(box.middle)
    if sign == "forming":
        dashed_box(canvas, (box.left + 8, middle - 8, box.left + 19, middle + 9), colour)
    elif sign == "band":
        canvas.bar(box.left, middle - 7, box.right, middle + 8, colour + _SIGN_FILL)
        canvas.bar(box.left, middle - 7, box.right, middle - 5, colour)
        canvas.bar(box.left, middle + 6, box.right, middle + 8, colour)
    elif sign == "dots":
        for x in range(box.left + 4, box.right, 9):
            canvas.dot(x, middle, _DOT + 0.5, colour)
    elif sign == "bars":
        for number, height in enumerate((7, 14, 10)):
            canvas.bar(
                box.left + 2 + number * 8, middle + 7 - height, box.left + 7 + number * 8, middle + 7, colour
            )
    else:
        ends = np.array([box.left, box.right], float)
        _paint_line(canvas, ends, np.full(2, float(middle)), _Pen(colour, sign, _WIDTH + 0.5))


@dataclass(frozen=True, slots=True)
class _Pen:
    """How a line is drawn."""

    colour: str
    sign: Sign
    width: float = _WIDTH


def _paint_series(canvas: Canvas, plan: Plan, values: Floats, pen: _Pen) -> None:
    heights = _inside(plan.scale.heights(values), plan.frame.price)
    _paint_line(canvas, plan.places.middles, heights, pen)


def _paint_line(canvas: Canvas, xs: Floats, heights: Floats, pen: _Pen) -> None:
    for run in _runs(heights):
        points = _points(xs, heights, run)
        if len(points) == 1:
            canvas.dot(*points[0], pen.width, pen.colour)
        elif pen.sign in _DASHES:
            for part in _dashed(xs[run], heights[run], *_DASHES[pen.sign]):
                canvas.line(part, pen.colour, pen.width)
        else:
            canvas.line(points, pen.colour, pen.width)


def _paint_bars(canvas: Canvas, plan: Plan, scale: Scale, values: Floats) -> None:
    colours, zero = plan.look.colours, round(scale.height(0.0))
    body = max(body_width(plan.places.slot), 1)
    heights = np.rint(scale.heights(values))
    for x, height in zip(plan.places.middles.tolist(), heights.tolist(), strict=True):
        if np.isfinite(height) and height != zero:
            top, bottom = min(height, zero), max(height, zero)
            colour = (colours.up if height < zero else colours.down) + _BARS_FILL
            canvas.bar(round(x) - body // 2, top, round(x) - body // 2 + body, bottom, colour)


def _paint_path(canvas: Canvas, plan: Plan, path: Path) -> None:
    """Draw a swing in dashes with a ring at each of its points, or a straight line as one."""
    colour, box = plan.look.colours.text, plan.frame.price
    sign: Sign = "dashes" if path.kind == "swing" else "line"
    points = [(plan.places.at(position), plan.scale.height(price)) for position, price in path.points]
    for start, end in pairwise(points):
        seen = _cut(start, end, box)
        if seen is not None:
            xs, heights = np.array(seen).T
            _paint_line(canvas, xs, heights, _Pen(colour, sign, _PATH))
    for x, y in points if path.kind == "swing" else []:
        if box.left <= x <= box.right and box.top <= y <= box.bottom:
            canvas.dot(x, y, _END, plan.look.colours.background, outline=colour)


def _cut(start: _Point, end: _Point, box: Box) -> tuple[_Point, _Point] | None:
    """Return the part of a straight line that lies within `box`, or None.

    Source: Liang and Barsky, "A new concept and method for line clipping", ACM Transactions on Graphics 3
    (1984).
    """
    across, down = end[0] - start[0], end[1] - start[1]
    first, last = 0.0, 1.0
    for speed, room in (
        (-across, start[0] - box.left),
        (across, box.right - start[0]),
        (-down, start[1] - box.top),
        (down, box.bottom - start[1]),
    ):
        if speed == 0:
            last = last if room >= 0 else -1.0
        elif speed < 0:
            first = max(first, room / speed)
        else:
            last = min(last, room / speed)
    if first > last:
        return None
    ends = [(start[0] + share * across, start[1] + share * down) for share in (first, last)]
    return ends[0], ends[1]


def _inside(heights: Floats, box: Box) -> Floats:
    """Return heights with NaN where they lie outside of `box`."""
    with np.errstate(invalid="ignore"):
        return np.where((heights >= box.top) & (heights <= box.bottom), heights, np.nan)


def _seen(plan: Plan, values: Floats) -> list[_Point]:
    heights = _inside(plan.scale.heights(values), plan.frame.price)
    is_seen = np.isfinite(heights)
    return list(zip(plan.places.middles[is_seen].tolist(), heights[is_seen].tolist(), strict=True))


def _runs(values: Floats) -> Iterator[slice]:
    """Yield the stretches in which every value is finite."""
    edges = np.flatnonzero(np.diff(np.isfinite(values), prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield slice(start, stop)


def _points(xs: Floats, heights: Floats, run: slice) -> list[_Point]:
    return list(zip(xs[run].tolist(), heights[run].tolist(), strict=True))


def _dashed(xs: Floats, heights: Floats, dash: float, gap: float) -> Iterator[list[_Point]]:
    """Yield the dashes of a line, all of one length along it."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(heights)))])
    for start in np.arange(0.0, lengths[-1], dash + gap).tolist():
        stop = min(start + dash, float(lengths[-1]))
        first, last = np.searchsorted(lengths, [start, stop], side="right")
        at = np.concatenate(
            [[start], lengths[first : last - 1 if lengths[last - 1] == stop else last], [stop]]
        )
        yield list(
            zip(np.interp(at, lengths, xs).tolist(), np.interp(at, lengths, heights).tolist(), strict=True)
        )
