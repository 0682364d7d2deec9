from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS
from structure_stage import HOUR_MS, hours

from analytics.fibonacci.legs import Leg, Point
from analytics.fibonacci.levels import Level, extensions, fan, projections, retracements, standing
from analytics.fibonacci.ratios import EXTENSIONS, RETRACEMENTS, numbers, weight
from analytics.fibonacci.timing import time_zones

GOLDEN = (1 + math.sqrt(5)) / 2
PRICES = st.floats(0.001, 100_000)
SCALE = st.booleans()


def leg(start: float, end: float, *, first: int = 0, last: int = 10) -> Leg:
    return Leg(start=point(start, first), end=point(end, last))


def point(price: float, position: int) -> Point:
    return Point(position=position, time_ms=MIDNIGHT_MS + position * HOUR_MS, price=price)


def by_ratio(levels: tuple[Level, ...]) -> dict[float, float]:
    return {level.ratio: level.price for level in levels}


def test_the_ratios_follow_from_the_golden_one() -> None:
    expected = {
        0.236: GOLDEN**-3,
        0.382: GOLDEN**-2,
        0.618: 1 / GOLDEN,
        0.786: GOLDEN**-0.5,
        0.886: GOLDEN**-0.25,
        1.272: GOLDEN**0.5,
        1.414: 2**0.5,
        1.618: GOLDEN,
        2.618: GOLDEN**2,
        4.236: GOLDEN**3,
    }
    assert expected.keys() <= {*RETRACEMENTS, *EXTENSIONS}
    for ratio, value in expected.items():
        assert ratio == pytest.approx(value, abs=0.001)


def test_every_ratio_weighs_something_and_none_more_than_the_golden_one() -> None:
    assert all(0 < weight(ratio) <= weight(0.618) == 1 for ratio in (*RETRACEMENTS, *EXTENSIONS, 0.4142))


def test_the_fall_back_of_a_rise_is_that_of_the_handbook() -> None:
    """Source: Mark Andrew Lim, The Handbook of Technical Analysis (2015), 10.4.3: a rise from $59 to $99."""
    found = by_ratio(retracements(leg(59, 99), is_log=False))
    assert found[0.236] == pytest.approx(99 - 40 * 0.236)
    assert (found[0.0], found[0.5], found[1.0]) == (99, 79, 59)


def test_the_recovery_of_a_fall_is_that_of_the_handbook() -> None:
    """Source: the same, 10.4.2: a range of $30 above a trough at $48 gives $63.00 and $66.54."""
    found = by_ratio(retracements(leg(78, 48), is_log=False))
    assert found[0.5] == pytest.approx(63.00)
    assert found[0.618] == pytest.approx(66.54)


def test_an_extension_is_a_multiple_of_the_leg_from_its_start() -> None:
    """By hand: 100 + 1.618 * 50 and 100 + 4.236 * 50."""
    found = by_ratio(extensions(leg(100, 150), is_log=False))
    assert found[1.618] == pytest.approx(180.9)
    assert found[4.236] == pytest.approx(311.8)


def test_a_projection_is_a_multiple_of_the_leg_from_the_third_point() -> None:
    """By hand: the leg from 100 to 120 from 110 on, and its fall from 120 to 100 from 110 on."""
    up = by_ratio(projections(leg(100, 120), point(110, 20), is_log=False))
    down = by_ratio(projections(leg(120, 100), point(110, 20), is_log=False))
    assert (up[1.0], up[0.618], up[2.618]) == pytest.approx((130, 122.36, 162.36))
    assert (down[1.0], down[0.618]) == pytest.approx((90, 97.64))


def test_on_the_log_scale_half_of_a_fourfold_rise_is_a_doubling() -> None:
    assert by_ratio(retracements(leg(100, 400), is_log=True))[0.5] == pytest.approx(200)
    assert by_ratio(extensions(leg(100, 400), is_log=True))[2.0] == pytest.approx(1600)
    assert by_ratio(projections(leg(100, 400), point(200, 20), is_log=True))[1.0] == pytest.approx(800)
    assert by_ratio(fan(leg(100, 400), 5, is_log=True))[0.5] == pytest.approx(100 * 2**0.5)


def test_a_move_is_long_from_one_and_a_half_times_its_low() -> None:
    assert leg(100, 150).is_long
    assert leg(150, 100).is_long
    assert not leg(100, 149.9).is_long


