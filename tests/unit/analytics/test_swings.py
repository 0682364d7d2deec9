from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structure_stage import WALKS, hours, known_by, times, walk

from analytics.candles import Candles, empty
from analytics.structure.ranges import average_range, last_range
from analytics.structure.swings import Swings, fractals, zigzag

Row = tuple[int, float, bool, int]


def rows(swings: Swings) -> list[Row]:
    columns = (swings.position, swings.price, swings.is_high, swings.known_at)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_zigzag_turns_where_price_came_back_by_the_multiple_and_says_when_it_was_known() -> None:
    """By hand: steps of 1 and a range of 1 make a true range of 1.5, so price has to come back 3."""
    candles = hours([10, 11, 12, 11, 10, 9, 8, 9, 10, 11])
    assert rows(zigzag(candles, multiple=2.0, length=1)) == [
        (0, 9.5, False, 2),
        (2, 12.5, True, 4),
        (6, 7.5, False, 8),
    ]


def test_what_has_not_come_back_far_enough_is_no_turn_yet() -> None:
    candles = hours([10, 11, 12, 11, 10, 9, 8, 9])
    assert rows(zigzag(candles, multiple=2.0, length=1))[-1] == (2, 12.5, True, 4)


def test_breaking_the_last_turn_confirms_one_from_which_price_came_back_too_little() -> None:
    """By hand: the last candle has a range of 21, so that 42 would be needed, but 2,020 was the last high."""
    candles = walk([(10, 0, 0), (10, 0, 0), (-10, 0, 0), (-10, 0, 0), (21, 0, 0)])
    assert rows(zigzag(candles, multiple=2.0, length=1)) == [
        (0, 2000.0, False, 1),
        (1, 2020.0, True, 3),
        (3, 2000.0, False, 4),
    ]


def test_a_fractal_stands_above_two_neighbours_on_either_side_and_is_known_two_candles_later() -> None:
    """By hand: the second 13 has an equal neighbour but one, and is none; 9 is the only low of five."""
    candles = hours([10, 11, 13, 12, 9, 12, 13, 12, 13, 11])
    assert rows(fractals(candles)) == [(2, 13.5, True, 4), (4, 8.5, False, 6)]


def test_a_candle_may_be_a_high_and_a_low_fractal_at_once() -> None:
    candles = walk([(0, 1, 1), (0, 1, 1), (0, 5, 5), (0, 1, 1), (0, 1, 1)])
    assert rows(fractals(candles)) == [(2, 2005.0, True, 4), (2, 1995.0, False, 4)]


def test_a_fractal_of_no_neighbours_is_refused() -> None:
    with pytest.raises(ValueError, match="a span of 0 candles"):
        fractals(hours([1, 2, 3]), span=0)


@pytest.mark.parametrize("candles", [empty(3_600_000), hours([10]), hours([10, 11, 12])])
def test_too_few_candles_have_no_turns(candles: Candles) -> None:
    assert rows(zigzag(candles)) == rows(fractals(candles)) == []


def test_a_price_that_does_not_move_has_no_range_to_measure_by() -> None:
    still = hours([10] * 40, half=0.0)
    assert np.isnan(average_range(still)).all()
    assert last_range(still) is None
    assert len(zigzag(still)) == 0


def test_the_last_range_of_even_candles_is_their_height() -> None:
    assert last_range(hours([10] * 20)) == pytest.approx(1.0)
    assert last_range(hours([10] * 5)) is None


@given(candles=WALKS, length=st.integers(1, 14), multiple=st.sampled_from([1.0, 2.0, 3.0]))
@settings(max_examples=60)
def test_highs_and_lows_of_a_zigzag_alternate_and_each_is_the_extreme_of_its_way(
    candles: Candles, length: int, multiple: float
) -> None:
    turns = rows(zigzag(candles, multiple, length))
    before = -1
    for position, price, is_high, known_at in turns:
        assert before < position < known_at < len(candles)
        way = slice(before + 1, known_at + 1)
        assert price == (candles.high[way].max() if is_high else candles.low[way].min())
        before = position
    for (_, one, one_is_high, _), (_, other, other_is_high, _) in itertools.pairwise(turns):
        assert one_is_high != other_is_high
        assert (one > other) == one_is_high


@given(candles=WALKS, share=st.floats(0, 1), length=st.integers(1, 14))
@settings(max_examples=60)
def test_the_turns_of_a_prefix_are_those_of_the_whole_that_were_known_by_then(
    candles: Candles, share: float, length: int
) -> None:
    prefix = candles.slice(0, round(share * len(candles)))
    last = len(prefix) - 1
    assert rows(zigzag(prefix, 1.5, length)) == rows(known_by(zigzag(candles, 1.5, length), last))
    assert rows(fractals(prefix)) == rows(known_by(fractals(candles), last))


@given(candles=WALKS, power=st.integers(-6, 6))
@settings(max_examples=30)
def test_turns_do_not_depend_on_the_unit_of_price(candles: Candles, power: int) -> None:
    """Powers of two, which float64 multiplies by exactly: another factor may break a tie."""
    for find in (zigzag, fractals):
        scaled = find(times(candles, 2.0**power))
        assert rows(scaled) == [(p, price * 2.0**power, h, k) for p, price, h, k in rows(find(candles))]


@given(candles=WALKS)
@settings(max_examples=30)
def test_every_fractal_is_beyond_both_neighbours(candles: Candles) -> None:
    for position, _, is_high, _ in rows(fractals(candles)):
        values = candles.high if is_high else -candles.low
        assert values[position] > max(values[position - 1], values[position + 1])
