from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from alert_engine_stage import BTC, NOON, level

from services.alerts.conditions import AllOf, AnyOf, Condition, PriceMove, Trailing
from services.alerts.engine.held import Held
from services.alerts.engine.looking import Closing, Known, Look
from services.alerts.engine.machine import Happened, Outcome, alert_id, decide
from services.alerts.engine.taking import newly_held, ways_of
from services.alerts.messages import Options
from services.alerts.rules.declare import Span
from services.errors import UserMistake

ABOVE = level("100")


class Market:
    """One market whose prices a rule is shown one after the other."""

    def __init__(self, condition: Condition = ABOVE, **options: Any) -> None:
        self.held: Held = newly_held(condition, Options(**options), id="rule", since=NOON)
        self.known = {BTC: Known(name=BTC)}
        self.price: float | None = None
        self.at = NOON
        self.wall = NOON

    def ticks(self, *prices: float, every: float = 1.0) -> list[tuple[str, int]]:
        """Show prices; return what happened."""
        told: list[tuple[str, int]] = []
        for price in prices:
            came_at = self.at
            self.at += timedelta(seconds=every)
            before = price if self.price is None else self.price
            span = Span(self.at, self.at, before, max(before, price), min(before, price), price)
            told += self.look(Look(self.known, self.at, market=BTC, span=span, came_at=came_at))
            self.price = price
        return told

    def candle(self, opens_at: datetime, open_: float, high: float, low: float, close: float) -> list[Any]:
        """Show what the price did in a minute."""
        span = Span(opens_at, opens_at + timedelta(minutes=1), open_, high, low, close)
        return self.look(Look(self.known, span.closes_at, market=BTC, span=span))

    def close(self, price: float, timeframe: str = "1h") -> list[Any]:
        """Show the close of a candle."""
        span = Span(self.at, self.at, price, price, price, price)
        look = Look(self.known, self.at, market=BTC, span=span, closing=Closing(BTC, timeframe))
        return self.look(look)

    def look(self, look: Look) -> list[tuple[str, int]]:
        return [(one.state, one.number) for one in self.decided(look).happened]

    def decided(self, look: Look) -> Outcome:
        return decide(self.held, look, now=self.wall)


def test_nothing_fires_for_what_was_so_when_it_was_set() -> None:
    market = Market(repeats=True, cooldown=0)
    assert market.ticks(105, 110) == []
    assert market.held.is_armed is False
    assert market.ticks(99) == []
    assert market.ticks(101) == [("fired", 1)]


def test_an_alert_that_does_not_repeat_fires_once_and_is_done() -> None:
    market = Market()
    assert market.ticks(99, 101, 99, 101) == [("fired", 1)]
    assert (market.held.status, market.held.fired) == ("done", 1)


def test_one_that_repeats_tells_when_it_is_armed_again_and_only_once() -> None:
    market = Market(repeats=True, cooldown=0)
    assert market.ticks(99, 101) == [("fired", 1)]
    assert market.ticks(102, 99, 98) == [("armed", 1)]
    assert market.ticks(101) == [("fired", 2)]


def test_between_two_firings_lies_the_cooldown_in_market_time() -> None:
    market = Market(repeats=True, cooldown=60)
    assert market.ticks(99, 101, 99, 101, 99) == [("fired", 1), ("armed", 1)]
    assert market.ticks(99, every=60) == []
    assert market.ticks(101) == [("fired", 2)]


def test_hysteresis_keeps_a_price_that_trembles_from_firing_again() -> None:
    market = Market(level("100", margin="5"), repeats=True, cooldown=0)
    assert market.ticks(90, 101, 99, 101, 96, 101) == [("fired", 1)]
    assert market.ticks(94, 101) == [("armed", 1), ("fired", 2)]


def test_a_snoozed_alert_follows_and_does_not_fire() -> None:
    market = Market(repeats=True, cooldown=0)
    market.ticks(99)
    market.held.snoozed_until = NOON + timedelta(hours=1)
    assert market.ticks(101, 99, 101) == []
    market.wall = NOON + timedelta(hours=1)
    assert market.ticks(102) == []
    assert market.ticks(99, 101) == [("fired", 1)]


