from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from structure_stage import WALKS, hours, times

from analytics.candles import Candles
from analytics.fibonacci.levels import Level
from analytics.fibonacci.respect import Respect, most_respected, respect

CALM = [110.0] * 20
AT_100 = (Level(ratio=0.5, price=100.0),)


def counts(closes: list[float]) -> tuple[int, int]:
    """Of a level at 100, from a calm beginning at 110 on."""
    (found,) = respect(hours([*CALM, *closes]), AT_100, len(CALM) - 1)
    return found.touched, found.respected


def test_a_touch_after_which_price_turns_away_is_respected() -> None:
    assert counts([106, 100.6, 103, 106, 108]) == (1, 1)


def test_a_touch_after_which_price_closes_beyond_is_not_respected() -> None:
    assert counts([106, 100.6, 99, 103, 108]) == (1, 0)


def test_a_touch_after_which_price_stays_is_not_respected() -> None:
    assert counts([106, 100.6, 100.5, 100.4, 100.3]) == (1, 0)


def test_a_touch_is_not_respected_before_three_more_candles_have_closed() -> None:
    assert counts([106, 100.6, 103, 106]) == (1, 0)


def test_a_level_is_respected_from_below_as_well() -> None:
    """The way down through the level comes first: it is a touch, and breaks it."""
    assert counts([106, 100.6, 98, 94, 90, 95, 99.4, 97, 94, 92]) == (2, 1)


def test_candles_that_stay_near_a_level_touch_it_once() -> None:
    assert counts([106, 100.6, 100.7, 100.6, 104, 107, 110]) == (1, 1)


def test_a_price_that_jumps_over_a_level_did_not_touch_it() -> None:
    assert counts([106, 94, 90, 88, 86]) == (0, 0)


def test_only_candles_after_the_given_one_count() -> None:
    closes = [106, 100.6, 103, 106, 108]
    (found,) = respect(hours([*CALM, *closes]), AT_100, len(CALM) + 1)
    assert found.touched == 0
    (found,) = respect(hours([*CALM, *closes]), AT_100, len(CALM) + len(closes) - 1)
    assert found.touched == 0


def test_the_most_respected_level_is_the_one_with_most_turns_then_the_weightier_ratio() -> None:
    def turned(ratio: float, respected: int) -> Respect:
        return Respect(level=Level(ratio=ratio, price=100), touched=5, respected=respected)

    best = most_respected([turned(0.236, 2), turned(0.618, 2), turned(0.5, 1)])
    assert best == turned(0.618, 2)
    assert most_respected([turned(0.618, 0)]) is None
    assert most_respected([]) is None


@given(candles=WALKS, share=st.floats(0.2, 1), since=st.integers(0, 20))
@settings(max_examples=40)
def test_more_candles_take_back_no_touch_and_no_turn(candles: Candles, share: float, since: int) -> None:
    prefix = candles.slice(0, round(share * len(candles)))
    since = min(since, max(len(prefix) - 1, 0))
    levels = [Level(ratio=0.5, price=price) for price in (1980.0, 1990.0, 2000.0, 2010.0)]
    for early, late in zip(respect(prefix, levels, since), respect(candles, levels, since), strict=True):
        assert early.touched <= late.touched
        assert early.respected <= late.respected <= late.touched


@given(candles=WALKS, power=st.integers(-6, 6))
@settings(max_examples=25)
def test_touches_do_not_depend_on_the_unit_of_price(candles: Candles, power: int) -> None:
    (one,) = respect(candles, [Level(ratio=0.5, price=2005.0)], 0)
    (scaled,) = respect(times(candles, 2.0**power), [Level(ratio=0.5, price=2005.0 * 2.0**power)], 0)
    assert (one.touched, one.respected) == (scaled.touched, scaled.respected)
