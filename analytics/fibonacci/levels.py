"""Prices at ratios of a leg, on the linear or the log scale, and where a price stands among them.

Belongs here: retracements, extensions, projections and fans of one leg. Does not belong here: the choice of
the leg, what candles did at a level (respect), and levels of several legs (confluence).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analytics.fibonacci.legs import Leg, Point
from analytics.fibonacci.ratios import EXTENSIONS, FANS, PROJECTIONS, RETRACEMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A price at a ratio of a leg; 0.618 is 61.8 %."""

    ratio: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The levels next to a price; None beyond the last of them."""

    above: Level | None
    below: Level | None


def retracements(leg: Leg, *, is_log: bool, ratios: Sequence[float] = RETRACEMENTS) -> tuple[Level, ...]:
    """Return the prices at which a share of the leg is given back, the lowest first: 0 its end, 1 its start.

    ``end - ratio * (end - start)``, or on the log scale ``end * (start / end) ** ratio``.

    Source: Mark Andrew Lim, The Handbook of Technical Analysis (2015), section 10.4.
    """
    return _in_order(
        (ratio, _along(leg.start.price, leg.end.price, 1 - ratio, is_log=is_log)) for ratio in ratios
    )


def extensions(leg: Leg, *, is_log: bool, ratios: Sequence[float] = EXTENSIONS) -> tuple[Level, ...]:
    """Return the prices at multiples of the leg from its start, the lowest first.

    ``start + ratio * (end - start)``, or on the log scale ``start * (end / start) ** ratio``. What is not
    above 0, as a linear fall may reach, is left out.

    Source: as `retracements`.
    """
    return _in_order(
        (ratio, _along(leg.start.price, leg.end.price, ratio, is_log=is_log)) for ratio in ratios
    )


def projections(
    leg: Leg, third: Point, *, is_log: bool, ratios: Sequence[float] = PROJECTIONS
) -> tuple[Level, ...]:
    """Return the prices at multiples of the leg from `third`, the lowest first.

    ``third + ratio * (end - start)``, or on the log scale ``third * (end / start) ** ratio``. What is not
    above 0 is left out.

    Source: Carolyn Boroden, Fibonacci Trading (2008), price projections of three points.
    """
    one_leg_on = third.price * leg.end.price / leg.start.price if is_log else _moved(leg, third)
    return _in_order((ratio, _along(third.price, one_leg_on, ratio, is_log=is_log)) for ratio in ratios)


def fan(leg: Leg, position: int, *, is_log: bool, ratios: Sequence[float] = FANS) -> tuple[Level, ...]:
    """Return the prices of the leg's fan lines at the candle `position`, the lowest first.

    A line goes from the start of the leg through the retracement of `ratio` at the candle of its end. One
    that has left the prices from the leg's start to its furthest extension is left out, as it says nothing
    there; so are all lines of a leg within one candle, which have no slope.

    Source: StockCharts ChartSchool, Fibonacci Fans.
    """
    length = leg.end.position - leg.start.position
    if length == 0:
        return ()
    steps = (position - leg.start.position) / length
    start, end = leg.start.price, leg.end.price
    most = EXTENSIONS[-1]
    shares = ((ratio, (1 - ratio) * steps) for ratio in ratios)
    return _in_order(
        (ratio, _along(start, end, share, is_log=is_log)) for ratio, share in shares if 0 <= share <= most
    )


def _moved(leg: Leg, third: Point) -> float:
    return third.price + (leg.end.price - leg.start.price)


def _along(start: float, end: float, share: float, *, is_log: bool) -> float:
    """Return the price at `share` of the way from `start` to `end`; both ends come out exactly."""
    if share == 1:
        return end
    return start * (end / start) ** share if is_log else start + share * (end - start)


def _in_order(priced: Iterable[tuple[float, float]]) -> tuple[Level, ...]:
    found = [Level(ratio=ratio, price=price) for ratio, price in priced if price > 0]
    return tuple(sorted(found, key=lambda level: level.price))


def standing(price: float, levels: Sequence[Level]) -> Standing:
    """Return the nearest level above `price`, and the nearest at or below it."""
    return Standing(
        above=min((one for one in levels if one.price > price), key=lambda one: one.price, default=None),
        below=max((one for one in levels if one.price <= price), key=lambda one: one.price, default=None),
    )
