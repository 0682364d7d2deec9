"""The rule that compares an indicator with a number or another indicator at each close."""

from __future__ import annotations

from analytics.candles import Candles
from services.alerts.conditions import Compared
from services.alerts.rules.declare import UNKNOWN, Memory, Met, Seen, rule
from services.alerts.rules.sides import Number, is_on_prices, read_side, told_of, value_of

_AT, _LEFT, _RIGHT = "at", "left", "right"


def _drawn(leaf: Compared, _: Memory) -> tuple[float, ...]:
    """Return a number that a price is compared with."""
    left, right = read_side(leaf.left), read_side(leaf.right)
    pairs = ((left, right), (right, left))
    return tuple(one.value for one, other in pairs if isinstance(one, Number) and is_on_prices(other))


@rule(Compared, closes=lambda leaf: ((leaf.market, leaf.timeframe),), drawn=_drawn)
def compared(leaf: Compared, seen: Seen, memory: Memory) -> Met:
    """Tell whether one side was above, or below, the other at the newest close, whenever it is asked.

    It remembers both values with the open time of their candle, so as not to work them out again before the
    next close.
    """
    candles = seen.candles(leaf.market, leaf.timeframe)
    if candles is None or len(candles) == 0:
        return UNKNOWN
    values = _values(leaf, candles, memory)
    if values is None:
        return UNKNOWN
    left, right = values
    is_met = left > right if leaf.side == "above" else left < right
    return Met(
        hit=is_met,
        holds=is_met,
        values=tuple(
            told_of(read_side(text), value, leaf.timeframe)
            for text, value in ((leaf.left, left), (leaf.right, right))
        ),
        memory={_AT: float(candles.time[-1]), _LEFT: left, _RIGHT: right},
    )


def _values(leaf: Compared, candles: Candles, memory: Memory) -> tuple[float, float] | None:
    if memory.get(_AT) == float(candles.time[-1]):
        return memory[_LEFT], memory[_RIGHT]
    left = value_of(read_side(leaf.left), candles)
    right = value_of(read_side(leaf.right), candles)
    return None if left is None or right is None else (left, right)
