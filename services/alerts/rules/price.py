"""Rules about the price alone: a level, a move within a time, a trail, a line.

What a span of prices does not tell is in which order its high and its low came. A rule here says that it was
met only where that holds in whichever order; shorter spans then tell more, and never less.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.alerts.conditions import PriceLevel, PriceMove, Trailing, TrendLine
from services.alerts.rules.declare import Memory, Met, Seen, Span, rule
from services.alerts.rules.values import told

_BUCKETS: Final = 60
_FADED: Final = 0.5
"""A move counts anew once less than this part of it is left."""
_DUST: Final = 1e-12
"""By this part a percentage of a price counts as reached too early: 90 * 1.1 is more than 99 in float64."""
_AWAY = "away"
_LINE = "line"
_FALLEN = "fallen"


def _level_thresholds(leaf: PriceLevel, _: Memory) -> tuple[float, ...]:
    level, margin = float(leaf.level), float(leaf.margin)
    near = {"above": (level - margin,), "below": (level + margin,), "touch": (level - margin, level + margin)}
    return tuple(sorted({level, *near[leaf.way]}))


@rule(
    PriceLevel,
    thresholds=_level_thresholds,
    drawn=lambda leaf, _: (float(leaf.level),),
    lasts=lambda leaf: leaf.way != "touch" or leaf.margin > 0,
)
def price_level(leaf: PriceLevel, seen: Seen, memory: Memory) -> Met:
    """Tell whether the price reached a level from the side it was on.

    A jump over the level counts as a touch: a span may open at the close of the one before. The margin is how
    far the price must go back, not how near it must come.
    """
    span = seen.span(leaf.market)
    if span is None:
        return Met(hit=None, holds=None, memory=memory)
    level, margin = float(leaf.level), float(leaf.margin)
    if leaf.way == "touch":
        hit = min(span.open, span.low) <= level <= max(span.open, span.high)
        holds = abs(span.close - level) <= margin
    else:
        sign = 1.0 if leaf.way == "above" else -1.0
        furthest = span.high if leaf.way == "above" else span.low
        hit = sign * (furthest - level) >= 0
        away = sign * (span.close - level)
        holds = away >= 0 or away > -margin
    return Met(hit=hit, holds=holds, values=(told("Price", span.close), told("Level", level)))


@rule(PriceMove, thresholds=lambda _leaf, _memory: None)
def price_move(leaf: PriceMove, seen: Seen, memory: Memory) -> Met:
    """Tell whether the price moved by a percentage within a time, and whether half of that move is left.

    It remembers the lowest (of a fall, the highest) price of up to sixty parts of the time, by the number of
    the part since 1970, and of those only the ones that no later part goes beyond.
    """
    span = seen.span(leaf.market)
    if span is None:
        return Met(hit=None, holds=None, memory=memory)
    sign = 1.0 if leaf.percent > 0 else -1.0
    step = leaf.window / _BUCKETS
    newest = int(seen.at.timestamp() // step)
    kept = {part: price for part, price in memory.items() if int(part) > newest - _BUCKETS}
    back, ahead = (span.low, span.high) if sign > 0 else (span.high, span.low)
    before = _furthest([span.open, *kept.values()], -sign)
    after = _furthest([back, before], -sign)
    factor = 1 + float(leaf.percent) / 100 - sign * _DUST
    hit = sign * (ahead - before * factor) >= 0 or sign * (span.close - after * factor) >= 0
    holds = sign * (span.close - after * (1 + _FADED * (factor - 1))) >= 0
    return Met(
        hit=hit,
        holds=holds,
        values=(
            told("Lowest price" if sign > 0 else "Highest price", after),
            told("Price", span.close),
            told("Change", (span.close / after - 1) * 100, "percent"),
        ),
        memory=_with_part(kept, int(min(span.opens_at, seen.at).timestamp() // step), back, sign, newest),
    )


def _furthest(prices: list[float], sign: float) -> float:
    return max(prices) if sign > 0 else min(prices)


def _with_part(kept: Memory, part: int, price: float, sign: float, newest: int) -> Memory:
    """Return the parts with one more, without those that a later one goes beyond."""
    parts = {int(name): value for name, value in kept.items()}
    if part > newest - _BUCKETS:
        parts[part] = _furthest([price, parts.get(part, price)], -sign)
    left: dict[str, float] = {}
    best: float | None = None
    for name in sorted(parts, reverse=True):
        if best is None or sign * (best - parts[name]) > 0:
            best = parts[name]
            left[str(name)] = best
    return left


def _extreme(leaf: Trailing) -> str:
    return "peak" if leaf.from_peak else "trough"


def _trail_thresholds(leaf: Trailing, memory: Memory) -> tuple[float, ...] | None:
    extreme = memory.get(_extreme(leaf))
    return None if extreme is None else tuple(sorted((extreme, extreme * _trail_factor(leaf))))


def _trail_factor(leaf: Trailing) -> float:
    share = float(leaf.percent) / 100
    return 1 - share + _DUST if leaf.from_peak else 1 + share - _DUST


@rule(
    Trailing,
    thresholds=_trail_thresholds,
    drawn=lambda leaf, memory: _trail_thresholds(leaf, memory) or (),
)
def trailing(leaf: Trailing, seen: Seen, memory: Memory) -> Met:
    """Tell whether the price came back by a percentage from its furthest; that holds until it goes further.

    It remembers the furthest price since it was asked first, and whether it was met since.
    """
    span = seen.span(leaf.market)
    if span is None:
        return Met(hit=None, holds=None, memory=memory)
    name, factor = _extreme(leaf), _trail_factor(leaf)
    sign = 1.0 if leaf.from_peak else -1.0
    ahead, back = (span.high, span.low) if leaf.from_peak else (span.low, span.high)
    so_far = memory.get(name, span.open)
    before = _furthest([so_far, span.open], sign)
    after = _furthest([before, ahead], sign)
    ends_fallen = sign * (after * factor - span.close) >= 0
    hit = ends_fallen or sign * (before * factor - back) >= 0
    is_further = sign * (after - so_far) > 0
    holds = ends_fallen if is_further else hit or memory.get(_FALLEN, 0.0) > 0
    return Met(
        hit=hit,
        holds=holds,
        values=(
            told("Highest price" if leaf.from_peak else "Lowest price", after),
            told("Price", span.close),
            told("Change", (span.close / after - 1) * 100, "percent"),
        ),
        memory={name: after, _FALLEN: float(holds)},
    )


def line_price(leaf: TrendLine, at: datetime) -> float:
    """Return the price of the line at a moment; it is straight in price and time, and may be below 0."""
    run = (leaf.second_at - leaf.first_at) / timedelta(seconds=1)
    first, second = float(leaf.first_price), float(leaf.second_price)
    return first + (second - first) * ((at - leaf.first_at) / timedelta(seconds=1)) / run


@rule(
    TrendLine,
    thresholds=lambda _leaf, _memory: None,
    drawn=lambda _leaf, memory: (memory[_LINE],) if _LINE in memory else (),
    lasts=lambda leaf: leaf.way != "touch",
)
def trend_line(leaf: TrendLine, seen: Seen, memory: Memory) -> Met:
    """Tell whether the price met the line, which may also have come to a price that stood still.

    It remembers the line's price, and how far above it the price was, at the end of the last look.
    """
    span = seen.span(leaf.market)
    now = line_price(leaf, seen.at)
    if span is None or now <= 0:
        return Met(hit=None, holds=None, memory=memory)
    then = line_price(leaf, min(span.opens_at, seen.at))
    away = span.close - now
    was_above = away >= 0 or span.high >= max(then, now)
    was_below = away <= 0 or span.low <= min(then, now)
    if leaf.way == "touch":
        hit, holds = _is_met(span, then, memory, was_above=was_above, was_below=was_below), away == 0
    else:
        hit, holds = (was_above, away >= 0) if leaf.way == "above" else (was_below, away <= 0)
    values = (told("Price", span.close), told("Line", now))
    return Met(hit=hit, holds=holds, values=values, memory={_LINE: now, _AWAY: away})


def _is_met(span: Span, then: float, memory: Memory, *, was_above: bool, was_below: bool) -> bool:
    """Return whether the price was on both sides of the line, from the end of the last look on."""
    began = memory.get(_AWAY, span.open - then)
    return (was_above or began >= 0) and (was_below or began <= 0)
