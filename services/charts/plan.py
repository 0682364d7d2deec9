"""A chart worked out: every box, scale and text of the picture, before anything is drawn.

Belongs here: putting the parts together. How they are drawn belongs to the painters; whoever asks where
something stands in the picture looks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.charts.boxes import Box
from services.charts.column import AxisPrice, Label, axis_of, column_width, labels_of, named_prices
from services.charts.extents import pane_extent, price_extent
from services.charts.frame import HEADING, LEGEND_ROW, Frame, frame_of
from services.charts.heading import footer, heading
from services.charts.legend import LegendItem, entries_of, pane_entries, placed, rows_of
from services.charts.marks import PlacedMark, marks_of
from services.charts.scales import Scale, round_values, step_of_values
from services.charts.spec import ChartSpec, Pane
from services.charts.time_axis import Places, TimeLabel, places_of
from services.charts.time_axis import labels_of as moments_of
from services.charts.words import BEHIND, ROW, Look, Words, look_of, words
from services.exchange.prices import to_amount, to_price

_PAD = 6
_AXIS_PART = 30
"""Pixels between two values that the axis of a panel names, at least."""
VOLUME_SHARE: Final = 0.92
"""Of the height of its panel, for the largest volume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanePlan:
    """A panel below the prices; its names stand above its lines."""

    pane: Pane
    box: Box
    scale: Scale
    legend: tuple[LegendItem, ...]
    axis: tuple[tuple[float, Words], ...]
    """Heights, and what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything about one picture but its pixels."""

    spec: ChartSpec
    look: Look
    frame: Frame
    places: Places
    scale: Scale
    """Of the prices."""
    legend: tuple[LegendItem, ...]
    labels: tuple[Label, ...]
    axis: tuple[AxisPrice, ...]
    times: tuple[TimeLabel, ...]
    marks: tuple[PlacedMark, ...]
    panes: tuple[PanePlan, ...]
    loose: tuple[Words, ...]
    """What stands in the heading, the footer and the panel of the volume."""

    @property
    def words(self) -> tuple[Words, ...]:
        """Return every text of the picture but the names of moments in time."""
        named = [item.words for item in self.legend]
        named += [label.words for label in self.labels]
        named += [one.words for one in self.axis if one.words is not None]
        named += [mark.words for mark in self.marks if mark.words is not None]
        for pane in self.panes:
            named += [*(item.words for item in pane.legend), *(text for _, text in pane.axis)]
        return (*self.loose, *named)


def plan_of(spec: ChartSpec) -> Plan:
    """Work out the picture of `spec`."""
    look = look_of(spec)
    rows = rows_of(entries_of(spec, look), HEADING.width)
    extent = price_extent(spec)
    shown = Scale(extent=extent, box=HEADING, is_log=spec.is_log).values
    named = named_prices(spec, look, shown)
    frame = frame_of(
        legend_rows=len(rows), panes=len(spec.panes), column_width=column_width(named, look, shown)
    )
    scale = Scale(extent=extent, box=frame.price, is_log=spec.is_log)
    places = places_of(spec, frame.price)
    labels = labels_of(named, frame.column, scale, look)
    volume = _volume(spec, frame, look)
    return Plan(
        spec=spec,
        look=look,
        frame=frame,
        places=places,
        scale=scale,
        legend=tuple(placed(rows, frame.legend.left, frame.legend.top)),
        labels=tuple(labels),
        axis=tuple(axis_of(scale, frame.column, labels, look)),
        times=tuple(moments_of(spec, places, frame.axis, look.texts)),
        marks=tuple(marks_of(spec, places, scale, look)),
        panes=tuple(_pane(*one, frame, look) for one in zip(spec.panes, frame.panes, strict=True)),
        loose=(*heading(spec, look), *footer(spec, look, frame), volume),
    )


def _volume(spec: ChartSpec, frame: Frame, look: Look) -> Words:
    amount = look.numbers.amount(to_amount(float(spec.candles.volume[-1])))
    text = f"{look.texts('Volume')} {amount}"
    return words(
        text,
        (frame.volume.left, frame.volume.top),
        look.colours.muted,
        pad=4,
        fill=look.colours.background + BEHIND,
    )


def _pane(pane: Pane, box: Box, frame: Frame, look: Look) -> PanePlan:
    extent = pane_extent(pane)
    inner = Box(box.left, box.top + LEGEND_ROW, box.right, box.bottom)
    scale = Scale(extent=extent, box=inner)
    column = Box(frame.column.left, box.top, frame.column.right, box.bottom)
    row = rows_of(pane_entries(pane, look, extent.span), box.width)[:1]
    return PanePlan(
        pane=pane,
        box=box,
        scale=scale,
        legend=tuple(placed(row, box.left, box.top)),
        axis=tuple(_pane_axis(_values_named(pane, scale), scale, column, look)),
    )


def _values_named(pane: Pane, scale: Scale) -> list[float]:
    """Return what the axis names: the guides, else round values."""
    if pane.guides:
        return sorted(pane.guides)
    return [float(value) for value in round_values(scale, max(3, scale.box.height // _AXIS_PART))]


def _pane_axis(values: Sequence[float], scale: Scale, column: Box, look: Look) -> list[tuple[float, Words]]:
    step = step_of_values(scale.extent.span)
    found: list[tuple[float, Words]] = []
    for value in values:
        height = scale.height(value)
        top = min(max(round(height) - ROW // 2, column.top), column.bottom - ROW)
        text = look.numbers.quantity(to_price(value, step))
        one = words(text, (column.right - _PAD, top), look.colours.muted, is_right=True)
        if not any(one.box.overlaps(other.box) for _, other in found):
            found.append((height, one))
    return found
