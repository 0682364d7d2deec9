"""Golden numbers are of the papers that the functions name, or worked out by hand from their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.candles import Candles
from analytics.risk import (
    FEWEST_RETURNS,
    FEWEST_TRADES,
    Exposed,
    capped_kelly,
    correlated_exposure,
    correlation,
    fixed_fractional,
    kelly,
    losing_streak,
    range_share,
    targets,
)

HOUR = 3_600_000
MONEY = st.floats(1, 1e7)
SHARES = st.floats(0.0001, 1)
PRICES = st.floats(0.01, 1e6)


def closes(*prices: float, skip: tuple[int, ...] = ()) -> Candles:
    close = np.array(prices, np.float64)
    kept = np.array([at not in skip for at in range(len(prices))])
    arrays = dict.fromkeys(("open", "high", "low", "close"), close[kept])
    time = np.arange(len(prices), dtype=np.int64)[kept] * HOUR
    return Candles(step_ms=HOUR, time=time, volume=np.ones(kept.sum()), **arrays)


def walk(seed: int, count: int = 100) -> list[float]:
    return list(100 * np.exp(np.random.default_rng(seed).normal(0, 0.01, count).cumsum()))


def test_one_percent_of_ten_thousand_with_a_stop_fifty_away_is_two() -> None:
    """10,000 x 1 % = 100 to lose; 100 / 50 = 2."""
    assert fixed_fractional(equity=10_000, share=0.01, entry=1_000, stop=950) == pytest.approx(2)
    assert fixed_fractional(equity=10_000, share=0.01, entry=1_000, stop=1_050) == pytest.approx(2)
    assert fixed_fractional(equity=-1, share=0.01, entry=1_000, stop=950) == 0


@pytest.mark.parametrize(("entry", "stop", "share"), [(1.0, 1.0, 0.1), (1.0, 0.0, 0.1), (1.0, 2.0, 0.0)])
def test_a_stop_at_the_entry_gives_no_size(entry: float, stop: float, share: float) -> None:
    with pytest.raises(ValueError, match="no size"):
        fixed_fractional(equity=1, share=share, entry=entry, stop=stop)


@settings(max_examples=60, deadline=None)
@given(equity=MONEY, share=SHARES, entry=PRICES, factor=st.floats(0.5, 0.999))
def test_the_loss_at_the_stop_is_never_more_than_was_wanted(
    equity: float, share: float, entry: float, factor: float
) -> None:
    stop = entry * factor
    amount = fixed_fractional(equity=equity, share=share, entry=entry, stop=stop)
    assert amount * (entry - stop) <= equity * share * (1 + 1e-14)


@settings(max_examples=40, deadline=None)
@given(equity=MONEY, share=SHARES, entry=PRICES, factor=st.floats(0.5, 0.99), scale=st.floats(0.01, 100))
def test_prices_in_another_unit_make_another_amount_and_the_same_risk(
    equity: float, share: float, entry: float, factor: float, scale: float
) -> None:
    one = fixed_fractional(equity=equity, share=share, entry=entry, stop=entry * factor)
    other = fixed_fractional(equity=equity, share=share, entry=entry * scale, stop=entry * factor * scale)
    assert other * scale == pytest.approx(one)


@settings(max_examples=40, deadline=None)
@given(equity=MONEY, share=SHARES, entry=PRICES, near=st.floats(0.8, 0.99), more=st.floats(1.01, 5))
def test_a_nearer_stop_or_more_equity_never_makes_a_smaller_size(
    equity: float, share: float, entry: float, near: float, more: float
) -> None:
    size = fixed_fractional(equity=equity, share=share, entry=entry, stop=entry * near)
    assert fixed_fractional(equity=equity * more, share=share, entry=entry, stop=entry * near) >= size
    assert fixed_fractional(equity=equity, share=share, entry=entry, stop=entry * near / more) <= size


def test_kelly_s_fraction_is_that_of_the_papers() -> None:
    """Kelly 1956: at even odds 2p - 1. Thorp 2006, example 2.1: p = 0.53 at even odds gives 0.06."""
    assert kelly(win_share=0.53, payoff=1) == pytest.approx(0.06)
    assert kelly(win_share=0.5, payoff=2) == pytest.approx(0.25)
    assert kelly(win_share=0.3, payoff=1) == pytest.approx(-0.4)
    with pytest.raises(ValueError, match="no Kelly"):
        kelly(win_share=0.5, payoff=0)


@settings(max_examples=30, deadline=None)
@given(win_share=st.floats(0.05, 0.95), payoff=st.floats(0.2, 5), other=st.floats(0.001, 0.99))
def test_no_other_fraction_grows_faster_than_kelly_s(win_share: float, payoff: float, other: float) -> None:
    def growth(fraction: float) -> float:
        return win_share * math.log(1 + payoff * fraction) + (1 - win_share) * math.log(1 - fraction)

    assert growth(max(0.0, kelly(win_share=win_share, payoff=payoff))) >= growth(other) - 1e-12


def test_only_a_capped_half_of_kelly_is_taken_and_only_of_enough_trades() -> None:
    """53 of 100 at even odds: half of 0.06."""
    assert capped_kelly([1.0] * 53 + [-1.0] * 47) == pytest.approx(0.03)
    assert capped_kelly([2.0] * 60 + [-1.0] * 40) == 0.05
    assert capped_kelly([1.0] * 40 + [-1.0] * 60) == 0
    assert capped_kelly([1.0] * 10 + [-1.0] * (FEWEST_TRADES - 11)) is None
    assert capped_kelly([1.0] * 99) is None
    assert capped_kelly([0.0] * 99) is None


def test_correlation_is_numpy_s_of_the_returns() -> None:
    one, other = walk(1), walk(2)
    expected = np.corrcoef(np.diff(np.log(one)), np.diff(np.log(other)))[0, 1]
    assert correlation(closes(*one), closes(*other)) == pytest.approx(expected)
    assert correlation(closes(*one), closes(*one)) == pytest.approx(1)
    assert correlation(closes(*one), closes(*(1 / price for price in one))) == pytest.approx(-1)


def test_only_returns_between_neighbours_that_both_have_count() -> None:
    one, other = walk(1), walk(2)
    returns = np.diff(np.log([one, other]))
    kept = np.delete(returns, [9, 10], axis=1)
    gap = closes(*other, skip=(10,))
    assert correlation(closes(*one), gap) == pytest.approx(np.corrcoef(kept)[0, 1])


def test_a_correlation_of_too_little_or_of_nothing_is_not_told() -> None:
    few = walk(1, FEWEST_RETURNS)
    assert correlation(closes(*few), closes(*few)) is None
    assert correlation(closes(*walk(1)), closes(*[5.0] * 100)) is None


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.001, 1000), seed=st.integers(0, 99))
def test_the_unit_of_a_price_does_not_change_its_correlation(scale: float, seed: int) -> None:
    one, other = walk(seed), walk(seed + 100)
    scaled = closes(*(price * scale for price in one))
    assert correlation(scaled, closes(*other)) == pytest.approx(correlation(closes(*one), closes(*other)))


def test_exposure_counts_what_moves_along_and_nothing_as_relief() -> None:
    """1 + 0.5 x 2 + (-1) x (-0.8) x 1 = 2.8; the short that moves along relieves nothing."""
    others = [Exposed(2, 0.5), Exposed(-1, -0.8), Exposed(-3, 0.9)]
    assert correlated_exposure(1, others) == pytest.approx(2.8)
    assert correlated_exposure(-1, others) == pytest.approx(1 + 2.7)


def test_the_range_as_a_share_of_the_close() -> None:
    """Each of 30 candles spans 99 to 101 and closes at 100: the range is 2, the share 2 %."""
    flat = closes(*[100.0] * 30)
    spread = Candles(
        step_ms=HOUR,
        time=flat.time,
        open=flat.open,
        high=flat.high + 1,
        low=flat.low - 1,
        close=flat.close,
        volume=flat.volume,
    )
    assert range_share(spread) == pytest.approx(0.02)
    assert range_share(flat) is None


@pytest.mark.parametrize(
    ("results", "streak"), [([], 0), ([-1, -1], 2), ([-1, 1, -1], 1), ([-1, 0], 0), ([1, -1, -2, -3], 3)]
)
def test_a_streak_is_of_the_newest_losses(results: list[float], streak: int) -> None:
    assert losing_streak(results) == streak


def test_targets_are_multiples_of_the_stop_s_distance() -> None:
    assert targets(entry=100, stop=90) == (110, 120, 130)
    assert targets(entry=100, stop=105) == (95, 90, 85)