def test_all_parts_must_be_met_in_the_same_look() -> None:
    market = Market(AllOf(parts=[ABOVE, level("105", "below")]), repeats=True, cooldown=0)
    assert market.ticks(95, 99) == []
    assert market.ticks(103) == [("fired", 1)]
    assert market.ticks(106) == [("armed", 1)]
    assert market.ticks(104) == [("fired", 2)]


WITHIN = AllOf(parts=[level("105"), level("110", "below")])


@pytest.mark.parametrize(
    "condition",
    [AllOf(parts=[level("110"), level("105", "below")]), WITHIN],
    ids=["never true", "a range"],
)
def test_a_jump_over_what_must_be_met_by_one_price_meets_nothing(condition: Condition) -> None:
    market = Market(condition, repeats=True, cooldown=0)
    assert market.ticks(100, 112, 113, 100) == []


def test_a_candle_meets_a_range_that_its_path_passes_and_never_what_no_price_can_meet() -> None:
    for condition, told in (
        (WITHIN, [("fired", 1)]),
        (AllOf(parts=[level("110"), level("105", "below")]), []),
        (AllOf(parts=[level("107", "touch"), level("106")]), [("fired", 1)]),
        (AllOf(parts=[level("107", "touch"), level("108")]), []),
        (AllOf(parts=[PriceMove(market=BTC, percent=Decimal(5), window=600), WITHIN]), [("fired", 1)]),
        (AllOf(parts=[PriceMove(market=BTC, percent=Decimal(11), window=600), WITHIN]), []),
        (AllOf(parts=[Trailing(market=BTC, percent=Decimal(4)), level("107")]), [("fired", 1)]),
    ):
        market = Market(condition, repeats=True, cooldown=0)
        assert market.ticks(100) == []
        assert market.candle(market.at, 100, 113, 99.9, 108) == told, condition


def test_a_jump_over_a_level_touches_it_where_its_end_meets_the_rest() -> None:
    for other, told in (("104", [("fired", 1)]), ("113", [])):
        market = Market(AllOf(parts=[level("105", "touch"), level(other)]), repeats=True, cooldown=0)
        assert market.ticks(100, 112) == told


def test_each_of_several_ways_counts_by_itself() -> None:
    market = Market(AnyOf(parts=[ABOVE, level("90", "below")]), repeats=True, cooldown=0)
    assert market.ticks(95, 101) == [("fired", 1)]
    assert market.ticks(89) == [("fired", 2)]
    assert market.ticks(95, 101) == [("armed", 2), ("fired", 3)]


def test_what_two_ways_meet_at_once_is_one_alert() -> None:
    market = Market(AnyOf(parts=[ABOVE, level("101")]), repeats=True, cooldown=0)
    assert market.ticks(95, 105) == [("fired", 1)]


def test_a_combination_comes_apart_into_ways_to_be_met_with_every_leaf_once() -> None:
    a, b, c, d = (level(str(price)) for price in (1, 2, 3, 4))
    assert ways_of(AllOf(parts=[a, AnyOf(parts=[b, AllOf(parts=[c, a])])])) == ((a, b), (a, c))
    assert ways_of(AnyOf(parts=[a, b, AnyOf(parts=[a, d])])) == ((a,), (b,), (d,))


def test_more_than_sixteen_ways_are_refused() -> None:
    either = AnyOf(parts=[level("1"), level("2")])
    pairs = [AnyOf(parts=[level(str(2 * one)), level(str(2 * one + 1))]) for one in range(5)]
    assert len(ways_of(AllOf(parts=[either, *pairs[1:4]]))) == 16
    with pytest.raises(UserMistake):
        ways_of(AllOf(parts=list(pairs)))


@pytest.mark.parametrize(("close", "state"), [(102, "confirmed"), (99, "failed")])
def test_a_confirmation_by_the_close_waits_for_the_close(close: float, state: str) -> None:
    market = Market(confirming="close", confirm_timeframe="1h")
    assert market.ticks(99, 101, 102) == [("pending", 1)]
    assert market.close(99, "15m") == []
    assert market.close(close) == [(state, 1)]
    assert market.held.status == ("done" if state == "confirmed" else "active")
    assert market.held.fired == (1 if state == "confirmed" else 0)


