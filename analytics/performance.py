"""How trades and an equity curve did, each figure with the interval that resampling gives it.

Belongs here: figures of closed trades and of equity, arrays in and numbers out. Not here: how a fill becomes
a trade, what money it is, and charts. What too few trades or days cannot tell is None, never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats

FEWEST: Final = 10
"""Trades, or days, below which no interval is told.

A percentile interval is too narrow by the root of (n - 1) / n, and knows nothing of the tails of t. Of ten
draws it covers about 90 of 100 truths instead of 95, of five about 85.

Source: T. Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician 69 (2015).
"""
DAYS_A_YEAR: Final = 365
"""Markets of coins never close."""
RESAMPLES: Final = 1_000
_MOST_RESAMPLED: Final = 2_000_000
"""Numbers that are drawn at most: of many trades fewer resamples are enough."""
_LEAST_RESAMPLES: Final = 200
_TAILS: Final = (2.5, 97.5)
Indexes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure, and between which values it lies in 95 of 100 resamples of the same trades or days."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trading:
    """What closed trades tell."""

    win_rate: Figure | None
    """Share of the trades that won; one of 0 has not won."""
    expectancy: Figure | None
    """Mean profit a trade."""
    profit_factor: Figure | None
    """Sum of profits over sum of losses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """What daily returns tell."""

    sharpe: Figure | None
    sortino: Figure | None


def roi(net: float, start: float) -> float | None:
    """Return a profit as a share of what there was at the start; None where that was nothing.

    Source: C. Bacon, "Practical Portfolio Performance Measurement and Attribution", chapter 2, simple return.
    """
    return net / start if start > 0 else None


def returns(equity: Floats) -> Floats:
    """Return the change from each mark to the next as a share of the earlier.

    Args:
        equity: shape (n,), oldest first, in one currency.

    Returns:
        Shape (n - 1,); cut off before the first mark that is not above 0, for no return follows ruin.
    """
    ruined = np.flatnonzero(equity <= 0)
    usable = equity[: ruined[0]] if len(ruined) else equity
    result: Floats = usable[1:] / usable[:-1] - 1.0
    return result


def max_drawdown(equity: Floats) -> float | None:
    """Return the deepest fall from a peak as a share of the peak: 0.2 is 20 %. None of no mark.

    Source: M. Magdon-Ismail and A. Atiya, "Maximum Drawdown", Risk 17 (2004).
    """
    if not len(equity):
        return None
    peaks = np.maximum.accumulate(equity)
    if peaks[0] <= 0:
        return None
    return float(np.max((peaks - equity) / peaks))


def sharpe(daily: Floats) -> float | None:
    """Return the mean of daily returns over their standard deviation, times the root of 365.

    There is no riskless return: what lies still earns nothing. None of fewer than two days, or of days that
    were all alike.

    Source: W. Sharpe, "The Sharpe Ratio", The Journal of Portfolio Management 21 (1994), with n - 1.
    """
    return _single(_sharpes, daily) if len(daily) > 1 else None


def sortino(daily: Floats) -> float | None:
    """Return the mean of daily returns over the root of the mean square of losses, times the root of 365.

    The square is taken over all days, with 0 for a day without a loss. None without a loss.

    Source: F. Sortino and R. van der Meer, "Downside Risk", The Journal of Portfolio Management 17 (1991).
    """
    return _single(_sortinos, daily) if len(daily) else None


def win_rate(profits: Floats) -> float | None:
    """Return the share of trades whose profit is above 0; None of no trade.

    Source: V. Tharp, "Trade Your Way to Financial Freedom", chapter 7, reliability.
    """
    return _single(_win_rates, profits) if len(profits) else None


def expectancy(profits: Floats) -> float | None:
    """Return the mean profit a trade, in the unit of `profits`: money, or R. None of no trade.

    Source: V. Tharp, "Trade Your Way to Financial Freedom", chapter 7.
    """
    return _single(_means, profits) if len(profits) else None


def profit_factor(profits: Floats) -> float | None:
    """Return the sum of what was won over the sum of what was lost; None where nothing was lost.

    Source: R. Pardo, "The Evaluation and Optimization of Trading Strategies", chapter 12, gross profit over
    gross loss.
    """
    return _single(_profit_factors, profits) if len(profits) else None


