from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structure_stage import hours

from analytics.fibonacci.confluence import Cluster, confluence, frame_levels
from analytics.fibonacci.levels import Level
from analytics.fibonacci.ratios import EXTENSIONS, RETRACEMENTS

FRAMES = st.dictionaries(
    st.sampled_from(["15m", "1h", "4h", "1d"]),
    st.lists(
        st.builds(
            Level,
            ratio=st.sampled_from((*RETRACEMENTS, *EXTENSIONS)),
            price=st.integers(900, 1_100).map(float),
        ),
        max_size=12,
    ),
    min_size=1,
)


def level(ratio: float, price: float) -> Level:
    return Level(ratio=ratio, price=price)


def told(cluster: Cluster) -> list[str]:
    return [f"{member.timeframe} {member.level.ratio:.1%}" for member in cluster.members]


def test_levels_of_two_of_three_timeframes_meet_with_a_score_that_can_be_worked_out() -> None:
    """By hand: breadth 1/2 of 50, weight (1.0 + 0.8)/2 of 30, and a band of half the tolerance, 1/2 of 20."""
    (cluster,) = confluence(
        {"1h": [level(0.618, 100.0)], "4h": [level(0.5, 101.0)], "1d": [level(0.5, 200.0)]}, 2.0
    )
    assert cluster.score == pytest.approx(25 + 27 + 10)
    assert (cluster.low, cluster.high, cluster.timeframes) == (100.0, 101.0, 2)
    assert told(cluster) == ["1h 61.8%", "4h 50.0%"]


def test_golden_ratios_of_every_timeframe_at_one_price_score_a_hundred() -> None:
    frames = {"1h": [level(0.618, 100.0)], "4h": [level(0.618, 100.0 + 1e-6)]}
    assert confluence(frames, 2.0)[0].score == pytest.approx(100, abs=1e-4)


def test_a_band_with_more_timeframes_stands_before_a_narrower_one_with_fewer() -> None:
    frames = {
        "1h": [level(0.5, 100.0), level(0.618, 200.0)],
        "4h": [level(0.618, 101.0), level(0.5, 200.1)],
        "1d": [level(0.382, 101.9)],
    }
    assert [cluster.timeframes for cluster in confluence(frames, 2.0)] == [3, 2]


def test_levels_of_one_timeframe_alone_do_not_meet() -> None:
    assert confluence({"1h": [level(0.618, 100.0), level(0.65, 100.1)]}, 2.0) == []
    assert confluence({"1h": [level(0.618, 100.0), level(0.65, 100.1)], "4h": []}, 2.0) == []
    assert confluence({}, 2.0) == []


def test_a_leg_that_two_timeframes_see_does_not_meet_itself() -> None:
    same = [level(0.618, 100.0), level(0.5, 110.0)]
    assert confluence({"1h": same, "4h": same}, 2.0) == []
    (met,) = confluence({"1h": same, "4h": [*same, level(0.786, 100.5)]}, 2.0)
    assert told(met) == ["1h 61.8%", "4h 78.6%"]


def test_a_second_level_of_a_timeframe_adds_no_breadth() -> None:
    frames = {"1h": [level(0.618, 100.0), level(0.65, 100.0)], "4h": [level(0.5, 101.0)]}
    alone = {"1h": [level(0.618, 100.0)], "4h": [level(0.5, 101.0)]}
    assert confluence(frames, 2.0)[0].score == confluence(alone, 2.0)[0].score


@given(frames=FRAMES, tolerance=st.sampled_from([0.0, 1.0, 5.0, 20.0]))
@settings(max_examples=50)
def test_clusters_are_narrow_apart_and_in_order_of_their_score(
    frames: dict[str, list[Level]], tolerance: float
) -> None:
    found = confluence(frames, tolerance)
    assert [cluster.score for cluster in found] == sorted((c.score for c in found), reverse=True)
    for cluster in found:
        prices = [member.level.price for member in cluster.members]
        assert (cluster.low, cluster.high) == (min(prices), max(prices))
        assert cluster.high - cluster.low <= tolerance
        assert cluster.timeframes >= 2
        assert 0 <= cluster.score <= 100
    for one, other in itertools.pairwise(sorted(found, key=lambda cluster: (cluster.low, cluster.high))):
        assert one.high <= other.low


@given(frames=FRAMES, power=st.integers(-6, 6))
@settings(max_examples=30)
def test_clusters_do_not_depend_on_the_unit_of_price(frames: dict[str, list[Level]], power: int) -> None:
    factor = 2.0**power
    scaled = {
        name: [level(one.ratio, one.price * factor) for one in levels] for name, levels in frames.items()
    }
    one, other = confluence(frames, 5.0), confluence(scaled, 5.0 * factor)
    assert [told(cluster) for cluster in one] == [told(cluster) for cluster in other]
    assert [cluster.score for cluster in one] == [cluster.score for cluster in other]


def test_a_timeframe_without_a_leg_has_no_levels() -> None:
    assert frame_levels(hours([100.0] * 30)) == ()
