from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import performance
from analytics.candles import Floats

EMPYRICAL = np.array([1.0, 10.0, -4.0, 2.0, 3.0, 2.0, 1.0, -10.0]) / 100
"""The returns that quantopian/empyrical (tests/test_stats.py, mixed_returns) has its figures for, without the
first, which is unknown there.
"""
TO_365 = math.sqrt(365 / 252)
"""That authority reckons with 252 days a year."""
THARP = np.array([-1.0] * 7 + [-5.0] + [10.0] * 2)
"""The marbles of V. Tharp, Trade Your Way to Financial Freedom: seven of -1 R, one of -5, two of 10."""


def test_the_sharpe_ratio_is_that_of_another_library() -> None:
    assert performance.sharpe(EMPYRICAL) == pytest.approx(1.7238613961706866 * TO_365, rel=1e-12)


def test_the_sortino_ratio_is_that_of_another_library() -> None:
    assert performance.sortino(EMPYRICAL) == pytest.approx(2.605531251673693 * TO_365, rel=1e-12)


def test_the_sortino_ratio_is_that_of_a_published_example() -> None:
    # T. Rollinger and S. Hoffman, Sortino: A "Sharper" Ratio (Red Rock Capital): eight years, target 0.
    yearly = np.array([17.0, 15.0, 23.0, -5.0, 12.0, 9.0, 13.0, -4.0]) / 100
    assert (performance.sortino(yearly) or 0) / math.sqrt(365) == pytest.approx(4.417, abs=5e-4)


def test_the_deepest_fall_is_that_of_another_library() -> None:
    equity = np.cumprod(np.concatenate([[1.0], 1.0 + EMPYRICAL]))
    assert performance.max_drawdown(equity) == pytest.approx(0.1, rel=1e-12)


def test_expectancy_and_profit_factor_are_those_of_the_marble_game() -> None:
    assert performance.expectancy(THARP) == pytest.approx(0.8)
    assert performance.profit_factor(THARP) == pytest.approx(20 / 12)
    assert performance.win_rate(THARP) == pytest.approx(0.2)


def test_what_cannot_be_told_is_none_and_never_nought() -> None:
    nothing = np.array([])
    assert performance.max_drawdown(nothing) is None
    assert performance.max_drawdown(np.array([0.0, 1.0])) is None
    assert performance.sharpe(np.array([0.1])) is None
    assert performance.sharpe(np.full(20, 0.1)) is None
    assert performance.sortino(np.array([0.1, 0.2])) is None
    assert performance.profit_factor(np.array([3.0])) is None
    assert performance.win_rate(nothing) is None
    assert performance.expectancy(nothing) is None
    assert performance.roi(5.0, 0.0) is None
    assert performance.roi(5.0, 50.0) == 0.1
    told = performance.trading(nothing, seed=1)
    assert (told.win_rate, told.expectancy, told.profit_factor) == (None, None, None)


def test_no_return_follows_ruin() -> None:
    assert performance.returns(np.array([100.0, 50.0, 0.0, 25.0])).tolist() == [-0.5]


def test_fewer_than_ten_trades_have_figures_and_no_interval() -> None:
    told = performance.trading(THARP[:9], seed=1)
    assert told.expectancy == performance.Figure(value=-2 / 9)
    days = performance.returning(EMPYRICAL, seed=1)
    assert days.sharpe == performance.Figure(value=performance.sharpe(EMPYRICAL) or 0)


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    one, same, other = (performance.trading(THARP, seed=seed) for seed in (1, 1, 2))
    assert one == same != other


def test_an_interval_of_many_trades_is_the_one_that_mathematics_expects() -> None:
    # The mean of n draws lies within 1.96 deviations over the root of n: the central limit theorem.
    drawn = np.random.default_rng(3).normal(0.5, 2.0, 1_000)
    found = performance.trading(drawn, seed=1).expectancy
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 2.0 / math.sqrt(1_000), rel=0.1)
    assert found.low < 0.5 < found.high


def test_days_that_come_in_runs_have_a_wider_interval_than_the_same_days_shuffled() -> None:
    shocks = np.random.default_rng(5).normal(0, 0.01, 400)
    runs = np.convolve(shocks, np.ones(8) / 8, mode="valid") + 0.001
    shuffled = np.random.default_rng(6).permutation(runs)
    assert width(runs) > 1.3 * width(shuffled)


def width(daily: Floats) -> float:
    found = performance.returning(daily, seed=1).sharpe
    assert found is not None
    assert found.high is not None
    assert found.low is not None
    return found.high - found.low


@given(st.lists(st.floats(-100, 100).map(lambda value: round(value, 2)), min_size=10, max_size=40))
def test_figures_of_trades_do_not_depend_on_the_unit_of_money(profits: list[float]) -> None:
    told = performance.trading(np.array(profits), seed=1)
    in_cents = performance.trading(np.array(profits) * 128, seed=1)
    assert told.win_rate == in_cents.win_rate
    if told.profit_factor is not None and in_cents.profit_factor is not None:
        assert in_cents.profit_factor.value == pytest.approx(told.profit_factor.value)


@given(st.lists(st.floats(1, 1_000), min_size=1, max_size=30), st.floats(1, 1_000))
def test_the_deepest_fall_only_ever_deepens(marks: list[float], more: float) -> None:
    before, after = (performance.max_drawdown(np.array(one)) for one in (marks, [*marks, more]))
    assert before is not None
    assert after is not None
    assert 0 <= before <= after < 1
