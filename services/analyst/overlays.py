"""A finding as what a chart lays over its candles: levels, zones, marks and lines.

Positions are those of all candles that the finding is of; `shifted` makes them those of a part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from analytics.fibonacci.legs import Leg
from analytics.fibonacci.ratios import weight
from services.analyst.fibs import find_fib, leg_asked, levels_of, ratio_of
from services.analyst.levels import find_levels
from services.analyst.messages import (
    Confluence,
    FibMode,
    PatternsFinding,
    PivotsFinding,
    PriceZone,
    Side,
)
from services.analyst.sight import Sight
from services.charts.spec import Level, Mark, Path, Zone, ZoneKind
from services.exchange.prices import to_milliseconds
from services.locales.texts import Texts

_ZONES: Final = 3
"""On each side; more make a picture nobody reads."""
_CONFLUENCES: Final = 2
_MARKS: Final = 8
_BEFORE: Final = 10
"""Candles before the start of a swing that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is laid over a chart; `begins_at` is the first candle it needs to be seen."""

    levels: tuple[Level, ...] = ()
    zones: tuple[Zone, ...] = ()
    marks: tuple[Mark, ...] = ()
    paths: tuple[Path, ...] = ()
    is_log: bool = False
    begins_at: int | None = None

    def with_more(self, more: Laid) -> Laid:
        """Return both together, what `more` has being the last."""
        begins = [at for at in (self.begins_at, more.begins_at) if at is not None]
        return replace(
            self,
            levels=(*self.levels, *more.levels),
            zones=(*self.zones, *more.zones),
            marks=(*self.marks, *more.marks),
            paths=(*self.paths, *more.paths),
            begins_at=min(begins, default=None),
        )

    def shifted(self, first: int) -> Laid:
        """Return the same for candles from the position `first` on; what lies before it is left out."""
        marks = [
            replace(mark, position=mark.position - first) for mark in self.marks if mark.position >= first
        ]
        paths = [
            replace(path, points=tuple((at - first, price) for at, price in path.points))
            for path in self.paths
        ]
        return replace(self, marks=tuple(marks), paths=tuple(paths))


def fib(sight: Sight, others: Mapping[str, Sight], texts: Texts, *, swing: str, mode: FibMode) -> Laid:
    """Return the levels of a swing, the swing itself, and where levels of other timeframes meet near them.

    `others` are the same market at other timeframes, by name. Raises as `leg_asked` and `levels_of`.
    """
    finding = find_fib(sight, others, swing=swing, mode=mode)
    leg = leg_asked(sight, swing)
    found, third = levels_of(sight, leg, mode)
    levels = [
        Level(price=sight.price(one.price), ratio=ratio_of(one), weight=weight(one.ratio), kind="fib")
        for one in found
    ]
    points = [
        _point(sight, leg.start.position, leg.start.price),
        _point(sight, leg.end.position, leg.end.price),
    ]
    if third is not None:
        points.append(_point(sight, third.position, third.price))
    return Laid(
        levels=tuple(levels),
        zones=tuple(_confluence(one, texts) for one in finding.confluences[:_CONFLUENCES]),
        paths=(Path(points=tuple(points)),),
        is_log=leg.is_long,
        begins_at=_start_of(leg),
    )


def levels(sight: Sight, texts: Texts) -> Laid:
    """Return the nearest zones on both sides."""
    finding = find_levels(sight)
    return Laid(
        zones=(
            *_zones(finding.supports, "support", texts("Support")),
            *_zones(finding.resistances, "resistance", texts("Resistance")),
        )
    )


def patterns(sight: Sight, finding: PatternsFinding, texts: Texts) -> Laid:
    """Return a mark at each candle that completes patterns, one for all of a side."""
    places = {int(time): position for position, time in enumerate(sight.candles.time)}
    alike: dict[tuple[datetime, Side], list[str]] = {}
    for one in finding.patterns:
        alike.setdefault((one.closed_at, one.side), []).append(texts(one.title))
    marks = [
        Mark(
            position=places[to_milliseconds(closed_at) - sight.candles.step_ms],
            side=side,
            title=first if not others else f"{first} +{len(others)}",
        )
        for (closed_at, side), (first, *others) in islice(alike.items(), _MARKS)
    ]
    return Laid(marks=tuple(marks))


def pivots(finding: PivotsFinding) -> Laid:
    """Return the standard pivot points."""
    standard = next(one for one in finding.sets if one.method == "standard")
    named = [("P", standard.pivot)]
    named += [(f"R{at}", price) for at, price in enumerate(standard.resistances, start=1)]
    named += [(f"S{at}", price) for at, price in enumerate(standard.supports, start=1)]
    return Laid(levels=tuple(_pivot(label, price) for label, price in named if price > 0))


def _pivot(label: str, price: Decimal) -> Level:
    return Level(price=price, label=label, weight=1.0 if label == "P" else 0.5, kind="pivot")


def _confluence(found: Confluence, texts: Texts) -> Zone:
    label = texts("Confluence of {count}", count=found.frames)
    return Zone(low=found.low, high=found.high, label=label, kind="confluence", weight=found.score / 100)


def _zones(found: Sequence[PriceZone], kind: ZoneKind, label: str) -> list[Zone]:
    return [
        Zone(low=one.low, high=one.high, price=one.price, label=label, kind=kind, weight=one.strength / 100)
        for one in found[:_ZONES]
    ]


def _point(sight: Sight, position: int, price: float) -> tuple[int, Decimal]:
    return position, sight.price(price)


def _start_of(leg: Leg) -> int:
    return max(0, leg.start.position - _BEFORE)
