"""What whoever asks for a chart wants drawn of their own: prices, a straight line, and moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np

from services.analyst.messages import ChartLevel, ChartLine, ChartMark
from services.analyst.overlays import Laid
from services.analyst.sight import Sight
from services.charts.spec import Level, Mark, Path, Side
from services.errors import UserMistake
from services.exchange.prices import to_milliseconds, to_moment
from services.locales.texts import Texts

_WEIGHT: Final = 1.0
"""It is what the chart is of: its label is the last to be left out."""
_BEFORE: Final = 10
"""Candles before the first point of a line that are shown."""


def own(
    sight: Sight,
    texts: Texts,
    *,
    levels: Sequence[ChartLevel] = (),
    line: ChartLine | None = None,
    marks: Sequence[ChartMark] = (),
    is_forming: bool = False,
) -> Laid:
    """Return what is asked for, at the candles of `sight`; `is_forming` where one more follows them.

    A mark behind the last candle stands at the last one there is; one before the first is left out.

    Raises:
        UserMistake: both points of the line are at the same moment.
    """
    last = len(sight.candles) - (0 if is_forming else 1)
    places = [(mark, _position(sight, mark.at)) for mark in marks]
    laid = Laid(
        levels=tuple(_level(one, texts) for one in levels),
        marks=tuple(_mark(mark, min(at, last), texts) for mark, at in places if at >= 0),
    )
    return laid if line is None else laid.with_more(_line(sight, line))


def _level(asked: ChartLevel, texts: Texts) -> Level:
    return Level(price=asked.price, label=texts(asked.label) if asked.label else "", weight=_WEIGHT)


def _mark(asked: ChartMark, position: int, texts: Texts) -> Mark:
    side: Side = "bull" if asked.is_up else "bear"
    return Mark(position=position, side=side, title=texts(asked.label), kind="moment")


def _line(sight: Sight, line: ChartLine) -> Laid:
    """Return the line from its first point, by way of its second, to the last candle."""
    if line.first_at == line.second_at:
        raise UserMistake(
            "Both points of the line are at the same moment.", hint="Take two different moments."
        )
    points = sorted(((line.first_at, line.first_price), (line.second_at, line.second_price)))
    candles, last = sight.candles, len(sight.candles) - 1
    ends = to_moment(int(candles.time[last]) + candles.step_ms // 2)
    placed = [(_position(sight, at), price) for at, price in points]
    shown = [(at, price) for at, price in placed if at < last]
    path = Path(points=(*shown, (last, sight.price(_price_at(points, ends)))), kind="line")
    return Laid(paths=(path,), begins_at=max(0, shown[0][0] - _BEFORE) if shown else None)


def _price_at(points: Sequence[tuple[datetime, Decimal]], moment: datetime) -> float:
    (first_at, first), (second_at, second) = points
    return float(first) + float(second - first) * ((moment - first_at) / (second_at - first_at))


def _position(sight: Sight, at: datetime) -> int:
    """Return the position of the candle that a moment is in, less than 0 before the first one."""
    time, moment = sight.candles.time, to_milliseconds(at)
    if moment < int(time[0]):
        return (moment - int(time[0])) // sight.candles.step_ms
    if moment >= int(time[-1]) + sight.candles.step_ms:
        return len(time)
    return int(np.searchsorted(time, moment, side="right")) - 1
