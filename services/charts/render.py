"""A chart as PNG: 1200 by 675 pixels, drawn in layers from the ground up."""

from __future__ import annotations

from services.charts.canvas import Canvas
from services.charts.frame import PICTURE
from services.charts.paint_candles import paint_candles, paint_volume
from services.charts.paint_frame import paint_grid, paint_pane_grid, paint_texts
from services.charts.paint_levels import paint_last, paint_level_lines, paint_marks, paint_zones
from services.charts.paint_lines import paint_bands, paint_lines, paint_pane
from services.charts.plan import plan_of
from services.charts.spec import ChartSpec


def draw(spec: ChartSpec) -> bytes:
    """Return the picture of `spec`. It takes the processor for some ten milliseconds."""
    plan = plan_of(spec)
    canvas = Canvas(PICTURE.width, PICTURE.height, plan.look.colours.background)
    paint_zones(canvas, plan)
    paint_bands(canvas, plan)
    paint_grid(canvas, plan)
    paint_volume(canvas, plan)
    paint_level_lines(canvas, plan)
    paint_last(canvas, plan)
    paint_candles(canvas, plan)
    paint_lines(canvas, plan)
    for pane in plan.panes:
        paint_pane_grid(canvas, plan, pane)
        paint_pane(canvas, plan, pane)
    paint_marks(canvas, plan)
    paint_texts(canvas, plan)
    return canvas.png()
