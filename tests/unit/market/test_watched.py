from __future__ import annotations

from datetime import timedelta

import pytest
from market_fakes import MARKET_TIME
from market_stage import SleeperClock

from services.market.candles.market_time import MarketTime
from services.market.newest import Newest
from services.market.watched import Watched

RANKED = [f"M{number}/USDT" for number in range(300)]


@pytest.fixture
def clock() -> SleeperClock:
    return SleeperClock()


@pytest.fixture
def watched(clock: SleeperClock) -> Watched:
    watched = Watched(most=3, clock=clock)
    watched.rank(RANKED)
    return watched


def test_the_most_traded_are_watched_and_what_was_asked_for_within_the_hour(
    watched: Watched, clock: SleeperClock
) -> None:
    watched.want("M7/USDT")
    assert watched.current() == [*RANKED[:3], "M7/USDT"]
    clock.step(3_599)
    assert "M7/USDT" in watched.current()
    clock.step(1)
    assert watched.current() == RANKED[:3]


def test_asking_again_starts_the_hour_anew(watched: Watched, clock: SleeperClock) -> None:
    watched.want("M7/USDT")
    clock.step(3_000)
    watched.want("M7/USDT")
    clock.step(3_000)
    assert "M7/USDT" in watched.current()


def test_however_many_are_asked_for_the_last_hundred_are_watched(watched: Watched) -> None:
    for market in RANKED[3:]:
        watched.want(market)
    assert watched.current() == [*RANKED[:3], *RANKED[-100:]]


def test_what_the_venue_refuses_or_does_not_have_is_not_watched(
    watched: Watched, clock: SleeperClock
) -> None:
    watched.want("GONE/USDT")
    watched.refuse(RANKED[0])
    assert watched.current() == RANKED[1:3]
    clock.step(300)
    assert watched.current() == RANKED[:3]


def test_only_what_is_not_watched_yet_asks_for_a_change(watched: Watched) -> None:
    watched.current()
    watched.changed.clear()
    watched.want(RANKED[0])
    assert not watched.changed.is_set()
    watched.want("M9/USDT")
    assert watched.changed.is_set()


@pytest.fixture
def newest(clock: SleeperClock) -> Newest[str]:
    return Newest(clock, first={"first"})


def test_a_figure_of_an_earlier_time_does_not_replace_a_later_one(newest: Newest[str]) -> None:
    assert newest.show("a", "later", MARKET_TIME)
    assert not newest.show("a", "earlier", MARKET_TIME - timedelta(seconds=1))
    assert newest.show("a", "same", MARKET_TIME)


def test_a_figure_that_is_not_confirmed_for_ten_seconds_gives_way_to_an_earlier_time(
    newest: Newest[str], clock: SleeperClock
) -> None:
    newest.show("a", "later", MARKET_TIME)
    clock.step(10)
    assert newest.show("a", "earlier", MARKET_TIME - timedelta(seconds=1))


def test_what_changed_is_taken_once_with_the_urgent_first(newest: Newest[str]) -> None:
    for market in ("a", "b", "first"):
        newest.show(market, market, MARKET_TIME)
    assert list(newest.take(2)) == ["first", "a"]
    assert list(newest.take(2)) == ["b"]
    assert newest.take(2) == {}


def test_that_something_changed_is_said_until_all_of_it_was_taken(newest: Newest[str]) -> None:
    assert not newest.changed.is_set()
    for market in ("a", "b"):
        newest.show(market, market, MARKET_TIME)
    newest.take(1)
    assert newest.changed.is_set()
    newest.take(1)
    assert not newest.changed.is_set()


def test_what_could_not_be_passed_on_is_taken_again_as_it_is_then(newest: Newest[str]) -> None:
    newest.show("a", "old", MARKET_TIME)
    taken = newest.take(5)
    newest.show("a", "new", MARKET_TIME)
    newest.mark(taken)
    assert [kept.figure for kept in newest.take(5).values()] == ["new"]


def test_a_market_that_is_gone_is_not_passed_on(newest: Newest[str]) -> None:
    newest.show("a", "a", MARKET_TIME)
    newest.keep_only(set())
    assert (newest.take(5), newest.get("a")) == ({}, None)


def test_market_time_only_goes_forward() -> None:
    time = MarketTime()
    for market, moment in (("a", 1_000), ("b", 900), ("a", 1_500), ("b", 100)):
        time.hear(market, moment)
    assert time.now == 1_500


def test_one_market_with_a_wrong_time_moves_nothing() -> None:
    time = MarketTime()
    for number in range(8):
        time.hear("a", 1_000 + number)
        time.hear("wrong", 9_000_000_000)
    assert time.now == 1_007


def test_a_leap_that_another_market_makes_too_is_believed() -> None:
    time = MarketTime()
    for market, moment in (("a", 1_000), ("a", 2_000_000), ("b", 2_000_100)):
        time.hear(market, moment)
    assert time.now == 2_000_100


def test_a_step_of_more_than_ten_seconds_is_not_believed_from_one_message() -> None:
    time = MarketTime()
    time.hear("a", 1_000)
    time.hear("a", 11_001)
    assert time.now == 1_000
    time.hear("a", 11_000)
    assert time.now == 11_000


def test_a_market_that_insists_on_a_wrong_time_is_not_believed_while_others_go_on() -> None:
    time = MarketTime()
    for number in range(100):
        time.hear("a", 1_000 + number)
        time.hear("wrong", 9_000_000_000)
    assert time.now == 1_099


def test_quiet_markets_whose_clock_leaps_after_the_others_are_not_going_back() -> None:
    venue, quiet = MarketTime(), MarketTime()
    quiet.hear("q1", 0)
    quiet.hear("q2", 0)
    went_back = []
    for second in range(16 * 60):
        venue.hear("busy", second * 1_000)
        if second == 13 * 60:
            quiet.hear("q1", second * 1_000)
        if second == 13 * 60 + 9:
            quiet.hear("q2", second * 1_000)
        went_back.append(quiet.goes_on_before(venue, 60_000))
    assert quiet.now == (13 * 60 + 9) * 1_000
    assert not any(went_back)


def test_a_leap_that_one_market_insists_on_is_believed() -> None:
    time = MarketTime()
    time.hear("a", 1_000)
    for _ in range(10):
        time.hear("a", 2_000_000)
    assert time.now == 2_000_000


def test_a_clock_that_stands_still_in_the_past_tells_of_nothing_and_one_that_moves_there_does() -> None:
    venue, quiet, moving = MarketTime(), MarketTime(), MarketTime()
    venue.hear("a", 1_000_000)
    for look in range(100):
        quiet.hear("b", 5)
        moving.hear("c", 5 + look)
        is_quiet_believed = quiet.goes_on_before(venue, 60_000)
        is_moving_believed = moving.goes_on_before(venue, 60_000)
    assert (is_quiet_believed, is_moving_believed) == (False, True)
