from __future__ import annotations

import pytest
from alert_engine_stage import BTC, level
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine.held import Held
from services.alerts.engine.index import Levels
from services.alerts.engine.taking import newly_held
from services.alerts.messages import Options


def held(name: str) -> Held:
    return newly_held(level("100"), Options(), id=name, since=None)


def names(found: list[Held]) -> list[str]:
    return sorted(one.id for one in found)


def test_a_rule_is_reached_by_the_threshold_next_to_the_price_on_either_side() -> None:
    levels = Levels()
    levels.place(held("a"), (90.0, 110.0, 120.0), 100.0)
    assert names(levels.reached(90.1, 109.9)) == []
    assert names(levels.reached(100.0, 110.0)) == ["a"]
    levels.place(held("a"), (90.0, 110.0), 100.0)
    assert names(levels.reached(90.0, 100.0)) == ["a"]


def test_a_rule_that_was_reached_waits_no_more_until_it_is_placed_again() -> None:
    levels = Levels()
    levels.place(held("a"), (110.0,), 100.0)
    levels.reached(100.0, 115.0)
    assert names(levels.reached(100.0, 115.0)) == []


def test_a_rule_is_reached_once_though_both_its_thresholds_are() -> None:
    levels = Levels()
    levels.place(held("a"), (90.0, 110.0), 100.0)
    assert names(levels.reached(80.0, 120.0)) == ["a"]


def test_a_rule_without_thresholds_is_asked_every_second_and_by_no_tick() -> None:
    levels = Levels()
    levels.place(held("a"), None, 100.0)
    assert names(levels.reached(0.0, 1_000.0)) == []
    assert list(levels.every) == ["a"]


def test_a_rule_that_was_not_looked_at_is_reached_by_whatever_the_price_does() -> None:
    levels = Levels()
    levels.add(held("a"))
    assert names(levels.reached(100.0, 100.0)) == ["a"]


@pytest.mark.parametrize("thresholds", [(110.0,), None])
def test_a_rule_that_was_dropped_is_never_reached(thresholds: tuple[float, ...] | None) -> None:
    levels = Levels()
    levels.place(held("a"), thresholds, 100.0)
    levels.drop("a")
    assert (names(levels.reached(0.0, 1_000.0)), list(levels.every), len(levels)) == ([], [], 0)


def test_seats_that_were_left_are_thrown_out() -> None:
    levels = Levels()
    rule = held("a")
    for number in range(10_000):
        levels.place(rule, (110.0 + number % 7, 90.0), 100.0)
    assert len(levels._above) + len(levels._below) < 100
    assert names(levels.reached(100.0, 200.0)) == ["a"]


prices = st.integers(1, 40).map(float)


@given(
    st.lists(st.lists(prices, min_size=1, max_size=3), max_size=8), st.lists(prices, min_size=1, max_size=30)
)
@settings(max_examples=60)
def test_a_move_reaches_exactly_the_rules_with_a_threshold_in_it(
    rules: list[list[float]], moves: list[float]
) -> None:
    levels, price = Levels(), 20.0
    helds = {f"{BTC}{number}": tuple(thresholds) for number, thresholds in enumerate(rules)}
    known = {name: held(name) for name in helds}
    for name, thresholds in helds.items():
        levels.place(known[name], thresholds, price)
    for move in moves:
        low, high = min(price, move), max(price, move)
        expected = [name for name, limits in helds.items() if any(low <= one <= high for one in limits)]
        found = levels.reached(low, high)
        assert names(found) == sorted(expected)
        price = move
        for one in found:
            levels.place(one, helds[one.id], price)
