"""Where the marks of patterns stand: a triangle at the candle, and its name where there is room beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.candles import Floats
from services.charts.boxes import Box
from services.charts.faces import cut
from services.charts.scales import Scale
from services.charts.spec import ChartSpec, Mark, Side
from services.charts.time_axis import Places
from services.charts.words import BEHIND, BODY, ROW, Look, Words, words

HALF: Final = 7
"""Half the width of a triangle, in pixels."""
_TALL = 12
_GAP = 5
_PAD = 5
_WIDEST = 240
_STEPS = 7
"""How many places are looked at on either side, each a row further away."""
_STEP_COST = 0.8
_OTHER_SIDE_COST = 6.0
_ASIDE_COST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedMark:
    """A mark in the picture. `words` is None where its name would have hidden another."""

    side: Side
    triangle: Box
    words: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What names are put on: heights of the candles' highs and lows, and where the candles are."""

    box: Box
    places: Places
    highs: Floats
    lows: Floats

    def hidden(self, box: Box) -> int:
        """Return how many candles `box` would hide a part of."""
        middles = self.places.middles
        first, stop = np.searchsorted(middles, [box.left, box.right])
        is_hit = (self.highs[first:stop] < box.bottom) & (self.lows[first:stop] > box.top)
        return int(np.count_nonzero(is_hit))


def marks_of(spec: ChartSpec, places: Places, scale: Scale, look: Look) -> list[PlacedMark]:
    """Give every mark its place, the newest first, so that it is the oldest whose name is left out."""
    forming = [] if spec.forming is None else [spec.forming]
    highs = np.append(spec.candles.high, [one.high for one in forming])
    lows = np.append(spec.candles.low, [one.low for one in forming])
    ground = _Ground(box=scale.box, places=places, highs=scale.heights(highs), lows=scale.heights(lows))
    newest = sorted(spec.marks, key=lambda mark: -mark.position)
    triangles = _triangles(newest, ground)
    taken = [*triangles]
    found = []
    ground_colour = look.colours.background + BEHIND
    for mark, triangle in zip(newest, triangles, strict=True):
        text = cut(mark.title, BODY, _WIDEST)
        colour = look.colours.side(mark.side)
        options = _options(words(text, (0, 0), colour, pad=_PAD).box.width, triangle, mark, ground)
        free = [box for box in options if not _hides(box, triangle, taken)]
        taken += [free[0], _leader(free[0], triangle)] if free else []
        shown = (
            words(text, (free[0].left, free[0].top), colour, pad=_PAD, fill=ground_colour) if free else None
        )
        found.append(PlacedMark(side=mark.side, triangle=triangle, words=shown))
    return found


def _leader(name: Box, triangle: Box) -> Box:
    """Return what the line from a triangle to its name covers, which may be of no height."""
    middle = (triangle.left + triangle.right) // 2
    if name.bottom <= triangle.top:
        return Box(middle - 1, name.bottom, middle + 1, triangle.top)
    return Box(middle - 1, triangle.bottom, middle + 1, name.top)


def _hides(name: Box, triangle: Box, taken: Sequence[Box]) -> bool:
    leader = _leader(name, triangle)
    return any(name.overlaps(other) or leader.overlaps(other) for other in taken)


def _is_above(mark: Mark) -> bool:
    return mark.side != "bull"


def _triangles(marks: Sequence[Mark], ground: _Ground) -> list[Box]:
    """Place a triangle at each candle, further away where another is in its place."""
    found: list[Box] = []
    for mark in marks:
        x = round(ground.places.at(mark.position))
        if _is_above(mark):
            top, step = round(ground.highs[mark.position]) - _GAP - _TALL, -_TALL
        else:
            top, step = round(ground.lows[mark.position]) + _GAP, _TALL
        box = Box(x - HALF, top, x + HALF, top + _TALL)
        while any(box.overlaps(other) for other in found):
            box = Box(box.left, box.top + step, box.right, box.bottom + step)
        found.append(box)
    return found


def _options(width: int, triangle: Box, mark: Mark, ground: _Ground) -> list[Box]:
    """Return where a name may stand within the panel, the best first: near, and hiding few candles."""
    ranked: list[tuple[float, int, Box]] = []
    middle = (triangle.left + triangle.right) // 2
    for aside, start in enumerate((middle - width // 2, triangle.right - width, triangle.left)):
        left = min(max(start, ground.box.left), ground.box.right - width)
        for is_above in (True, False):
            away = 0.0 if is_above == _is_above(mark) else _OTHER_SIDE_COST
            for step in range(_STEPS):
                top = triangle.top - (step + 1) * ROW - 2 if is_above else triangle.bottom + step * ROW + 2
                box = Box(left, top, left + width, top + ROW)
                if ground.box.holds(box):
                    cost = step * _STEP_COST + away + aside * _ASIDE_COST + ground.hidden(box)
                    ranked.append((cost, len(ranked), box))
    return [box for _, _, box in sorted(ranked, key=lambda option: option[:2])]
