"""What a chart shows: everything that the picture depends on, and nothing that it does not.

Belongs here: the values that whoever asks for a chart fills in, and their validity. Does not belong here:
how they are drawn, and where the figures come from. Arrays are of the candles' length, NaN where there is
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from analytics.candles import Candles, Floats
from services.locales import Locale
from services.looks import Nature, Palette, Theme

Side = Literal["bull", "bear", "even"]
LevelKind = Literal["plain", "fib", "pivot", "support", "resistance"]
ZoneKind = Literal["support", "resistance", "confluence"]
MarkKind = Literal["pattern", "moment"]
PathKind = Literal["swing", "line"]

MOST_PANES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Forming:
    """The candle that has not closed; `time` is its open time in milliseconds since 1970."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """A named line, such as ``EMA 50``."""

    label: str
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """The space between two lines, such as Bollinger bands."""

    label: str
    upper: Floats
    lower: Floats
    middle: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dots:
    """A mark beside each candle, such as the parabolic stop."""

    label: str
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pane:
    """A panel of its own below the prices. `guides` are values with a dashed line, such as 30 and 70.

    `bounds` are the lowest and highest value that there can be, where the panel shall show both.
    """

    lines: tuple[Line, ...] = ()
    histogram: Line | None = None
    guides: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price with a line across the picture. A `ratio` of 0.618 is written before the label as 61.8%.

    `weight` is 0 to 1: the heavier are drawn stronger, and keep their label where there is no room for all.
    """

    price: Decimal
    label: str = ""
    ratio: Decimal | None = None
    weight: float = 0.5
    kind: LevelKind = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A range of prices. Its label stands at `price`, or in the middle where that is None."""

    low: Decimal
    high: Decimal
    label: str
    kind: ZoneKind
    price: Decimal | None = None
    weight: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something seen at the candle at `position`, such as a pattern; that of a bull stands below it.

    The position behind the last candle is that of the forming one.
    """

    position: int
    side: Side
    title: str
    kind: MarkKind = "pattern"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line through (position, price) points, such as the swing of Fibonacci levels.

    Positions are those of candles and may lie before the first one; the line begins with the picture.
    """

    points: tuple[tuple[int, Decimal], ...]
    kind: PathKind = "swing"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChartSpec:
    """One chart. Two that are equal in every part make the same picture, byte for byte.

    Raises:
        ValueError: there is no candle, an array is not of the candles' length, a mark stands at no candle, a
            line goes on beyond them, a zone is upside down, the tick is not positive, or there are too many
            panes.
    """

    market: str
    timeframe: str
    candles: Candles
    price: Decimal
    """The last one."""
    tick: Decimal
    source: str
    """Venue, nature and age, in the chart's language, such as ``binance · REPLAY · 2 s old``."""
    nature: Nature
    currency: str = ""
    """Of the prices; empty for none shown."""
    forming: Forming | None = None
    lines: tuple[Line, ...] = ()
    bands: tuple[Band, ...] = ()
    dots: tuple[Dots, ...] = ()
    panes: tuple[Pane, ...] = ()
    levels: tuple[Level, ...] = ()
    zones: tuple[Zone, ...] = ()
    marks: tuple[Mark, ...] = ()
    paths: tuple[Path, ...] = ()
    is_log: bool = False
    """Whether equal distances are equal ratios."""
    theme: Theme = "dark"
    palette: Palette = "standard"
    locale: Locale = "en"

    def __post_init__(self) -> None:
        _refuse(len(self.candles) == 0, "there is no candle")
        _refuse(len(self.panes) > MOST_PANES, f"{len(self.panes)} panes, at most {MOST_PANES}")
        _refuse(self.tick <= 0 or self.price <= 0, "tick and price must be positive")
        for label, values in self._arrays():
            _refuse(values.shape != self.candles.close.shape, f"{label} is not of the candles' length")
        shown = len(self.candles) + (self.forming is not None)
        for mark in self.marks:
            _refuse(not 0 <= mark.position < shown, f"{mark.title} stands at no candle")
        for path in self.paths:
            is_beyond = any(position >= len(self.candles) for position, _ in path.points)
            _refuse(is_beyond, "a line goes on beyond the candles")
        for zone in self.zones:
            _refuse(zone.low > zone.high, f"zone {zone.label} is upside down")

    def _arrays(self) -> list[tuple[str, Floats]]:
        lines: list[Line | Dots] = [*self.lines, *self.dots]
        for pane in self.panes:
            lines += [*pane.lines, *([pane.histogram] if pane.histogram else [])]
        sides = [(band.label, side) for band in self.bands for side in (band.upper, band.lower, band.middle)]
        return [(one.label, one.values) for one in lines] + [(a, b) for a, b in sides if b is not None]

    @property
    def closed_at_ms(self) -> int:
        """Return when the last closed candle closed, in milliseconds since 1970."""
        return int(self.candles.time[-1]) + self.candles.step_ms


def _refuse(is_wrong: bool, what: str) -> None:  # noqa: FBT001 - a condition and its sentence
    if is_wrong:
        raise ValueError(f"chart: {what}")


def last_finite(values: Floats) -> float | None:
    """Return the last value where there is one at the last candle, else None."""
    return float(values[-1]) if np.isfinite(values[-1]) else None
