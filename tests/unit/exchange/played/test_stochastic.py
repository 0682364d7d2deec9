from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.candles import Floats
from services.exchange.played.stochastic import LogBars, StochasticMarket, Temper

MINUTE_MS = 60_000
SEEDS = (1, 2, 3)
LEADERS = (
    Temper(volatility=0.02, turnover=100.0, coupling=0.87),
    Temper(volatility=0.04, turnover=9_000.0, coupling=0.87),
)
FOLLOWER = Temper(volatility=0.0, turnover=10.0, coupling=0.0, follows=0)


def grown(seed: int, count: int, *tempers: Temper) -> LogBars:
    return StochasticMarket(tempers or LEADERS, np.random.default_rng(seed)).grow(count, MINUTE_MS)


def returns_of(bars: LogBars, market: int = 0) -> Floats:
    return bars.close[:, market] - bars.open[:, market]


def autocorrelation(values: Floats, lag: int) -> float:
    return float(np.corrcoef(values[:-lag], values[lag:])[0, 1])


@pytest.fixture(scope="module", params=SEEDS)
def week(request: pytest.FixtureRequest) -> LogBars:
    """A week of minutes of two markets that lead and one that follows."""
    return grown(request.param, 10_080, *LEADERS, FOLLOWER)


def test_loud_minutes_follow_loud_minutes(week: LogBars) -> None:
    """Cont (2001): absolute returns stay correlated over many lags while returns themselves are not."""
    returns = returns_of(week)
    for lag in (1, 5, 20):
        assert autocorrelation(np.abs(returns), lag) > 0.08
        assert abs(autocorrelation(returns, lag)) < 0.08
        assert autocorrelation(np.abs(returns), lag) > abs(autocorrelation(returns, lag))


def test_far_moves_are_more_frequent_than_a_normal_distribution_has_them(week: LogBars) -> None:
    returns = returns_of(week)
    standard = (returns - returns.mean()) / returns.std()
    assert float(np.mean(standard**4)) > 4.5
    assert float(np.mean(np.abs(standard) > 4)) > 10 * 6.3e-5


def test_the_volatility_of_a_day_is_what_was_asked_for(week: LogBars) -> None:
    for market, temper in enumerate(LEADERS):
        daily = float(np.std(returns_of(week, market))) * np.sqrt(1_440)
        assert 0.6 * temper.volatility < daily < 1.7 * temper.volatility


def test_markets_move_together_as_far_as_they_are_coupled(week: LogBars) -> None:
    """Two couplings of 0.87 make a correlation of 0.76."""
    found = float(np.corrcoef(returns_of(week, 0), returns_of(week, 1))[0, 1])
    assert 0.6 < found < 0.92


def test_markets_without_coupling_move_apart() -> None:
    alone = [Temper(volatility=0.02, turnover=1.0, coupling=0.0)] * 2
    bars = grown(4, 10_080, *alone)
    assert abs(float(np.corrcoef(returns_of(bars, 0), returns_of(bars, 1))[0, 1])) < 0.35


def test_a_follower_stays_near_its_leader(week: LogBars) -> None:
    basis = week.close[:, 2] - week.close[:, 0]
    assert 0 < float(np.abs(basis).max()) < 0.001


def test_a_bar_opens_where_the_one_before_closed_and_holds_its_prices(week: LogBars) -> None:
    assert np.allclose(week.open[1:], week.close[:-1], atol=1e-12)
    assert np.all(week.high >= np.maximum(week.open, week.close))
    assert np.all(week.low <= np.minimum(week.open, week.close))
    assert np.all(week.volume > 0)


def test_more_is_traded_in_loud_minutes(week: LogBars) -> None:
    range_ = week.high[:, 0] - week.low[:, 0]
    loud = range_ > np.quantile(range_, 0.9)
    assert week.volume[loud, 0].mean() > 1.5 * week.volume[~loud, 0].mean()


def test_ten_times_longer_bars_are_louder_by_the_root_of_ten() -> None:
    short, long = (
        StochasticMarket(LEADERS, np.random.default_rng(5)).grow(5_000, step) for step in (60_000, 600_000)
    )
    ratio = float(np.std(returns_of(long)) / np.std(returns_of(short)))
    assert ratio == pytest.approx(np.sqrt(10), rel=0.02)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 80))
def test_growing_in_two_pieces_gives_the_same_as_growing_at_once(seed: int, cut: int) -> None:
    at_once = grown(seed, 80, *LEADERS, FOLLOWER)
    market = StochasticMarket((*LEADERS, FOLLOWER), np.random.default_rng(seed))
    pieces = [market.grow(cut, MINUTE_MS), market.grow(80 - cut, MINUTE_MS)]
    for name in ("open", "high", "low", "close", "volume"):
        joined = np.concatenate([getattr(piece, name) for piece in pieces])
        assert np.allclose(joined, getattr(at_once, name), rtol=1e-12, atol=1e-14)


def test_another_seed_gives_another_market() -> None:
    assert not np.allclose(grown(1, 50).close, grown(2, 50).close)


def test_a_rebased_market_goes_on_from_the_levels_it_was_given() -> None:
    market = StochasticMarket((*LEADERS, FOLLOWER), np.random.default_rng(1))
    market.grow(100, MINUTE_MS)
    levels = np.log([105_000.0, 2_400.0, 105_010.0])
    market.rebase(levels)
    assert np.allclose(market.grow(1, MINUTE_MS).open[0], levels)


def longest_fall(bars: LogBars) -> float:
    """How much of its price the market lost at worst within half an hour."""
    return float((bars.close[30:, 0] - bars.close[:-30, 0]).min())


def calm_share(bars: LogBars) -> float:
    """The share of half hours in which the market moved less than a third of a usual half hour."""
    moves = np.abs(bars.close[30::30, 0] - bars.close[:-30:30, 0])
    return float(np.mean(moves < 0.33 * 0.02 * np.sqrt(30 / 1_440)))


@pytest.mark.parametrize(
    ("measure", "is_shown"), [(longest_fall, lambda v: v < -0.012), (calm_share, lambda v: v > 0.2)]
)
def test_a_week_knows_panic_and_calm(
    week: LogBars, measure: Callable[[LogBars], float], is_shown: Callable[[float], bool]
) -> None:
    assert is_shown(measure(week))