def test_what_would_lie_at_or_below_zero_is_no_level() -> None:
    """By hand: 100 - 1.618 * 50 is 19.1, and 100 - 2 * 50 is 0."""
    assert by_ratio(extensions(leg(100, 50), is_log=False)).keys() == {1.272, 1.414, 1.618}
    assert len(extensions(leg(100, 50), is_log=True)) == len(EXTENSIONS)
    assert all(level.price > 0 for level in projections(leg(100, 50), point(60, 20), is_log=False))


@given(start=PRICES, end=PRICES, is_log=SCALE)
@settings(max_examples=60)
def test_retracements_lie_in_order_between_the_ends_of_the_leg(
    start: float, end: float, *, is_log: bool
) -> None:
    assume(abs(start / end - 1) > 1e-9)
    found = retracements(leg(start, end), is_log=is_log)
    assert [level.ratio for level in found] == sorted(RETRACEMENTS, reverse=end > start)
    assert (found[0].price, found[-1].price) == (min(start, end), max(start, end))


@given(start=st.floats(1, 1_000), end=st.floats(1, 1_000), factor=st.floats(0.001, 1_000), is_log=SCALE)
@settings(max_examples=60)
def test_levels_do_not_depend_on_the_unit_of_price(
    start: float, end: float, factor: float, *, is_log: bool
) -> None:
    assume(abs(start - end) > 0.01)
    for find in (retracements, extensions):
        one = by_ratio(find(leg(start, end), is_log=is_log))
        scaled = by_ratio(find(leg(start * factor, end * factor), is_log=is_log))
        for ratio in one.keys() & scaled.keys():
            assert scaled[ratio] == pytest.approx(one[ratio] * factor, rel=1e-9, abs=1e-9 * factor * 1_000)


@given(start=st.floats(100, 1_000), end=st.floats(100, 1_000), shift=st.floats(0, 10_000))
@settings(max_examples=60)
def test_linear_retracements_move_with_the_price(start: float, end: float, shift: float) -> None:
    assume(start + shift != end + shift)
    one = by_ratio(retracements(leg(start, end), is_log=False))
    moved = by_ratio(retracements(leg(start + shift, end + shift), is_log=False))
    assert all(moved[ratio] == pytest.approx(price + shift, rel=1e-9) for ratio, price in one.items())


def test_a_fan_goes_from_the_start_through_the_retracements_at_the_end() -> None:
    """By hand: at the end of the leg the lines are its retracements; twice as far, twice as high."""
    rise = leg(100, 120, first=5, last=15)
    at_the_end = by_ratio(fan(rise, 15, is_log=False))
    assert at_the_end == pytest.approx({0.236: 115.28, 0.382: 112.36, 0.5: 110, 0.618: 107.64, 0.786: 104.28})
    assert by_ratio(fan(rise, 25, is_log=False))[0.5] == pytest.approx(120)


def test_a_fan_line_that_has_left_every_level_is_left_out() -> None:
    """By hand: after 90 candles the line through a half is at 4.5 legs, beyond the last level's 4.236."""
    found = fan(leg(100, 120), 90, is_log=False)
    assert [level.ratio for level in found] == [0.786, 0.618]


def test_a_leg_within_a_candle_has_no_fan() -> None:
    assert fan(leg(100, 120, last=0), 30, is_log=False) == ()


def test_a_price_stands_between_its_neighbours_and_on_a_level_it_has_reached() -> None:
    levels = retracements(leg(100, 200), is_log=False)
    place = standing(150, levels)
    assert place.above is not None
    assert place.below is not None
    assert (place.above.ratio, place.below.ratio) == (0.382, 0.5)
    assert standing(99, levels).below is None
    assert standing(200, levels).above is None


def test_time_zones_count_in_fibonacci_numbers_and_go_on_after_the_last_candle() -> None:
    zones = time_zones(hours([100] * 10), leg(100, 120, first=2, last=4), ahead=2)
    assert [zone.number for zone in zones] == [1, 2, 3, 5, 8, 13]
    assert zones[3].time_ms == MIDNIGHT_MS + 7 * HOUR_MS


def test_each_fibonacci_number_is_the_sum_of_the_two_before() -> None:
    first = [number for number, _ in zip(numbers(), range(12), strict=False)]
    assert first == [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233]


def test_a_leg_without_a_move_or_with_its_end_first_is_refused() -> None:
    with pytest.raises(ValueError, match="starts and ends at 100"):
        leg(100, 100)
    with pytest.raises(ValueError, match="before its start"):
        leg(100, 120, first=3, last=2)
