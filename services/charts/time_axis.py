"""Where candles stand from left to right, and the moments that the axis below them names.

A candle that is missing leaves an empty place, so that a gap is seen; a long gap is cut, and marked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.candles import Integers, bucket_start, timeframe_ms
from services.charts.boxes import Box
from services.charts.faces import width_of
from services.charts.spec import ChartSpec
from services.exchange.prices import to_moment
from services.locales.texts import Texts

LABEL = 20
"""Size of its labels in pixels."""
_WIDEST_GAP = 4
"""A gap takes the place of at most this many candles."""
_WIDEST_SLOT = 36.0
_ROOM_BEHIND = 1.5
"""Candles that would fit between the last one and the axis."""
_APART = 125.0
"""Pixels between two labels, at least."""
_BETWEEN = 14
_DAY_MS: Final = timeframe_ms("1d")
_STEPS: Final = tuple(
    timeframe_ms(step)
    for step in (
        *("1s", "5s", "15s", "30s", "1m", "2m", "5m", "10m", "15m", "30m"),
        *("1h", "2h", "3h", "4h", "6h", "8h", "12h", "1d", "2d", "4d", "1w", "2w"),
    )
)
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120)
_DAYS_A_MONTH: Final = 30.4
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = 3
"""Letters of a month's name that stand for it, in both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where candles stand: the middle of each in pixels, how wide a place is, and where a gap was cut."""

    middles: npt.NDArray[np.float64]
    slot: float
    forming: float | None
    cuts: tuple[float, ...]

    def at(self, position: int) -> float:
        """Return the middle of the candle at `position`, which may lie before the first one or be forming."""
        if self.forming is not None and position >= len(self.middles):
            return self.forming
        inside = max(position, 0)
        return float(self.middles[inside]) + (position - inside) * self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLabel:
    """A moment that is named. `is_day` where a day, month or year begins."""

    text: str
    x: int
    box: Box
    is_day: bool


def places_of(spec: ChartSpec, box: Box) -> Places:
    """Return where the candles of `spec` stand in `box`."""
    time, step = spec.candles.time, spec.candles.step_ms
    opened = time if spec.forming is None else np.append(time, spec.forming.time)
    apart = np.diff(opened, prepend=opened[:1] - step) // step
    slots = np.cumsum(np.clip(apart, 1, _WIDEST_GAP)) - 1.0
    slot = min(box.width / (slots[-1] + 1 + _ROOM_BEHIND), _WIDEST_SLOT)
    middles = box.right - (slots[-1] - slots + 0.5 + _ROOM_BEHIND / 2) * slot
    cuts = middles[apart > _WIDEST_GAP] - _WIDEST_GAP / 2 * slot
    return Places(
        middles=middles[: len(time)],
        slot=slot,
        forming=None if spec.forming is None else float(middles[-1]),
        cuts=tuple(cuts.tolist()),
    )


def labels_of(spec: ChartSpec, places: Places, row: Box, texts: Texts) -> list[TimeLabel]:
    """Return the moments to name, from left to right, none over another: days before what is within them."""
    named = _named(spec.candles.time, spec.candles.step_ms, places.slot, texts)
    kept: list[TimeLabel] = []
    for one in sorted(named, key=lambda one: not one.is_day):
        label = _placed(one, places, row)
        if not any(_grown(label.box).overlaps(other.box) for other in kept):
            kept.append(label)
    return sorted(kept, key=lambda label: label.x)


@dataclass(frozen=True, slots=True)
class _Named:
    """A candle that the axis names, as something begins with it, or as it is the first."""

    position: int
    text: str
    is_day: bool


def _named(time: Integers, step_ms: int, slot: float, texts: Texts) -> list[_Named]:
    least_ms = max(step_ms, _APART / slot * step_ms)
    step = next((one for one in _STEPS if one >= least_ms), None)
    if step is None:
        return _months(time, least_ms, texts)
    begins = np.flatnonzero(np.diff(bucket_start(time, step), prepend=time[:1] - time[:1] % step) != 0)
    moments = time.astype("datetime64[ms]")
    larger = moments.astype("datetime64[D]" if step < _DAY_MS else "datetime64[Y]")
    found = []
    for at in begins[begins > 0].tolist():
        is_day = bool(larger[at] != larger[at - 1])
        moment = to_moment(time[at])
        is_date = is_day or step >= _DAY_MS
        found.append(_Named(at, _date(moment, texts) if is_date else f"{moment:%H:%M}", is_day))
    return [*found, _Named(0, _date(to_moment(time[0]), texts), step < _DAY_MS)]


def _months(time: Integers, least_ms: float, texts: Texts) -> list[_Named]:
    least = least_ms / _DAY_MS / _DAYS_A_MONTH
    count = next((one for one in _MONTHS if one >= least), _MONTHS[-1])
    months = time.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    begins = np.flatnonzero(np.diff(months // count) != 0) + 1
    found = []
    for at in begins.tolist():
        moment = to_moment(time[at])
        is_year = bool(months[at] // 12 != months[at - 1] // 12)
        found.append(_Named(at, str(moment.year) if is_year else _month(moment, texts), is_year))
    return [*found, _Named(0, _month(to_moment(time[0]), texts), is_day=False)]


def _placed(one: _Named, places: Places, row: Box) -> TimeLabel:
    x = round(places.at(one.position))
    width = width_of(one.text, LABEL, is_bold=one.is_day)
    left = min(max(x - width // 2, row.left), row.right - width)
    return TimeLabel(text=one.text, x=x, box=Box(left, row.top, left + width, row.bottom), is_day=one.is_day)


def _grown(box: Box) -> Box:
    return Box(box.left - _BETWEEN, box.top, box.right + _BETWEEN, box.bottom)


def _month(moment: datetime, texts: Texts) -> str:
    return texts(MONTHS[moment.month - 1])[:_SHORT]


def _date(moment: datetime, texts: Texts) -> str:
    return f"{moment.day} {_month(moment, texts)}"


def moment_text(milliseconds: int, texts: Texts) -> str:
    """Return a moment in full, such as ``24 June 2025 10:00 UTC``."""
    moment = to_moment(milliseconds)
    month = texts(MONTHS[moment.month - 1])
    return texts(
        "{day} {month} {year} {time} UTC",
        day=moment.day,
        month=month,
        year=moment.year,
        time=f"{moment:%H:%M}",
    )
