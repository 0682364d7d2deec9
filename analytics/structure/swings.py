"""Where price turned: highs and lows, and when each of them was known to be one.

Belongs here: the two ways to find turning points, zigzag and fractals. Does not belong here: what is measured
between them (analytics.fibonacci) and the bands they form (analytics.structure.levels).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.candles import Candles, Floats, Integers
from analytics.structure.ranges import LENGTH, average_range

Bools = npt.NDArray[np.bool_]
_Turn = tuple[int, int]
"""The position of an extreme, and of the candle that confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swings:
    """Turning points in the order of their candles. All arrays have the shape (m,).

    `known_at` is the position of the candle at whose close the turn was confirmed: nobody could have named
    it earlier, so a rule that acts at candle i may use the turns with ``known_at <= i`` only.
    """

    position: Integers
    price: Floats
    is_high: Bools
    known_at: Integers

    def __len__(self) -> int:
        return len(self.position)


def zigzag(candles: Candles, multiple: float = 3.0, length: int = LENGTH) -> Swings:
    """Return the turns after which price came back `multiple` average true ranges; highs and lows alternate.

    A high is the highest candle since the last low. It is confirmed by the first later candle whose low is
    `multiple` average true ranges of `length` candles below it, or below the last low. Lows mirror that. A
    candle that makes a new extreme does not confirm it: which of its two ends came first is not known.

    Source: Arthur A. Merrill, Filtered Waves: Basic Theory (1977), with the average true range in place of
    his percentage, so that one setting serves quiet and wild markets.
    """
    reach = (multiple * average_range(candles, length)).tolist()
    begins_high, turns = _alternating(candles.high.tolist(), candles.low.tolist(), reach)
    position, known_at = np.array(turns, dtype=np.int64).reshape(-1, 2).T
    is_high = np.arange(len(turns)) % 2 == (0 if begins_high else 1)
    price = np.where(is_high, candles.high[position], candles.low[position])
    return Swings(position=position, price=price, is_high=is_high, known_at=known_at)


def _alternating(high: list[float], low: list[float], reach: list[float]) -> tuple[bool, list[_Turn]]:
    """Return whether the first turn is a high, and all turns.

    A search for lows is one for highs in prices of the opposite sign, which is exact in float64.
    """
    rising, falling = (high, low), ([-price for price in low], [-price for price in high])
    first_high = _turn(*rising, reach, at=0, begin=1)
    first_low = _turn(*falling, reach, at=0, begin=1)
    begins_high = _comes_first(first_high, first_low)
    sides = itertools.cycle((falling, rising) if begins_high else (rising, falling))
    found, turns = first_high if begins_high else first_low, []
    while found is not None:
        turns.append(found)
        (ahead, back), (last, known) = next(sides), found
        at = max(range(last + 1, known + 1), key=ahead.__getitem__)
        found = _turn(ahead, back, reach, at=at, begin=known + 1, floor=back[last])
    return begins_high, turns


def _comes_first(high: _Turn | None, low: _Turn | None) -> bool:
    """Tell whether the high was confirmed before the low, or with it but is the older candle."""
    if high is None or low is None:
        return high is not None
    return (high[1], high[0]) <= (low[1], low[0])


def _turn(
    ahead: list[float],
    back: list[float],
    reach: list[float],
    *,
    at: int,
    begin: int,
    floor: float = -np.inf,
) -> _Turn | None:
    """Return the next extreme of `ahead`, sought from `begin` with the extreme so far at `at`.

    `floor` is the extreme before, on the other side: to break it confirms the turn as well.
    """
    if not ahead:
        return None
    top = ahead[at]
    for i in range(begin, len(ahead)):
        if ahead[i] > top:
            top, at = ahead[i], i
        elif top - back[i] >= reach[i] or back[i] < floor:
            return at, i
    return None


def fractals(candles: Candles, span: int = 2) -> Swings:
    """Return the highs above, and the lows below, those of the `span` candles on either side.

    A candle may be both; then the high stands first. Highs and lows need not alternate.

    Raises:
        ValueError: `span` is less than 1.

    Source: Bill Williams, Trading Chaos (1995), with a span of 2: five candles, the middle one the extreme.
    """
    if span < 1:
        raise ValueError(f"fractals: a span of {span} candles, expected 1 or more")
    high, low = _peaks(candles.high, span), _peaks(-candles.low, span)
    position = np.concatenate([high, low])
    order = np.argsort(position, kind="stable")
    is_high = (np.arange(len(position)) < len(high))[order]
    position = position[order]
    price = np.where(is_high, candles.high[position], candles.low[position])
    return Swings(position=position, price=price, is_high=is_high, known_at=position + span)


def _peaks(values: Floats, span: int) -> Integers:
    """Return the positions of the values above their `span` neighbours on either side."""
    middle = values[span : len(values) - span]
    is_peak = np.ones(len(middle), dtype=np.bool_)
    for step in itertools.chain(range(span), range(span + 1, 2 * span + 1)):
        is_peak &= middle > values[step : step + len(middle)]
    return np.flatnonzero(is_peak) + span
