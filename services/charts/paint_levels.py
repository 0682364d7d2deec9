"""Draws prices across the picture, such as levels and zones, and what stands at candles, such as marks."""

from __future__ import annotations

from itertools import pairwise

from services.charts.canvas import Canvas
from services.charts.marks import HALF, PlacedMark
from services.charts.paint_frame import dashed_across, horizontal
from services.charts.plan import Plan
from services.charts.spec import Zone

_ZONE_FILL = "2E"
_FIB_FILLS = ("12", "08")
"""Of the space between two Fibonacci levels, in turn; the last two digits of a colour."""
_HEAVY = 0.8
_LINE = "C8"
"""How strongly the line of a level is drawn."""
_SHORT_DASH = 3
_ZONE_EDGE = "90"


def paint_zones(canvas: Canvas, plan: Plan) -> None:
    """Fill zones and the spaces between Fibonacci levels, to lie under everything else."""
    fibs = sorted({level.price for level in plan.spec.levels if level.ratio is not None})
    for number, (low, high) in enumerate(pairwise(fibs)):
        colour = plan.look.colours.fib + _FIB_FILLS[number % len(_FIB_FILLS)]
        _fill(canvas, plan, (float(low), float(high)), colour)
    for zone in plan.spec.zones:
        _paint_zone(canvas, plan, zone)


def paint_level_lines(canvas: Canvas, plan: Plan) -> None:
    """Draw a line at each level that is in sight: the heavy ones thicker, pivots dashed."""
    box = plan.frame.price
    for level in plan.spec.levels:
        height = plan.scale.height(level.price)
        if not box.top <= height <= box.bottom:
            continue
        colour = plan.look.colours.level(level.kind) + _LINE
        width = 2 if level.weight >= _HEAVY else 1
        if level.kind == "pivot":
            dashed_across(canvas, height, (box.left, box.right), colour, width=width, dash=10)
        else:
            horizontal(canvas, height, (box.left, box.right), colour, width)


def paint_last(canvas: Canvas, plan: Plan) -> None:
    """Draw the line of the last price in short dashes."""
    height, box = plan.scale.height(plan.spec.price), plan.frame.price
    dashed_across(canvas, height, (box.left, box.right), plan.look.colours.text, dash=_SHORT_DASH)


def paint_marks(canvas: Canvas, plan: Plan) -> None:
    """Draw a triangle at each mark, which points to its candle, and a line to its name where that is far."""
    for mark in plan.marks:
        _paint_triangle(canvas, mark, plan.look.colours.side(mark.side))


def _fill(canvas: Canvas, plan: Plan, prices: tuple[float, float], colour: str) -> tuple[float, float] | None:
    """Fill the space between two prices, as far as it is in sight; return its upper and lower edge."""
    box = plan.frame.price
    bottom, top = (min(max(round(plan.scale.height(price)), box.top), box.bottom) for price in prices)
    if bottom <= top:
        return None
    canvas.bar(box.left, top, box.right, bottom, colour)
    return top, bottom


def _paint_zone(canvas: Canvas, plan: Plan, zone: Zone) -> None:
    box, colour = plan.frame.price, plan.look.colours.level(zone.kind)
    edges = _fill(canvas, plan, (float(zone.low), float(zone.high)), colour + _ZONE_FILL)
    for edge in edges or ():
        canvas.bar(box.left, edge, box.right, edge + 1, colour + _ZONE_EDGE)


def _paint_triangle(canvas: Canvas, mark: PlacedMark, colour: str) -> None:
    box = mark.triangle
    middle = (box.left + box.right) / 2
    points_up = mark.side == "bull"
    tip, base = (box.top, box.bottom) if points_up else (box.bottom, box.top)
    canvas.polygon([(middle, tip), (middle + HALF, base), (middle - HALF, base)], colour)
    if mark.words is None:
        return
    name = mark.words.box
    near, far = (box.top, name.bottom) if name.bottom <= box.top else (box.bottom, name.top)
    canvas.bar(middle - 0.5, min(near, far), middle + 0.5, max(near, far), colour)
