from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange.exchange import OrderBook
from services.exchange.played.book import LEVELS, Depth
from services.exchange.played.minutes import Touch
from services.exchange.played.noise import key_of
from services.exchange.played.terms import market_of

MOMENT = datetime(2026, 1, 5, 10, 0, 30, tzinfo=UTC)
AT_MS = 1_767_607_230_000
BTC = market_of("BTC/USDT:USDT", tick=Decimal("0.1"), price=105_000.0)
TOUCH = Touch(bid=1_050_000, ask=1_050_001)


def book(touch: Touch = TOUCH, *, at_ms: int = AT_MS, seed: int = 1, turnover: float = 115.0) -> OrderBook:
    return Depth(BTC, key_of("test", seed), turnover).book(touch, at_ms, as_of=MOMENT, nature="replay")


@given(bid=st.integers(1, 10**8), width=st.integers(1, 1_000), at_ms=st.integers(0, 2**42))
def test_a_book_is_whole_on_the_tick_and_the_step_and_not_crossed(bid: int, width: int, at_ms: int) -> None:
    found = book(Touch(bid, bid + width), at_ms=at_ms)
    bids, asks = [level.price for level in found.bids], [level.price for level in found.asks]
    assert (bids[0], asks[0]) == (bid * BTC.tick, (bid + width) * BTC.tick)
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert bids[-1] > 0
    assert len(asks) == LEVELS
    assert len(bids) == LEVELS or bids[-1] < 200 * BTC.tick
    for level in (*found.bids, *found.asks):
        assert level.price % BTC.tick == 0
        assert level.amount > 0
        assert level.amount % Decimal("0.0001") == 0


def test_the_same_seed_and_moment_make_the_same_book_and_others_another() -> None:
    assert book() == book()
    assert book() != book(seed=2)
    assert book() != book(at_ms=AT_MS + 60_000)


def test_it_says_that_its_depth_is_made_up() -> None:
    assert book().is_depth_simulated


def test_there_is_more_away_from_the_touch() -> None:
    sides = [side for seed in range(200) for side in (book(seed=seed).bids, book(seed=seed).asks)]
    amounts = np.array([[float(level.amount) for level in side] for side in sides]).mean(axis=0)
    near, middle, far = amounts[:20].mean(), amounts[40:60].mean(), amounts[80:].mean()
    assert 1.5 * near < middle
    assert 1.3 * middle < far


def test_who_trades_ten_times_as_much_has_ten_times_the_depth() -> None:
    thin, thick = (
        sum(float(level.amount) for level in book(turnover=turnover).bids) for turnover in (115, 1150)
    )
    assert thick == pytest.approx(10 * thin, rel=0.01)


def test_most_levels_stay_as_they_are_from_one_quarter_of_a_second_to_the_next() -> None:
    """Where nothing did, no queue at a price would be worth anything."""
    for start in range(0, 20_000, 500):
        before, after = (dict(book(at_ms=AT_MS + start + later).bids) for later in (0, 250))
        changed = sum(before[price] != after[price] for price in before)
        assert changed < LEVELS * 0.25


def test_a_level_is_drawn_anew_within_a_few_seconds() -> None:
    before, after = (dict(book(at_ms=AT_MS + later).bids) for later in (0, 5_000))
    assert sum(before[price] == after[price] for price in before) < 5


def test_levels_that_both_books_have_stay_when_the_price_moves() -> None:
    before, after = book(), book(Touch(TOUCH.bid - 3, TOUCH.ask - 3))
    prices = {level.price for level in before.bids} & {level.price for level in after.bids}
    assert len(prices) > LEVELS * 0.7


def test_a_hundred_levels_reach_further_than_a_hundred_ticks_where_ticks_are_fine() -> None:
    far = book().bids[-1].price
    assert Decimal("0.0005") < 1 - far / book().bids[0].price < Decimal("0.005")
