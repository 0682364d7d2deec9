"""The strategy of docs/how-to/add-a-strategy.md, loaded from the page and run."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from strategy_stage import drawn

from analytics.candles import Candles
from services.trading.strategies.registry import settings_of
from services.trading.strategies.sighting import sight_at
from services.trading.strategies.strategy import Decision, Strategy

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "add-a-strategy.md"
COUNT = 200


@pytest.fixture
def strategy(tmp_path: Path) -> Strategy:
    code = PAGE.read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    (tmp_path / "shown.py").write_text(code, "utf-8")
    spec = importlib.util.spec_from_file_location("shown", tmp_path / "shown.py")
    assert spec is not None
    assert spec.loader is not None
    shown = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shown)
    made: Strategy = shown.SupertrendTurn()
    return made


def decided(strategy: Strategy, candles: Candles) -> Iterator[tuple[int, Decision]]:
    for place in range(strategy.warm_up - 1, len(candles)):
        yield place, strategy.decide(sight_at(candles, place, higher={}), settings_of(strategy))


def test_the_strategy_that_the_page_shows_enters_with_its_stop_behind_it(strategy: Strategy) -> None:
    candles = drawn(COUNT, seed=1)
    wishes = [(at, wish) for at, decision in decided(strategy, candles) for wish in decision.wishes]
    assert {wish.side for _, wish in wishes} == {"long", "short"}
    for at, wish in wishes:
        assert wish.stop is not None
        assert (wish.stop < candles.close[at]) == (wish.side == "long")


def test_the_strategy_that_the_page_shows_does_not_look_ahead(strategy: Strategy) -> None:
    candles = drawn(COUNT, seed=1)
    prefix = dict(decided(strategy, candles.slice(0, COUNT // 2)))
    assert prefix.items() <= dict(decided(strategy, candles)).items()
