"""Draws what a chart is read by: grid, axes, legend, and every text."""

from __future__ import annotations

from services.charts.boxes import Box
from services.charts.canvas import Canvas
from services.charts.column import Label
from services.charts.frame import Frame
from services.charts.paint_lines import paint_sign
from services.charts.plan import PanePlan, Plan
from services.charts.time_axis import LABEL
from services.charts.words import Words

_DASH = 7
_LEADER_WIDTH = 1.5
_BAR = 4
"""Width of the strip of colour before a label."""
_RADIUS = 5


def paint_grid(canvas: Canvas, plan: Plan) -> None:
    """Draw the lines of both axes, and where a gap in time was cut."""
    colours, frame = plan.look.colours, plan.frame
    for one in plan.axis:
        horizontal(canvas, one.height, (frame.price.left, frame.price.right), colours.grid)
    for panel in _panels(frame):
        for label in plan.times:
            canvas.bar(label.x, panel.top, label.x + 1, panel.bottom, colours.grid)
        canvas.bar(panel.left, panel.bottom, panel.right, panel.bottom + 1, colours.border)
        for x in plan.places.cuts:
            _dashed_down(canvas, x, panel, colours.muted)


def paint_pane_grid(canvas: Canvas, plan: Plan, pane: PanePlan) -> None:
    """Draw the lines of a panel's axis: dashed where they are guides."""
    colours = plan.look.colours
    for height, _ in pane.axis:
        if pane.pane.guides:
            dashed_across(canvas, height, (pane.box.left, pane.box.right), colours.muted)
        else:
            horizontal(canvas, height, (pane.box.left, pane.box.right), colours.grid)


def paint_texts(canvas: Canvas, plan: Plan) -> None:
    """Draw the legend's signs, the names of prices and moments, and all other texts."""
    colours = plan.look.colours
    for item in [*plan.legend, *(one for pane in plan.panes for one in pane.legend)]:
        paint_sign(canvas, item)
    for label in plan.labels:
        _paint_label(canvas, label, plan.frame.price)
    for time in plan.times:
        colour = colours.text if time.is_day else colours.muted
        canvas.text(time.box.left, time.box.middle, time.text, LABEL, colour, is_bold=time.is_day)
    for text in plan.words:
        write(canvas, text)


def write(canvas: Canvas, text: Words) -> None:
    """Write one text, on its own ground where it has one."""
    if text.fill is not None:
        canvas.pill(text.box, text.fill, _RADIUS)
    left = text.box.left + text.pad
    canvas.text(left, text.box.middle, text.text, text.size, text.colour, is_bold=text.is_bold)


def horizontal(canvas: Canvas, height: float, ends: tuple[float, float], colour: str, width: int = 1) -> None:
    """Draw a sharp line from the one of `ends` to the other, with the first row of pixels at `height`."""
    top = round(height) - (width - 1) // 2
    canvas.bar(ends[0], top, ends[1], top + width, colour)


def dashed_across(
    canvas: Canvas,
    height: float,
    ends: tuple[float, float],
    colour: str,
    *,
    width: int = 1,
    dash: int = _DASH,
) -> None:
    """Draw the same, dashed."""
    for start in range(round(ends[0]), round(ends[1]), 2 * dash):
        horizontal(canvas, height, (start, min(start + dash, ends[1])), colour, width)


def _dashed_down(canvas: Canvas, x: float, box: Box, colour: str) -> None:
    for top in range(box.top, box.bottom, 2 * _DASH):
        canvas.bar(round(x), top, round(x) + 1, min(top + _DASH, box.bottom), colour)


def _panels(frame: Frame) -> list[Box]:
    prices = Box(frame.price.left, frame.price.top, frame.price.right, frame.volume.bottom)
    return [prices, *frame.panes]


def _paint_label(canvas: Canvas, label: Label, panel: Box) -> None:
    """Draw the strip of colour before a label, and the line that leads to it from its price."""
    box, colour = label.words.box, label.named.colour
    if not label.named.is_last:
        canvas.bar(box.left, box.top + 4, box.left + _BAR, box.bottom - 4, colour)
    if label.anchor is not None:
        bend = panel.right + (box.left - panel.right) / 3
        start = round(label.anchor) + 0.5
        canvas.line([(panel.right, start), (bend, start), (box.left - 1, box.middle)], colour, _LEADER_WIDTH)
