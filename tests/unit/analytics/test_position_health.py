"""How a position stands, as numbers that follow from its prices by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.position_health import (
    Standing,
    liquidation_share,
    parts_of,
    reward_ratio,
    risk_share,
    score_of,
    stop_ranges,
)

SOUND = Standing(
    is_up=True,
    entry=100.0,
    amount=10.0,
    mark=100.0,
    stop=97.0,
    target=106.0,
    liquidation=50.0,
    range=2.0,
    equity=3_000.0,
    golden_score=100,
    is_protected_by_venue=True,
)
PRICES = st.floats(1.0, 1_000.0)


def test_a_position_with_little_at_risk_and_room_on_all_sides_has_all_points() -> None:
    assert risk_share(SOUND) == pytest.approx(0.01)
    assert (stop_ranges(SOUND), liquidation_share(SOUND), reward_ratio(SOUND)) == (1.5, 0.5, 2.0)
    parts = parts_of(SOUND)
    assert set(parts.values()) == {100}
    assert score_of(parts) == 100


def test_a_position_without_a_stop_has_no_points_for_risk_and_protection() -> None:
    parts = parts_of(replace(SOUND, stop=None))
    assert (parts["risk"], parts["protection"]) == (0, 0)
    assert "reward" not in parts


def test_a_trailing_stop_is_one_whose_risk_is_not_known_and_no_liquidation_is_far_away() -> None:
    parts = parts_of(replace(SOUND, stop=None, is_trailing=True, liquidation=None, is_never_liquidated=True))
    assert ("risk" in parts, parts["protection"], parts["distance"]) == (False, 100, 100)


def test_nothing_makes_up_for_liquidation_that_is_near() -> None:
    parts = parts_of(replace(SOUND, liquidation=99.0))
    assert parts["distance"] == 0
    assert score_of(parts) == 25


def test_what_is_not_known_is_left_out_and_not_taken_for_nothing() -> None:
    parts = parts_of(replace(SOUND, equity=None, mark=None, golden_score=None))
    assert set(parts) == {"protection"}


@given(
    st.builds(
        replace,
        st.just(SOUND),
        entry=PRICES,
        mark=PRICES,
        stop=st.none() | PRICES,
        target=st.none() | PRICES,
        liquidation=st.none() | PRICES,
        is_up=st.booleans(),
    )
)
def test_every_part_is_between_0_and_100_for_longs_and_shorts(at: Standing) -> None:
    parts = parts_of(at)
    assert all(0 <= part <= 100 for part in parts.values())
    assert 0 <= score_of(parts) <= 100
