from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS
from structure_stage import HOUR_MS, WALKS, hours, known_by, times, walk

from analytics.candles import Candles
from analytics.fibonacci.legs import (
    Leg,
    Point,
    auto_leg,
    dominant_leg,
    leg_between_moments,
    leg_between_prices,
    pullback,
)
from analytics.structure.swings import zigzag


def path(*corners: int) -> list[float]:
    """Prices one apart from corner to corner, after a calm beginning that lets the average range settle."""
    calm = [float(corners[0])] * 15
    for one, other in itertools.pairwise(corners):
        step = 1 if other > one else -1
        calm += [float(price) for price in range(one + step, other + step, step)]
    return calm


def ends(leg: Leg | None) -> tuple[float, float] | None:
    return None if leg is None else (leg.start.price, leg.end.price)


def test_the_dominant_leg_goes_through_the_small_turns_of_a_rise() -> None:
    """By hand: 100 to 150 with a pullback on the way; the last turn down came back only a little."""
    candles = hours(path(100, 130, 120, 150, 140))
    assert ends(auto_leg(candles)) == (99.5, 150.5)


def test_a_leg_that_price_took_back_is_out_of_play() -> None:
    """By hand: 100 to 110 was broken by the fall to 70, of which 80 to 70 is no more than the end."""
    assert ends(auto_leg(hours(path(100, 110, 70, 80)))) == (110.5, 69.5)


def test_a_leg_that_price_went_far_beyond_is_spent_and_where_none_is_in_play_the_last_one_stands() -> None:
    """By hand: 1.618 times the rise from 99.5 to 130.5 is 154.3 on the log scale; the fall was taken back."""
    assert ends(auto_leg(hours(path(100, 130, 110, 150)))) == (99.5, 130.5)
    assert ends(auto_leg(hours(path(100, 130, 110, 185)))) == (130.5, 109.5)


def test_an_old_leg_gives_way_to_a_smaller_new_one() -> None:
    """By hand: ln 2 is halved three times and more in 440 candles, to less than ln 1.2 at an age of 8."""
    ages = path(100, 200, 150) + [150.0] * 400 + path(150, 180, 172)[15:]
    candles = hours(ages, half=1.0)
    assert ends(dominant_leg(candles, zigzag(candles), half_life=1e9)) == (99.0, 201.0)
    newer = dominant_leg(candles, zigzag(candles), half_life=140.0)
    assert newer is not None
    assert newer.end.price == 181.0


def test_without_two_turns_there_is_no_leg() -> None:
    assert auto_leg(hours(path(100, 110))) is None
    assert auto_leg(hours([100])) is None


def test_a_leg_says_when_its_end_was_known() -> None:
    candles = hours(path(100, 120, 110))
    leg = auto_leg(candles)
    assert leg is not None
    assert leg.known_at is not None
    assert leg.end.position < leg.known_at < len(candles)
    assert leg.known_ms == MIDNIGHT_MS + (leg.known_at + 1) * HOUR_MS
    assert leg.end.time_ms == MIDNIGHT_MS + leg.end.position * HOUR_MS
    assert leg.is_up


@given(candles=WALKS, share=st.floats(0, 1))
@settings(max_examples=40)
def test_a_leg_needs_nothing_that_was_not_known_at_the_last_candle(candles: Candles, share: float) -> None:
    prefix = candles.slice(0, round(share * len(candles)))
    known = known_by(zigzag(candles), len(prefix) - 1)
    assert dominant_leg(prefix, known) == auto_leg(prefix)


@given(candles=WALKS, power=st.integers(-6, 6))
@settings(max_examples=30)
def test_a_leg_does_not_depend_on_the_unit_of_price(candles: Candles, power: int) -> None:
    one, scaled = auto_leg(candles), auto_leg(times(candles, 2.0**power))
    assert (one is None) == (scaled is None)
    if one is not None and scaled is not None:
        assert scaled.start.price == one.start.price * 2.0**power
        assert (scaled.start.position, scaled.known_at) == (one.start.position, one.known_at)


