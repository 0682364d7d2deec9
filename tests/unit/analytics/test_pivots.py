"""Golden numbers are worked out by hand from the formulas of https://www.tradingview.com/support/solutions/43000521824/.

Yesterday opened at 102, rose to 110, fell to 98 and closed at 104: the range is 12 and the typical price 104.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from indicator_stage import whole_ticks

from analytics.candles import empty, resample, timeframe_ms
from analytics.pivots import METHODS, Period, Pivots, camarilla, demark, every, fibonacci, standard, woodie

YESTERDAY = Period(open=102.0, high=110.0, low=98.0, close=104.0)


def rows(pivots: Pivots) -> list[float]:
    """From the lowest support to the highest resistance."""
    return [*reversed(pivots.supports), pivots.pivot, *pivots.resistances]


def test_the_standard_pivots_are_the_traditional_ones() -> None:
    assert rows(standard(YESTERDAY)) == pytest.approx([86, 92, 98, 104, 110, 116, 122])


def test_the_standard_pivots_of_a_close_off_the_middle() -> None:
    """P = (110 + 98 + 107) / 3 = 105."""
    period = Period(open=102.0, high=110.0, low=98.0, close=107.0)
    assert rows(standard(period)) == pytest.approx([88, 93, 100, 105, 112, 117, 124])


def test_the_fibonacci_pivots_are_shares_of_the_range_round_the_typical_price() -> None:
    by_hand = [92, 96.584, 99.416, 104, 108.584, 111.416, 116]
    assert rows(fibonacci(YESTERDAY)) == pytest.approx(by_hand)


def test_the_camarilla_pivots_stand_round_the_close() -> None:
    """1.1 x 12 = 13.2: a twelfth is 1.1, a sixth 2.2, a quarter 3.3, a half 6.6. P = 315 / 3 = 105."""
    period = Period(open=102.0, high=110.0, low=98.0, close=107.0)
    by_hand = [100.4, 103.7, 104.8, 105.9, 105, 108.1, 109.2, 110.3, 113.6]
    assert rows(camarilla(period)) == pytest.approx(by_hand)


def test_woodie_s_pivots_count_today_s_open_twice() -> None:
    """P = (110 + 98 + 2 x 106) / 4 = 105."""
    by_hand = [76, 88, 93, 100, 105, 112, 117, 124, 136]
    assert rows(woodie(YESTERDAY, 106.0)) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("close", "by_hand"),
    [
        (104.0, [101.0, 105.5, 113.0]),  # rose: X = 2 x 110 + 98 + 104 = 422
        (100.0, [93.0, 101.5, 105.0]),  # fell: X = 110 + 2 x 98 + 100 = 406
        (102.0, [96.0, 103.0, 108.0]),  # neither: X = 110 + 98 + 2 x 102 = 412
    ],
)
def test_demark_s_pivots_depend_on_how_the_period_went(close: float, by_hand: list[float]) -> None:
    assert rows(demark(Period(open=102.0, high=110.0, low=98.0, close=close))) == pytest.approx(by_hand)


def test_every_method_is_there_once_today_s_open_is_known() -> None:
    assert tuple(one.method for one in every(YESTERDAY, 106.0)) == METHODS
    assert [one.method for one in every(YESTERDAY)] == [method for method in METHODS if method != "woodie"]


def test_a_period_is_made_of_its_candles() -> None:
    hours = whole_ticks(24, seed=5)
    day = resample(hours, timeframe_ms("1d"))
    assert Period.of(hours) == Period.of(day)
    with pytest.raises(ValueError, match="no candle to make a period of"):
        Period.of(empty(timeframe_ms("1h")))


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ((102.0, 101.0, 98.0, 100.0), "do not enclose"),
        ((102.0, 110.0, 103.0, 104.0), "do not enclose"),
        ((102.0, 110.0, 0.0, 104.0), "expected positive numbers"),
        ((102.0, float("nan"), 98.0, 104.0), "expected positive numbers"),
    ],
)
def test_a_period_that_cannot_be_is_refused(prices: tuple[float, float, float, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Period(open=prices[0], high=prices[1], low=prices[2], close=prices[3])


@settings(max_examples=30)
@given(
    prices=st.lists(st.integers(1, 10_000), min_size=4, max_size=4),
    share=st.floats(0, 1),
    times=st.sampled_from([10.0, 0.001]),
    plus=st.integers(0, 1_000),
)
def test_levels_are_in_order_and_move_with_the_prices(
    prices: list[int], share: float, times: float, plus: int
) -> None:
    """Where a market never closes, a period opens within the range of the one before."""
    low, first, last, high = sorted(prices)
    opened = low + share * (high - low)
    plain = every(Period(open=first, high=high, low=low, close=last), opened)

    def put(price: float) -> float:
        return price * times + plus

    moved = every(Period(open=put(first), high=put(high), low=put(low), close=put(last)), put(opened))
    for before, after in zip(plain, moved, strict=True):
        assert rows(after) == pytest.approx([put(level) for level in rows(before)], rel=1e-9, abs=1e-6)
        assert list(before.resistances) == pytest.approx(sorted(before.resistances))
        assert list(before.supports) == pytest.approx(sorted(before.supports, reverse=True))
