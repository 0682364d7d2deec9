from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.played.walk import FEWEST_STEPS, Bar, walk

TICK = Decimal("0.1")


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low = draw(st.integers(1, 10**6))
    high = low + draw(st.integers(0, 500))
    open_, close = draw(st.integers(low, high)), draw(st.integers(low, high))
    return Bar(open_ / 10, high / 10, low / 10, close / 10, draw(st.floats(0, 1e6)))


@given(bar=bars(), steps=st.integers(FEWEST_STEPS, 240), seed=st.integers(0, 2**32))
def test_a_walk_goes_from_open_to_close_within_the_range_and_touches_both_ends(
    bar: Bar, steps: int, seed: int
) -> None:
    prices = walk(bar, steps=steps, tick=TICK, rng=np.random.default_rng(seed))
    assert len(prices) == steps
    assert (prices[0], prices[-1]) == (bar.open, bar.close)
    assert (prices.min(), prices.max()) == (bar.low, bar.high)


@given(bar=bars(), seed=st.integers(0, 2**32))
def test_the_same_seed_walks_the_same_way(bar: Bar, seed: int) -> None:
    first, second = (walk(bar, steps=60, tick=TICK, rng=np.random.default_rng(seed)) for _ in range(2))
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize(("close", "first"), [(105.0, "low"), (95.0, "high")])
def test_a_bar_visits_the_end_against_its_direction_first(close: float, first: str) -> None:
    bar = Bar(100.0, 110.0, 90.0, close, 1.0)
    prices = walk(bar, steps=240, tick=TICK, rng=np.random.default_rng(7))
    order = [("low", int(prices.argmin())), ("high", int(prices.argmax()))]
    assert min(order, key=lambda end: end[1])[0] == first


def test_a_walk_needs_a_step_for_each_of_the_four_prices() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        walk(Bar(1, 1, 1, 1, 1), steps=3, tick=TICK, rng=np.random.default_rng(1))
