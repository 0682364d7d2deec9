"""How prices of a position lie on the levels of a leg. The figures follow from the ratios by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structure_stage import WALKS, times

from analytics.candles import Candles
from analytics.fibonacci.alignment import (
    Prices,
    Ruler,
    aligned,
    golden_score,
    is_out_of_the_way,
    ruler_of,
)
from analytics.fibonacci.legs import Leg, Point
from analytics.fibonacci.levels import extensions, retracements

SHARES = st.floats(-1.0, 2.0)
NUMBERS = st.none() | SHARES


def ruler(start: float, end: float) -> Ruler:
    """A leg between two prices, with an average true range of a hundredth of it."""
    leg = Leg(start=Point(position=0, time_ms=0, price=start), end=Point(position=9, time_ms=9, price=end))
    levels = (*retracements(leg, is_log=leg.is_long), *extensions(leg, is_log=leg.is_long))
    ordered = tuple(sorted(levels, key=lambda level: level.price))
    return Ruler(leg=leg, levels=ordered, range=abs(end - start) / 100)


UP, DOWN = ruler(1_000, 1_100), ruler(1_100, 1_000)


def at(back: float, on: Ruler = UP) -> float:
    """The price at which a share of the leg is given back."""
    return on.leg.end.price - back * (on.leg.end.price - on.leg.start.price)


def prices(
    entry: float, stop: float | None, target: float | None, liquidation: float | None, on: Ruler = UP
) -> Prices:
    """A position with the leg, its prices as shares of it that are given back."""
    found = [None if back is None else at(back, on) for back in (stop, target, liquidation)]
    return Prices(
        is_up=on.leg.is_up, entry=at(entry, on), stop=found[0], target=found[1], liquidation=found[2]
    )


def test_a_price_is_told_by_the_level_nearest_to_it_in_average_true_ranges() -> None:
    found = aligned(1_040.2, UP)  # 0.618 of the leg is given back at 1,038.2
    assert found.ratio == 0.618
    assert found.level == pytest.approx(1_038.2)
    assert found.distance == pytest.approx(2.0)


def test_a_plan_that_stands_where_the_books_put_it_has_all_points() -> None:
    assert golden_score(prices(0.618, 1.05, -0.272, 1.5), UP) == 100


def test_each_price_earns_its_own_points() -> None:
    assert golden_score(prices(0.618, None, None, 0.5), UP) == 35
    assert golden_score(prices(1.2, 1.3, None, 0.5), UP) == 25
    assert golden_score(prices(0.0, 0.1, -0.618, 0.5), UP) == 20
    assert golden_score(prices(0.0, 0.1, 0.5, 1.3), UP) == 20
    assert golden_score(prices(0.618, 0.786, None, 0.5), UP) == 50, "0.6 of the 25 points of a stop"


def test_a_position_that_cannot_be_liquidated_is_scored_without_that() -> None:
    assert golden_score(prices(0.618, 1.05, -0.272, None), UP) == 100


def test_a_position_against_its_leg_has_no_score() -> None:
    assert golden_score(replace(prices(0.618, 1.05, None, None), is_up=False), UP) is None


def test_a_stop_is_out_of_the_way_where_price_must_cross_the_level_to_reach_it() -> None:
    assert is_out_of_the_way(99, 100, is_up=True)
    assert not is_out_of_the_way(101, 100, is_up=True)
    assert is_out_of_the_way(101, 100, is_up=False)


@given(SHARES, NUMBERS, NUMBERS, NUMBERS)
def test_a_short_is_scored_as_the_long_that_mirrors_it(
    entry: float, stop: float | None, target: float | None, liquidation: float | None
) -> None:
    long = golden_score(prices(entry, stop, target, liquidation), UP)
    short = golden_score(prices(entry, stop, target, liquidation, DOWN), DOWN)
    assert long is not None
    assert short is not None
    assert abs(long - short) <= 1, "but for the rounding of a point"
    assert 0 <= long <= 100


@given(WALKS, st.sampled_from([0.001, 0.5, 7.0, 1_000.0]), st.floats(0.8, 1.2))
def test_what_a_coin_costs_changes_nothing(candles: Candles, factor: float, share: float) -> None:
    one, other = ruler_of(candles), ruler_of(times(candles, factor))
    if one is None or other is None:
        assert one is None
        assert other is None
        return
    entry = float(candles.close[-1]) * share
    found, scaled = aligned(entry, one), aligned(entry * factor, other)
    assert scaled.distance == pytest.approx(found.distance, rel=1e-6, abs=1e-6)
    score = golden_score(Prices(is_up=one.leg.is_up, entry=entry, stop=entry * 0.97), one)
    again = golden_score(Prices(is_up=one.leg.is_up, entry=entry * factor, stop=entry * factor * 0.97), other)
    assert score is not None
    assert again is not None
    assert abs(score - again) <= 1
