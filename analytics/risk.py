"""How much may be at risk: sizes of positions, and how an account's equity and results have gone.

Belongs here: formulas over plain numbers and arrays. Does not belong here: limits and verdicts
(services.trading.risk), steps of amounts as a venue wants them, and figures of performance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from analytics.candles import Candles, Floats
from analytics.structure.ranges import LENGTH, last_range

FEWEST_RETURNS: Final = 48
"""Of fewer common returns the correlation is not told."""
FEWEST_TRADES: Final = 30
"""Of fewer trades Kelly's fraction is not told."""
KELLY_PART: Final = 0.5
"""Half of Kelly's fraction keeps three quarters of its growth at half of its swings (Thorp 2006)."""
KELLY_MOST: Final = 0.05
STREAK_PAUSE: Final = timedelta(hours=1)
"""After the last of too many losses in a row nothing is opened for so long."""


def fixed_fractional(*, equity: float, share: float, entry: float, stop: float) -> float:
    """Return the amount, in base currency, of which the stop loses `share` of `equity`; 0 without equity.

    Args:
        equity: in quote currency.
        share: of equity, 0.01 is 1 %.
        entry: price.
        stop: price, on either side of the entry.

    Raises:
        ValueError: a price or the share is not above 0, or the stop is at the entry.

    Source: R. Vince, Portfolio Management Formulas (1990), fixed fractional trading; the loss of one unit is
    the distance of the stop, as in V. Tharp, Trade Your Way to Financial Freedom (1998), percent risk model.
    """
    if min(entry, stop, share) <= 0 or entry == stop:
        raise ValueError(f"risk: no size for entry {entry}, stop {stop} and share {share}")
    return max(0.0, equity) * share / abs(entry - stop)


def kelly(*, win_share: float, payoff: float) -> float:
    """Return the fraction of capital that grows fastest; negative where the game loses.

    Args:
        win_share: how many trades win, of 1.
        payoff: the mean win divided by the mean loss, above 0.

    Source: J. L. Kelly, A New Interpretation of Information Rate, Bell System Technical Journal 35 (1956);
    for unequal odds E. O. Thorp, The Kelly Criterion in Blackjack, Sports Betting and the Stock Market
    (2006), equation 2.2: f* = (b p - q) / b.
    """
    if not 0 <= win_share <= 1 or payoff <= 0:
        raise ValueError(f"risk: no Kelly fraction for win share {win_share} and payoff {payoff}")
    return (payoff * win_share - (1 - win_share)) / payoff


def capped_kelly(
    results: Sequence[float], *, part: float = KELLY_PART, most: float = KELLY_MOST
) -> float | None:
    """Return the part of Kelly's fraction that results of trades allow, between 0 and `most`.

    A trade of result 0 neither wins nor loses and is left out. None with fewer than `FEWEST_TRADES`, or
    without a win or without a loss: the odds are then not known.

    Source: as `kelly`; that a part of it is to be taken, Thorp (2006), section 7.
    """
    wins = [one for one in results if one > 0]
    losses = [-one for one in results if one < 0]
    if len(wins) + len(losses) < FEWEST_TRADES or not wins or not losses:
        return None
    payoff = (math.fsum(wins) / len(wins)) / (math.fsum(losses) / len(losses))
    whole = kelly(win_share=len(wins) / (len(wins) + len(losses)), payoff=payoff)
    return min(most, max(0.0, whole * part))


def correlation(one: Candles, other: Candles) -> float | None:
    """Return how the returns of two markets move together, -1 to 1, over the candles that both have.

    Returns are of the logarithms of closes between neighbouring candles. None with fewer than
    `FEWEST_RETURNS` of them, or where one of the two did not move.

    Raises:
        ValueError: the candles are of different timeframes.

    Source: K. Pearson, Notes on regression and inheritance, Proc. Royal Society 58 (1895).
    """
    if one.step_ms != other.step_ms:
        raise ValueError(f"risk: candles of {one.step_ms} and of {other.step_ms} ms have no common returns")
    time, left, right = np.intersect1d(one.time, other.time, assume_unique=True, return_indices=True)
    is_next = np.diff(time) == one.step_ms
    first = _returns(one.close[left])[is_next]
    second = _returns(other.close[right])[is_next]
    if len(first) < FEWEST_RETURNS:
        return None
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    return None if scale == 0 else max(-1.0, min(1.0, float(first @ second) / scale))


def _returns(close: Floats) -> Floats:
    return np.diff(np.log(close))


@dataclass(frozen=True, slots=True)
class Exposed:
    """A position as a share of equity: `size` is signed, above 0 for a long one."""

    size: float
    correlation: float
    """Of its market with the new one."""


def correlated_exposure(new: float, others: Iterable[Exposed]) -> float:
    """Return the size of the one bet that a new position and those that move with it are.

    Each other one counts by its correlation where it would win and lose together with the new one: a long of
    the same kind, or a short of one that moves against it. What moves the other way is no relief. All sizes
    are signed and of one unit; so is the answer, without its sign.

    Source: the covariance of a portfolio in H. Markowitz, Portfolio Selection, Journal of Finance 7 (1952),
    with equal variances and without its hedges, so that it is never below the size of the new one.
    """
    way = math.copysign(1.0, new)
    return abs(new) + math.fsum(max(0.0, way * one.size * one.correlation) for one in others)


def range_share(candles: Candles, length: int = LENGTH) -> float | None:
    """Return the average true range at the last candle as a share of its close; None where there is none.

    Source: J. Welles Wilder, New Concepts in Technical Trading Systems (1978), as NATR of TA-Lib.
    """
    found = last_range(candles, length)
    return None if found is None else found / float(candles.close[-1])


def losing_streak(results: Sequence[float]) -> int:
    """Return how many of the newest results, oldest first, are losses in a row; one of 0 ends a streak."""
    count = 0
    for one in reversed(results):
        if one >= 0:
            break
        count += 1
    return count


def targets(*, entry: float, stop: float) -> tuple[float, ...]:
    """Return the prices at which one, two and three times the distance of the stop are won.

    Source: V. Tharp, Trade Your Way to Financial Freedom (1998), R-multiples.
    """
    return tuple(entry + multiple * (entry - stop) for multiple in (1.0, 2.0, 3.0))
