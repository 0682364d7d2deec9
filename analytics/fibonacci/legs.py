"""The leg that is measured: found by itself, or given by two moments or two prices.

Belongs here: the choice of two points, and of the third one where a pullback ended. Does not belong here:
what is measured on them (levels, fans, timing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.candles import Candles, Floats, Integers
from analytics.structure.ranges import average_range
from analytics.structure.swings import Bools, Swings, zigzag

LONG_MOVE = 1.5
_SPENT = 1.618
_NEAR = 0.25
_TO_NAME_A_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A price at a candle; `time_ms` is when that candle opened."""

    position: int
    time_ms: int
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A move from one point to a later one, or within one candle.

    `known_at` is the position of the candle that confirmed its end, and `known_ms` when that candle closed;
    None where the points were given.

    Raises:
        ValueError: both points have the same price, or the end is before the start.
    """

    start: Point
    end: Point
    known_at: int | None = None
    known_ms: int | None = None

    def __post_init__(self) -> None:
        if self.start.price == self.end.price:
            raise ValueError(f"leg: it starts and ends at {self.start.price:g}, which is no move")
        if self.start.position > self.end.position:
            raise ValueError(f"leg: it ends at {self.end.position}, before its start {self.start.position}")

    @property
    def is_up(self) -> bool:
        """Return whether it rose."""
        return self.end.price > self.start.price

    @property
    def is_long(self) -> bool:
        """Return whether it is to be measured on the log scale: its high is 1.5 times its low or more.

        Source: John J. Murphy, Technical Analysis of the Financial Markets (1999), chapter 3, has log scales
        for long trends; the figure is this project's own: above it the two scales differ by over 2 % at the
        half.
        """
        low, high = sorted((self.start.price, self.end.price))
        return high / low >= LONG_MOVE


def auto_leg(candles: Candles) -> Leg | None:
    """Return the dominant leg of the zigzag of `candles`; None where less than two turns are confirmed."""
    return dominant_leg(candles, zigzag(candles))


def dominant_leg(candles: Candles, swings: Swings, *, half_life: float = 200.0) -> Leg | None:
    """Return the leg that price is most likely measured by; None with less than two turns.

    Every confirmed turn ends one candidate. One that ends high starts at the lowest turn since the last
    higher turn, so that no turn between its two ends lies beyond either; one that ends low mirrors that. A
    candidate is in play until price goes beyond its start, which takes it back, or beyond 1.618 times its
    height, which spends it. Of those in play the one with the greatest height on the log scale wins, halved
    for every `half_life` candles since its end. Where none is in play it is the last one.

    Args:
        candles: of which `swings` are.
        swings: alternating, as `zigzag` has them.
        half_life: in candles.

    Source: this project's own choice. The height of a candidate is what topography calls prominence.
    """
    if len(swings) < _TO_NAME_A_PAIR:
        return None
    ends = np.arange(1, len(swings))
    starts = _starts(swings.price.tolist(), swings.is_high.tolist())
    height = np.abs(np.log(swings.price[ends] / swings.price[starts]))
    age = len(candles) - 1 - swings.position[ends]
    merit = np.where(_is_in_play(candles, swings, starts), height * 0.5 ** (age / half_life), 0.0)
    chosen = int(np.argmax(merit)) if merit.any() else len(ends) - 1
    return _leg_of(candles, swings, int(starts[chosen]), int(ends[chosen]))


def _starts(price: list[float], is_high: list[bool]) -> Integers:
    """Return, for every turn but the first, the furthest opposite turn since price was last beyond it."""
    starts = []
    for end in range(1, len(price)):
        sign, best = 1 if is_high[end] else -1, end - 1
        for same in range(end - 2, 0, -2):
            if sign * price[same] > sign * price[end]:
                break
            if sign * price[same - 1] < sign * price[best]:
                best = same - 1
        starts.append(best)
    return np.array(starts, dtype=np.int64)


def _is_in_play(candles: Candles, swings: Swings, starts: Integers) -> Bools:
    """Tell of each leg whether price since has stayed between its start and 1.618 times its height."""
    start, end = swings.price[starts], swings.price[1:]
    spent = start * (end / start) ** _SPENT
    after = swings.position[1:] + 1
    highest = np.append(np.maximum.accumulate(candles.high[::-1])[::-1], -np.inf)[after]
    lowest = np.append(np.minimum.accumulate(candles.low[::-1])[::-1], np.inf)[after]
    is_within = (lowest >= np.minimum(start, spent)) & (highest <= np.maximum(start, spent))
    return np.asarray(is_within, dtype=np.bool_)


def _leg_of(candles: Candles, swings: Swings, start: int, end: int) -> Leg:
    known_at = int(swings.known_at[end])
    return Leg(
        start=_point(candles, int(swings.position[start]), float(swings.price[start])),
        end=_point(candles, int(swings.position[end]), float(swings.price[end])),
        known_at=known_at,
        known_ms=int(candles.time[known_at]) + candles.step_ms,
    )


def _point(candles: Candles, position: int, price: float) -> Point:
    return Point(position=position, time_ms=int(candles.time[position]), price=price)


def leg_between_moments(candles: Candles, one_ms: int, other_ms: int) -> Leg:
    """Return the leg between the highest and the lowest price of a span, the earlier one its start.

    Both ends' candles belong to the span, in whichever order they are given. Where one candle holds both
    extremes, the leg rises if that candle closed no lower than it opened.

    Raises:
        ValueError: there is no candle in the span, or no move.
    """
    first, last = sorted((one_ms, other_ms))
    begin = int(np.searchsorted(candles.time, first - candles.step_ms, side="right"))
    stop = int(np.searchsorted(candles.time, last, side="right"))
    if begin >= stop:
        raise ValueError(f"leg: no candle between {first} and {last} ms")
    high = begin + int(np.argmax(candles.high[begin:stop]))
    low = begin + int(np.argmin(candles.low[begin:stop]))
    top = _point(candles, high, float(candles.high[high]))
    bottom = _point(candles, low, float(candles.low[low]))
    is_up = low < high or (low == high and bool(candles.close[low] >= candles.open[low]))
    return Leg(start=bottom, end=top) if is_up else Leg(start=top, end=bottom)


def leg_between_prices(candles: Candles, start: float, end: float) -> Leg:
    """Return the last leg on which price went from `start` to `end`, with these very prices.

    A price counts as reached by a candle that comes within a quarter of the average true range of it, since
    people round; before there is such a range, by one that holds it. The leg starts where price last reached
    `start` before it reached `end`, and ends where it did so; of candles in a row that reach a price, the one
    that went furthest stands for all.

    Raises:
        ValueError: a price that no candle reached, or no way from one to the other.
    """
    near = _NEAR * np.nan_to_num(average_range(candles))
    from_start, to_end = _reaching(candles, start, near), _reaching(candles, end, near)
    before = from_start[from_start < to_end[-1]]
    if len(before) == 0:
        raise ValueError(f"leg: price did not go from {start:g} to {end:g} in these candles")
    run = _runs(before)[-1]
    arrival = _runs(to_end[to_end > run[-1]])[0]
    low, high = -candles.low, candles.high
    out, back = (high, low) if end > start else (low, high)
    first, last = int(run[np.argmax(back[run])]), int(arrival[np.argmax(out[arrival])])
    return Leg(start=_point(candles, first, start), end=_point(candles, last, end))


def _runs(positions: Integers) -> list[Integers]:
    """Return the positions cut where one is missing."""
    return np.split(positions, np.flatnonzero(np.diff(positions) > 1) + 1)


def _reaching(candles: Candles, price: float, near: Floats) -> Integers:
    found = np.flatnonzero((candles.low <= price + near) & (candles.high >= price - near))
    if len(found) == 0:
        raise ValueError(f"leg: no candle reached {price:g}")
    return found


def pullback(candles: Candles, leg: Leg) -> Point | None:
    """Return the third point of a projection: how far price came back from the leg's end before it went on.

    Only candles before the first that goes beyond the end count. None where there is none yet, or where the
    whole leg was taken back: then there is nothing left to project.
    """
    begin = leg.end.position + 1
    ahead, back = (candles.high, candles.low) if leg.is_up else (-candles.low, -candles.high)
    sign = 1.0 if leg.is_up else -1.0
    beyond = np.flatnonzero(ahead[begin:] > sign * leg.end.price)
    stop = begin + int(beyond[0]) if len(beyond) else len(candles)
    if begin >= stop:
        return None
    position = begin + int(np.argmin(back[begin:stop]))
    price = sign * float(back[position])
    return _point(candles, position, price) if sign * (price - leg.start.price) > 0 else None
