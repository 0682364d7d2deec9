"""Draws candles, the forming one, and volume.

A candle that rose is hollow, one that fell is filled, so that nobody needs the colours to tell them apart.
Where they are too narrow for that, the wick of one that fell is the thicker of the two.
"""

from __future__ import annotations

import numpy as np

from services.charts.canvas import Canvas
from services.charts.plan import VOLUME_SHARE, Plan
from services.charts.spec import Forming
from services.charts.themes import mixed

_BODY = 0.72
"""Of the place of a candle, for its body."""
_HOLLOW_FROM = 3
"""Pixels; a body narrower than this has no room within."""
_WIDEST_BODY = 25
_BROAD_FROM = 9
"""Bodies as wide as this have edges of two pixels."""
_THICK_FROM = 15
"""And as wide as this, wicks of three."""
_TINT = "4C"
"""Of the colour within a hollow body, so that it weighs as much on the eye as a filled one."""
_VOLUME_MIX = 0.5
_HALF_PIXEL = 0.5
_DASH = 3


def paint_candles(canvas: Canvas, plan: Plan) -> None:
    """Draw every closed candle and the forming one."""
    candles, scale, colours = plan.spec.candles, plan.scale, plan.look.colours
    opens, closes = scale.heights(candles.open), scale.heights(candles.close)
    tops, bottoms = np.rint(np.minimum(opens, closes)), np.rint(np.maximum(opens, closes))
    bottoms = np.maximum(bottoms, tops + 1)
    highs, lows = np.rint(scale.heights(candles.high)), np.rint(scale.heights(candles.low))
    is_up = candles.close >= candles.open
    body = body_width(plan.places.slot)
    rows = zip(*(a.tolist() for a in (plan.places.middles, highs, tops, bottoms, lows, is_up)), strict=True)
    for x, high, top, bottom, low, rose in rows:
        colour = colours.up if rose else colours.down
        if body >= _HOLLOW_FROM:
            _paint_candle(canvas, (x, high, top, bottom, max(low, bottom)), body, colour, is_hollow=rose)
        else:
            _paint_narrow(canvas, (x, high, top, bottom, max(low, bottom)), colour, is_thin=rose)
    if plan.spec.forming is not None and plan.places.forming is not None:
        _paint_forming(canvas, plan, plan.spec.forming, plan.places.forming)


def body_width(slot: float) -> int:
    """Return the width of a candle's body in pixels: odd, so that its wick stands in the middle."""
    width = min(int(slot * _BODY), _WIDEST_BODY)
    return width if width % 2 or width < _HOLLOW_FROM else width - 1


_Shape = tuple[float, float, float, float, float]
"""Middle of a candle, and the heights of its high, the ends of its body, and its low."""


def _paint_candle(canvas: Canvas, shape: _Shape, body: int, colour: str, *, is_hollow: bool) -> None:
    x, high, top, bottom, low = shape
    left = round(x) - body // 2
    wick = 3 if body >= _THICK_FROM else 1
    start = left + (body - wick) // 2
    if high < top:
        canvas.bar(start, high, start + wick, top, colour)
    if low > bottom:
        canvas.bar(start, bottom, start + wick, low, colour)
    if is_hollow and bottom - top > 1:
        edge = 2 if body >= _BROAD_FROM else 1
        canvas.bar(left, top, left + body, bottom, colour + _TINT, outline=colour, width=edge)
    else:
        canvas.bar(left, top, left + body, bottom, colour)


def _paint_narrow(canvas: Canvas, shape: _Shape, colour: str, *, is_thin: bool) -> None:
    x, high, top, bottom, low = shape
    left = round(x * 2) / 2 - _HALF_PIXEL
    canvas.bar(left, high, left + (_HALF_PIXEL if is_thin else 1), low, colour)
    canvas.bar(left, top, left + 1, bottom, colour)


def _paint_forming(canvas: Canvas, plan: Plan, forming: Forming, x: float) -> None:
    """Draw the candle that has not closed: an outline of dashes without a colour of either side."""
    heights = np.rint(plan.scale.heights(np.array([forming.high, forming.open, forming.close, forming.low])))
    high, opened, closed, low = heights.tolist()
    top, bottom = min(opened, closed), max(opened, closed, min(opened, closed) + 1)
    body = max(body_width(plan.places.slot), _HOLLOW_FROM)
    left, colour = round(x) - body // 2, plan.look.colours.text
    middle = left + body // 2
    for start, end in ((high, top), (bottom, low)):
        if start < end:
            canvas.bar(middle, start, middle + 1, end, colour)
    dashed_box(canvas, (left, top, left + body, bottom), colour)


def dashed_box(canvas: Canvas, corners: tuple[float, float, float, float], colour: str) -> None:
    """Draw the outline of a box in dashes."""
    left, top, right, bottom = corners
    for start in np.arange(top, bottom, 2 * _DASH).tolist():
        for x in (left, right - 1):
            canvas.bar(x, start, x + 1, min(start + _DASH, bottom), colour)
    canvas.bar(left, top, right, top + 1, colour)
    canvas.bar(left, bottom - 1, right, bottom, colour)


def paint_volume(canvas: Canvas, plan: Plan) -> None:
    """Draw a bar a candle, as high as its share of the largest volume."""
    candles, colours, box = plan.spec.candles, plan.look.colours, plan.frame.volume
    largest = float(candles.volume.max())
    if largest == 0:
        return
    heights = np.rint(candles.volume / largest * VOLUME_SHARE * box.height)
    up, down = (mixed(colour, colours.background, _VOLUME_MIX) for colour in (colours.up, colours.down))
    body = max(body_width(plan.places.slot), 1)
    is_up = (candles.close >= candles.open).tolist()
    for x, height, rose in zip(plan.places.middles.tolist(), heights.tolist(), is_up, strict=True):
        left = round(x) - body // 2 if body > 1 else round(x * 2) / 2 - _HALF_PIXEL
        if height:
            canvas.bar(left, box.bottom - height, left + body, box.bottom, up if rose else down)
