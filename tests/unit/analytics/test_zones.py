from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structure_stage import WALKS, hours, times

from analytics.candles import Candles
from analytics.structure.bands import Band, bands, best_apart
from analytics.structure.levels import Zone, around, volume_within, zones
from analytics.structure.swings import Swings, fractals, zigzag

EVEN = hours([100.0] * 300, half=10.0)
"""Every candle from 90 to 110: an average true range of 20, and as much volume at any price as at another."""


def turns(*points: tuple[int, float]) -> Swings:
    position = np.array([position for position, _ in points], dtype=np.int64)
    return Swings(
        position=position,
        price=np.array([price for _, price in points]),
        is_high=np.arange(len(points)) % 2 == 0,
        known_at=position,
    )


def test_the_strength_of_a_zone_can_be_worked_out() -> None:
    """By hand: three touches 0.75 of 50, one half-life ago 0.5 of 30, volume as everywhere 0.5 of 20."""
    (zone,) = zones(EVEN, turns((30, 100.0), (40, 101.0), (49, 100.5)), width=0.1)
    assert zone.strength == pytest.approx(37.5 + 15 + 10)
    assert (zone.low, zone.high, zone.price) == (100.0, 101.0, 100.5)
    assert (zone.touches, zone.last_position) == (3, 49)


def test_without_any_volume_the_strength_is_made_of_touches_and_recency() -> None:
    """By hand: (37.5 + 15) of 80."""
    silent = hours([100.0] * 300, half=10.0, volume=0.0)
    (zone,) = zones(silent, turns((30, 100.0), (40, 101.0), (49, 100.5)), width=0.1)
    assert zone.strength == pytest.approx(65.625)


def test_where_more_was_traded_the_zone_is_stronger() -> None:
    volume = np.ones(300)
    volume[:20] = 100.0
    low_first = replace(hours([95.0] * 20 + [105.0] * 280, half=5.0), volume=volume)
    touched = turns((30, 95.0), (40, 95.5), (50, 104.5), (60, 105.0), (70, 95.2), (80, 105.2))
    lower, upper = zones(low_first, touched, width=0.1)
    assert lower.last_position < upper.last_position
    assert lower.strength > upper.strength


def test_turns_too_far_apart_or_alone_are_no_zone() -> None:
    assert zones(EVEN, turns((30, 92.0), (40, 100.0)), width=0.1) == []
    assert zones(EVEN, turns(), width=0.1) == []


def test_a_zone_takes_the_most_turns_it_can_and_leaves_the_rest_to_others() -> None:
    """By hand, at a width of 2: of three bands with three turns the lowest stands; 102.5 is left alone."""
    found = zones(
        EVEN, turns((20, 97.0), (30, 98.0), (40, 99.0), (50, 100.0), (60, 101.0), (70, 102.5)), width=0.1
    )
    assert [(zone.low, zone.high, zone.touches) for zone in found] == [(97.0, 99.0, 3), (100.0, 101.0, 2)]


def test_the_nearest_zones_stand_first_on_both_sides() -> None:
    found = [
        Zone(low=price, high=price, price=price, touches=2, strength=50, last_position=0)
        for price in (90.0, 95.0, 100.0, 105.0, 110.0)
    ]
    sides = around(found, 100.0)
    assert [zone.price for zone in sides.below] == [100.0, 95.0, 90.0]
    assert [zone.price for zone in sides.above] == [105.0, 110.0]


def test_a_candle_spreads_its_volume_evenly_over_its_range_and_a_flat_one_has_it_at_its_price() -> None:
    assert volume_within(hours([100.0], half=10.0), 95.0, 105.0) == pytest.approx(0.5)
    assert volume_within(hours([100.0], half=0.0), 95.0, 105.0) == 1.0
    assert volume_within(hours([100.0], half=0.0), 95.0, 99.0) == 0.0


def test_of_bands_that_share_a_member_only_the_best_is_kept() -> None:
    found = list(bands([1.0, 2.0, 3.0, 9.0], [1.0, 1.0, float("nan"), 5.0]))
    assert found == [Band(0, 2), Band(1, 3)]
    assert best_apart([(1.0, Band(0, 2)), (1.0, Band(1, 3))]) == [Band(0, 2)]
    assert best_apart([(1.0, Band(0, 2)), (2.0, Band(1, 3)), (0.5, Band(3, 5))]) == [Band(1, 3), Band(3, 5)]


@given(candles=WALKS, multiple=st.sampled_from([1.0, 2.0]))
@settings(max_examples=40)
def test_zones_are_narrow_apart_and_within_the_prices_there_were(candles: Candles, multiple: float) -> None:
    for swings in (zigzag(candles, multiple), fractals(candles)):
        found = zones(candles, swings)
        assert sum(zone.touches for zone in found) <= len(swings)
        for zone in found:
            assert candles.low.min() <= zone.low <= zone.price <= zone.high <= candles.high.max()
            assert zone.touches >= 2
            assert 0 <= zone.strength <= 100
        for one, other in itertools.pairwise(found):
            assert one.high <= other.low


@given(candles=WALKS, power=st.integers(-6, 6))
@settings(max_examples=25)
def test_zones_do_not_depend_on_the_unit_of_price(candles: Candles, power: int) -> None:
    factor = 2.0**power
    scaled = times(candles, factor)
    one, other = zones(candles, fractals(candles)), zones(scaled, fractals(scaled))
    assert [(z.low * factor, z.touches) for z in one] == [(z.low, z.touches) for z in other]
    assert [z.strength for z in one] == pytest.approx([z.strength for z in other])
