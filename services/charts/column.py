"""The names of prices to the right of the panels: the last price, levels, zones, and the axis between them.

Labels that would hide each other are moved apart, and a thin line leads to the price that each one names.
Where there is no room for all, the heaviest stay; a level out of sight stands at the edge with an arrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.charts.boxes import Box, heaviest, spread
from services.charts.faces import cut, width_of
from services.charts.scales import Extent, Scale, round_prices
from services.charts.spec import ChartSpec, Level, Zone
from services.charts.words import BODY, ROW, Look, Words, words
from services.locales.numbers import Numbers

LEADER: Final = 18
"""Pixels between the panels and the labels, in which lines lead from one to the other."""
_PAD = 6
_HEAVY = 0.8
_LAST = 9.0
"""The weight of the last price: its label is never left out."""
_FILLED = 0.85
"""Of the column, by labels at most: in a full one, they would all be far from their prices."""
_FIRM = 1000.0
"""How much more than a level the last price stays at its place."""
_OUT_OF_SIGHT = 0.2
"""What remains of the weight of a level out of sight."""
_WIDEST_NAME = 190
_AXIS_PART = 42
"""Pixels between two prices that the axis names, at least."""
_EDGE_OF_NUMBERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A price that has a label."""

    price: Decimal
    text: str
    colour: str
    weight: float
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label where it stands. `anchor` is the height of its price, None where that is out of sight."""

    named: Named
    words: Words
    anchor: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisPrice:
    """A price that the axis names; `words` is None where a label stands in its place."""

    price: Decimal
    height: float
    words: Words | None


def named_prices(spec: ChartSpec, look: Look, shown: Extent) -> list[Named]:
    """Return what has a label: the last price, and every level and zone; `shown` is the range of prices."""
    last = Named(
        price=spec.price, text=look.price(spec.price), colour=look.colours.text, weight=_LAST, is_last=True
    )
    levels = [_named_level(level, look, shown) for level in spec.levels]
    return [last, *levels, *(_named_zone(zone, look, shown) for zone in spec.zones)]


def column_width(named: Sequence[Named], look: Look, shown: Extent) -> int:
    """Return how many pixels the longest label takes, with what stands before it."""
    texts = [one.text for one in named] + [look.measured(shown.high), look.measured(max(shown.low, 0.0))]
    longest = max(width_of(text, BODY, is_bold=True) for text in texts)
    return longest + 2 * _PAD + (LEADER if len(named) > 1 else _EDGE_OF_NUMBERS)


def labels_of(named: Sequence[Named], column: Box, scale: Scale, look: Look) -> list[Label]:
    """Give every label its place; the lightest are left out where there is no room."""
    most = int(column.height / ROW * _FILLED)
    kept = heaviest([one.weight for one in named], most)
    box = scale.box
    heights = {number: scale.height(named[number].price) for number in kept}
    ordered = sorted(kept, key=lambda number: (heights[number], number))
    wanted = [min(max(heights[number], box.top), box.bottom) for number in ordered]
    firmness = [_FIRM if named[number].is_last else 1.0 for number in ordered]
    tops = spread(wanted, firmness, ROW, top=column.top, bottom=column.bottom)
    found = []
    for number, top in zip(ordered, tops, strict=True):
        one, height = named[number], heights[number]
        is_seen = box.top <= height <= box.bottom
        place = _place(one, column, top, look, is_only=len(named) == 1)
        found.append(Label(named=one, words=place, anchor=height if is_seen else None))
    return found


def axis_of(scale: Scale, column: Box, labels: Sequence[Label], look: Look) -> list[AxisPrice]:
    """Return the round prices of the axis, unnamed where a label covers their place."""
    found = []
    for price in round_prices(scale, max(2, scale.box.height // _AXIS_PART), look.tick):
        height = scale.height(price)
        at = (column.right - _PAD, round(height) - ROW // 2)
        text = words(look.price(price), at, look.colours.muted, is_right=True)
        is_free = not any(text.box.overlaps(label.words.box) for label in labels)
        is_inside = scale.box.top <= text.box.top and text.box.bottom <= column.bottom
        found.append(AxisPrice(price=price, height=height, words=text if is_free and is_inside else None))
    return found


def level_name(level: Level, numbers: Numbers) -> str:
    """Return a level's ratio in percent, where it has one, and its label."""
    ratio = "" if level.ratio is None else f"{numbers.exact(level.ratio * 100)}%"
    return " ".join(part for part in (ratio, level.label) if part)


def _place(one: Named, column: Box, top: int, look: Look, *, is_only: bool) -> Words:
    box = Box(column.left + (_EDGE_OF_NUMBERS if is_only else LEADER), top, column.right, top + ROW)
    is_bold = one.is_last or one.weight >= _HEAVY
    text = cut(one.text, BODY, box.width - 2 * _PAD, is_bold=is_bold)
    return Words(
        text=text,
        box=box,
        colour=look.colours.background if one.is_last else one.colour,
        is_bold=is_bold,
        pad=box.width - _PAD - width_of(text, BODY, is_bold=is_bold),
        fill=look.colours.text if one.is_last else None,
    )


def _named_level(level: Level, look: Look, shown: Extent) -> Named:
    name = level_name(level, look.numbers)
    one = Named(price=level.price, text=name, colour=look.colours.level(level.kind), weight=level.weight)
    return _with_price(one, look, shown)


def _named_zone(zone: Zone, look: Look, shown: Extent) -> Named:
    middle = (zone.low + zone.high) / 2 if zone.price is None else zone.price
    one = Named(price=middle, text=zone.label, colour=look.colours.level(zone.kind), weight=zone.weight)
    return _with_price(one, look, shown)


def _with_price(one: Named, look: Look, shown: Extent) -> Named:
    """Return a name followed by its price, and after an arrow and of less weight where it is out of sight."""
    is_seen = shown.low <= one.price <= shown.high
    arrow = "" if is_seen else "▲" if one.price > shown.high else "▼"
    parts = (arrow, cut(one.text, BODY, _WIDEST_NAME), look.price(one.price))
    weight = one.weight if is_seen else one.weight * _OUT_OF_SIGHT
    return replace(one, text=" ".join(part for part in parts if part), weight=weight)