@given(candles=WALKS)
@settings(max_examples=40)
def test_no_turn_within_a_leg_lies_beyond_its_ends(candles: Candles) -> None:
    turns = zigzag(candles, 1.0)
    leg = dominant_leg(candles, turns)
    if leg is not None:
        within = (turns.position >= leg.start.position) & (turns.position <= leg.end.position)
        low, high = sorted((leg.start.price, leg.end.price))
        assert low == turns.price[within].min()
        assert high == turns.price[within].max()


def test_between_two_moments_the_leg_has_the_extremes_of_the_span_whichever_comes_first() -> None:
    candles = hours([100, 110, 105, 90, 95, 120])
    start, end = MIDNIGHT_MS, MIDNIGHT_MS + 4 * HOUR_MS + 5
    fall = leg_between_moments(candles, start, end)
    assert (fall.start.price, fall.end.price, fall.known_at) == (110.5, 89.5, None)
    assert leg_between_moments(candles, end, start) == fall
    assert ends(leg_between_moments(candles, start + 3 * HOUR_MS, end + HOUR_MS)) == (89.5, 120.5)


def test_within_one_candle_the_leg_goes_as_the_candle_did() -> None:
    candles = walk([(5, 1, 1), (-5, 1, 1)])
    assert ends(leg_between_moments(candles, MIDNIGHT_MS + 5, MIDNIGHT_MS + 9)) == (1999, 2006)
    second = MIDNIGHT_MS + HOUR_MS
    assert ends(leg_between_moments(candles, second, second)) == (2006, 1999)


def test_a_span_without_candles_or_without_a_move_has_no_leg() -> None:
    candles = hours([100, 100], half=0.0)
    with pytest.raises(ValueError, match="no candle between"):
        leg_between_moments(candles, MIDNIGHT_MS + 9 * HOUR_MS, MIDNIGHT_MS + 10 * HOUR_MS)
    with pytest.raises(ValueError, match="no move"):
        leg_between_moments(candles, MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS)


def test_between_two_prices_the_leg_is_the_last_way_from_one_to_the_other() -> None:
    candles = hours(path(100, 120, 100, 125, 110))
    rise = leg_between_prices(candles, 100.3, 125)
    assert (rise.start.position, rise.end.position) == (15 + 39, 15 + 39 + 25)
    assert ends(rise) == (100.3, 125)
    assert ends(leg_between_prices(candles, 124, 111)) == (124, 111)


def test_prices_that_were_not_reached_or_not_in_that_order_have_no_leg() -> None:
    candles = hours(path(100, 120))
    with pytest.raises(ValueError, match="no candle reached 500"):
        leg_between_prices(candles, 100, 500)
    with pytest.raises(ValueError, match="did not go from 120 to 110"):
        leg_between_prices(candles, 120, 110)


def test_the_pullback_ends_where_price_turned_before_it_went_on() -> None:
    candles = hours(path(100, 120, 112, 125, 105))
    rise = Leg(start=_at(candles, 14, 99.5), end=_at(candles, 34, 120.5))
    found = pullback(candles, rise)
    assert found is not None
    assert (found.position, found.price) == (42, 111.5)


def test_the_pullback_of_a_fall_is_a_high() -> None:
    candles = hours(path(120, 100, 108, 104))
    fall = Leg(start=_at(candles, 14, 120.5), end=_at(candles, 34, 99.5))
    found = pullback(candles, fall)
    assert found is not None
    assert found.price == 108.5


def test_there_is_no_pullback_of_a_leg_that_just_ended_or_was_taken_back_whole() -> None:
    candles = hours(path(100, 120, 98))
    rise = Leg(start=_at(candles, 14, 99.5), end=_at(candles, 34, 120.5))
    assert pullback(candles, rise) is None
    assert pullback(candles.slice(0, 35), rise) is None
    assert pullback(candles.slice(0, 36), rise) == _at(candles, 35, 118.5)


def _at(candles: Candles, position: int, price: float) -> Point:
    return Point(position=position, time_ms=int(candles.time[position]), price=price)