def test_a_confirmation_that_failed_leaves_the_alert_waiting_with_the_next_number() -> None:
    market = Market(confirming="close", confirm_timeframe="1h", cooldown=0)
    market.ticks(99, 101, 99)
    assert market.close(99) == [("failed", 1)]
    assert market.ticks(101) == [("pending", 2)]


@pytest.mark.parametrize("repeats", [True, False])
def test_a_confirmation_that_failed_is_not_sought_again_before_the_cooldown_is_over(*, repeats: bool) -> None:
    market = Market(confirming="seconds", confirm_seconds=60, repeats=repeats, cooldown=30)
    assert market.ticks(99, 101, 99, 101, 99) == [("pending", 1), ("failed", 1)]
    assert '"tried_at"' in market.held.standing().state
    assert market.ticks(99, every=30) == []
    assert market.ticks(101) == [("pending", 2)]


def test_a_confirmation_by_seconds_holds_without_ceasing() -> None:
    market = Market(confirming="seconds", confirm_seconds=3)
    assert market.ticks(99, 101, 102, 103) == [("pending", 1)]
    assert market.ticks(101) == [("confirmed", 1)]


def test_a_confirmation_by_seconds_fails_when_it_ceases_even_within_a_candle() -> None:
    market = Market(confirming="seconds", confirm_seconds=300)
    assert market.ticks(99, 101) == [("pending", 1)]
    assert market.candle(market.at, 101, 103, 101, 102) == []
    assert market.candle(market.at + timedelta(minutes=1), 102, 103, 99, 102) == [("failed", 1)]


def test_a_candle_that_opened_before_the_last_change_decides_nothing() -> None:
    market = Market(repeats=True, cooldown=0)
    market.ticks(99, 101, 99, every=20)
    assert market.candle(NOON, 99, 101, 98, 99) == []
    assert market.candle(NOON + timedelta(minutes=1), 99, 101, 98, 99) == [("fired", 2)]


def test_a_candle_that_was_decided_decides_nothing_again() -> None:
    market = Market(repeats=True, cooldown=0)
    market.candle(NOON, 99, 99, 98, 99)
    for _ in range(3):
        market.candle(NOON + timedelta(minutes=1), 99, 101, 98, 101)
    assert market.held.number == 1


def test_a_close_that_had_its_consequence_has_none_again_and_others_of_that_moment_still_do() -> None:
    market = Market(confirming="close", confirm_timeframe="1h", repeats=True, cooldown=0)
    market.ticks(99, 101)
    assert market.close(101, "15m") == []
    assert market.close(101) == [("confirmed", 1)]
    assert market.close(101) == []


def test_a_tick_from_a_price_before_the_setting_counts_as_the_new_price_alone() -> None:
    market = Market(level("100", "touch"), repeats=True, cooldown=0)
    market.price, market.at = 105.0, NOON - timedelta(seconds=10)
    assert market.ticks(95, every=20) == []
    assert market.held.is_armed is True
    assert market.ticks(105) == [("fired", 1)]


def test_a_peak_counts_from_the_setting_on_and_is_kept_with_the_state() -> None:
    market = Market(Trailing(market=BTC, percent=Decimal(10)))
    assert market.ticks(100, 120, 110) == []
    kept = market.held.standing()
    assert '"peak":120' in kept.state
    assert market.ticks(108) == [("fired", 1)]


def test_what_is_not_known_changes_nothing() -> None:
    condition = AllOf(parts=[ABOVE, PriceMove(market="ETH/USDT:USDT", percent=Decimal(1), window=60)])
    market = Market(condition)
    assert market.ticks(99, 101) == []
    assert (market.held.is_unset, market.held.is_armed) == (True, None)


def test_the_same_firing_has_the_same_id_whoever_decides_it() -> None:
    assert alert_id("rule", 1) == alert_id("rule", 1)
    assert len({alert_id(rule, number) for rule in ("a", "b") for number in range(50)}) == 100
    assert len(alert_id("rule", 1)) == 16


def test_a_firing_tells_when_it_was_met_and_what_was_seen() -> None:
    market = Market()
    market.ticks(99)
    span = Span(market.at, market.at, 99, 101, 99, 101)
    (happened,) = market.decided(Look(market.known, market.at, market=BTC, span=span)).happened
    assert isinstance(happened, Happened)
    assert (happened.at, [one.value for one in happened.values]) == (market.at, [Decimal(101), Decimal(100)])
