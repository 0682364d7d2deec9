"""Where the parts of a picture are: heading, legend, panels, axes, footer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.charts.boxes import Box
from services.charts.words import ROW

WIDTH: Final = 1200
HEIGHT: Final = 675
PICTURE: Final = Box(0, 0, WIDTH, HEIGHT)
EDGE: Final = 18
"""Pixels that stay free around everything."""
HEADING: Final = Box(EDGE, 12, WIDTH - EDGE, 56)
LEGEND_ROW: Final = 28
_LEGEND_TOP = 62
_FOOTER = Box(EDGE, HEIGHT - 12 - ROW, WIDTH - EDGE, HEIGHT - 12)
_AXIS_TOP = _FOOTER.top - 8 - ROW
_PANELS_BOTTOM = _AXIS_TOP - 8
_BETWEEN = 10
_PANE_HEIGHTS = {0: 0, 1: 122, 2: 98}
_VOLUME_HEIGHTS = {0: 76, 1: 60, 2: 48}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The parts of one picture. The `column` to the right of the panels names prices."""

    legend: Box
    price: Box
    volume: Box
    panes: tuple[Box, ...]
    axis: Box
    column: Box
    footer: Box


def frame_of(*, legend_rows: int, panes: int, column_width: int) -> Frame:
    """Divide the picture for so many rows of legend, panes, and pixels of names of prices."""
    right = WIDTH - EDGE - column_width
    top = _LEGEND_TOP + LEGEND_ROW * legend_rows + 6
    pane_height = _PANE_HEIGHTS[panes]
    boxes = []
    bottom = _PANELS_BOTTOM
    for _ in range(panes):
        boxes.append(Box(EDGE, bottom - pane_height, right, bottom))
        bottom -= pane_height + _BETWEEN
    volume = Box(EDGE, bottom - _VOLUME_HEIGHTS[panes], right, bottom)
    return Frame(
        legend=Box(EDGE, _LEGEND_TOP, WIDTH - EDGE, _LEGEND_TOP + LEGEND_ROW * legend_rows),
        price=Box(EDGE, top, right, volume.top),
        volume=volume,
        panes=tuple(reversed(boxes)),
        axis=Box(EDGE, _AXIS_TOP, right, _AXIS_TOP + ROW),
        column=Box(right, top, WIDTH - EDGE, bottom),
        footer=_FOOTER,
    )
