"""What every strategy must have and keep to; each is loaded by the registry."""

from __future__ import annotations

import inspect
from functools import cache

import numpy as np
import pytest
from strategy_stage import decisions, drawn

from analytics.candles import Candles
from services.errors import UserMistake
from services.exchange.exchange import TIMEFRAMES
from services.locales.texts import texts_of
from services.trading.strategies.reading import SIGHT
from services.trading.strategies.registry import STRATEGIES, find_strategy, settings_of, trader_of
from services.trading.strategies.strategy import Decision

PORTUGUESE = texts_of("pt-BR")
COUNT = 300
SEEDS = {"rsi_divergence": 5}
"""Of the candles in which a strategy wishes something; 1 for the others."""


@cache
def candles_for(name: str) -> Candles:
    return drawn(COUNT, seed=SEEDS.get(name, 1), step="1h" if "1h" in STRATEGIES[name].timeframes else "4h")


@cache
def decided(name: str) -> tuple[tuple[int, Decision], ...]:
    return tuple(decisions(name, candles_for(name)))


every = pytest.mark.parametrize("name", STRATEGIES)


@every
def test_a_strategy_says_what_it_is_and_by_whom(name: str) -> None:
    strategy = STRATEGIES[name]
    assert inspect.getmodule(type(strategy)).__name__.endswith(f".{name}")  # type: ignore[union-attr]
    assert "Source:" in (inspect.getdoc(type(strategy)) or "")
    assert set(strategy.timeframes) <= set(TIMEFRAMES)
    assert set(strategy.higher) <= set(TIMEFRAMES)
    assert 0 < strategy.warm_up <= SIGHT
    assert strategy.usual
    assert trader_of(name) == ("fibonacci_trader" if name == "fibonacci" else "ccxt_trader")


@every
def test_a_strategy_speaks_portuguese_in_every_reason_it_gives(name: str) -> None:
    strategy = STRATEGIES[name]
    said = {strategy.title, strategy.about}
    for _, decision in decided(name):
        said |= {why.partition("|")[0] for wish in decision.wishes for why in wish.why}
    assert len(said) > 2, "it wished nothing in any of these candles"
    assert [text for text in said if not PORTUGUESE.knows(text)] == []


@every
def test_a_decision_on_a_prefix_is_the_decision_at_that_candle_in_the_whole(name: str) -> None:
    candles = candles_for(name)
    whole = dict(decided(name))
    wished = [place for place, decision in whole.items() if decision.wishes]
    for place in [*wished[:2], wished[-1]]:
        prefix = dict(decisions(name, candles.slice(0, place + 1)))
        assert prefix == {at: one for at, one in whole.items() if at <= place}


@every
def test_the_same_candles_give_the_same_decisions(name: str) -> None:
    assert tuple(decisions(name, candles_for(name))) == decided(name)


@every
def test_a_price_in_other_units_changes_no_side(name: str) -> None:
    candles = candles_for(name)
    times = 1 / 1024  # a power of two, so that float64 rounds alike
    scaled = Candles(
        step_ms=candles.step_ms,
        time=candles.time,
        volume=candles.volume,
        **{part: getattr(candles, part) * times for part in ("open", "high", "low", "close")},
    )
    for (_, one), (_, other) in zip(decided(name), decisions(name, scaled), strict=True):
        assert [(wish.kind, wish.side) for wish in one.wishes] == [
            (wish.kind, wish.side) for wish in other.wishes
        ]
        for mine, theirs in zip(one.wishes, other.wishes, strict=True):
            assert theirs.stop == pytest.approx((mine.stop or np.nan) * times)


@every
def test_an_entry_has_its_stop_behind_it_and_its_target_before_it(name: str) -> None:
    candles = candles_for(name)
    for place, decision in decided(name):
        close = float(candles.close[place])
        for wish in decision.wishes:
            assert wish.kind == "enter"  # it holds nothing
            sign = 1 if wish.side == "long" else -1
            assert wish.stop is not None
            assert sign * (close - wish.stop) > 0
            assert wish.target is None or sign * (wish.target - close) > 0


def test_a_name_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UserMistake, match="no strategy moon") as caught:
        find_strategy("moon")
    assert "fibonacci" in caught.value.hint
    with pytest.raises(UserMistake, match="no setting speed"):
        settings_of(find_strategy("breakout"), {"speed": 1.0})
