"""What candles did at levels: how often they came to one, and how often they turned there.

Belongs here: counting touches. Does not belong here: the levels themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.candles import Candles, Floats, Integers
from analytics.fibonacci.levels import Level
from analytics.fibonacci.ratios import weight
from analytics.structure.ranges import average_range
from analytics.structure.swings import Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Respect:
    """How often candles came to a level, and how often they turned there."""

    level: Level
    touched: int
    respected: int


def respect(
    candles: Candles, levels: Sequence[Level], since: int, *, share: float = 0.25, turn: int = 3
) -> tuple[Respect, ...]:
    """Return, for each of `levels` in their order, the touches by candles after the one at `since`.

    A touch begins with a candle whose range comes within `share` of its average true range of the level,
    after a candle that did not; how long it lasts does not matter. It is respected if neither that candle nor
    the next `turn` close beyond the level, seen from the close before the touch, and the last of them closes
    further away than that tolerance. A touch whose `turn` candles have not all closed is not respected yet:
    so the counts of more candles never take back what fewer had counted.

    Source: this project's own definition.
    """
    near_by = share * average_range(candles)
    prices = np.array([level.price for level in levels])
    which, position = _touches(candles, prices, near_by, since)
    is_judged = position + turn < len(candles)
    held, at = which[is_judged], position[is_judged]
    held = held[_turned(candles, prices[held], at, near_by[at], turn)]
    touched, respected = (np.bincount(found, minlength=len(levels)).tolist() for found in (which, held))
    counts = zip(levels, touched, respected, strict=True)
    return tuple(Respect(level=level, touched=came, respected=kept) for level, came, kept in counts)


def _touches(candles: Candles, prices: Floats, near_by: Floats, since: int) -> tuple[Integers, Integers]:
    """Return of each touch the level's place and the position of its first candle."""
    column = prices[:, np.newaxis]
    is_near = (candles.low <= column + near_by) & (candles.high >= column - near_by)
    begins = is_near[:, since + 1 :] & ~is_near[:, since:-1]
    which, offset = np.nonzero(begins)
    return which, offset + since + 1


def _turned(candles: Candles, price: Floats, position: Integers, near_by: Floats, turn: int) -> Bools:
    side = np.sign(candles.close[position - 1] - price)
    closes = candles.close[position[:, np.newaxis] + np.arange(turn + 1)]
    distance = side[:, np.newaxis] * (closes - price[:, np.newaxis])
    return np.asarray((distance >= 0).all(axis=1) & (distance[:, -1] > near_by), dtype=np.bool_)


def most_respected(found: Sequence[Respect]) -> Respect | None:
    """Return the level that candles turned at most often, of equal ones the weightier; None for no turn."""
    best = max(found, key=lambda one: (one.respected, weight(one.level.ratio)), default=None)
    return best if best is not None and best.respected else None