def trading(profits: Floats, *, seed: int) -> Trading:
    """Return the figures of trades, with intervals where there are at least `FEWEST`.

    Trades are drawn one by one, for each stands for itself.

    Args:
        profits: of each trade after fees, shape (n,); their order does not matter.
        seed: of the draws: the same gives the same intervals.

    Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", chapter 13, percentile interval.
    """
    drawn = None if len(profits) < FEWEST else profits[_one_by_one(len(profits), seed)]
    return Trading(
        win_rate=_figure(win_rate(profits), _win_rates, drawn),
        expectancy=_figure(expectancy(profits), _means, drawn),
        profit_factor=_figure(profit_factor(profits), _profit_factors, drawn),
    )


def returning(daily: Floats, *, seed: int) -> Returning:
    """Return the figures of daily returns, with intervals where there are at least `FEWEST` days.

    Days are drawn in blocks of random length, since a wild day follows a wild one more often than not.

    Args:
        daily: returns of days, shape (n,), oldest first.
        seed: of the draws.

    Source: D. Politis and J. Romano, "The Stationary Bootstrap", JASA 89 (1994).
    """
    drawn = None if len(daily) < FEWEST else daily[_in_blocks(len(daily), seed)]
    return Returning(
        sharpe=_figure(sharpe(daily), _sharpes, drawn), sortino=_figure(sortino(daily), _sortinos, drawn)
    )


Many = Callable[[Floats], Floats]
"""From rows of samples, shape (resamples, n), to the figure of each row; nan where it has none."""


def _figure(value: float | None, of_rows: Many, drawn: Floats | None) -> Figure | None:
    """Return a figure with its interval, which needs it to be known in all but one of 40 resamples."""
    if value is None:
        return None
    if drawn is None:
        return Figure(value=value)
    found = of_rows(drawn)
    known = found[np.isfinite(found)]
    if len(known) < len(found) * 0.975:
        return Figure(value=value)
    low, high = np.percentile(known, _TAILS)
    return Figure(value=value, low=float(low), high=float(high))


def _single(of_rows: Many, values: Floats) -> float | None:
    found = float(of_rows(values[np.newaxis, :])[0])
    return found if np.isfinite(found) else None


def _means(rows: Floats) -> Floats:
    result: Floats = rows.mean(axis=1)
    return result


def _win_rates(rows: Floats) -> Floats:
    result: Floats = (rows > 0).mean(axis=1)
    return result


def _profit_factors(rows: Floats) -> Floats:
    lost = -np.minimum(rows, 0.0).sum(axis=1)
    return _over(np.maximum(rows, 0.0).sum(axis=1), lost)


def _sharpes(rows: Floats) -> Floats:
    # Days that are all alike have a deviation that is not quite 0 in binary fractions.
    spread = rows.std(axis=1, ddof=1)
    spread[np.ptp(rows, axis=1) == 0] = 0.0
    result: Floats = _over(rows.mean(axis=1), spread) * np.sqrt(DAYS_A_YEAR)
    return result


def _sortinos(rows: Floats) -> Floats:
    downside = np.sqrt(np.mean(np.minimum(rows, 0.0) ** 2, axis=1))
    result: Floats = _over(rows.mean(axis=1), downside) * np.sqrt(DAYS_A_YEAR)
    return result


def _over(above: Floats, below: Floats) -> Floats:
    result: Floats = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result


def _one_by_one(count: int, seed: int) -> Indexes:
    return np.random.default_rng(seed).integers(0, count, (_resamples(count), count))


def _in_blocks(count: int, seed: int) -> Indexes:
    """Return where each draw stands: after the last, or with a chance of one in a block's length anywhere."""
    drawing = np.random.default_rng(seed)
    shape = (_resamples(count), count)
    starts = drawing.integers(0, count, shape)
    begins = drawing.random(shape) < 1.0 / max(1.0, count ** (1.0 / 3.0))
    begins[:, 0] = True
    place = np.arange(count)
    since = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    first = np.take_along_axis(starts, since, axis=1)
    result: Indexes = (first + place - since) % count
    return result


def _resamples(count: int) -> int:
    return max(_LEAST_RESAMPLES, min(RESAMPLES, _MOST_RESAMPLED // max(1, count)))
