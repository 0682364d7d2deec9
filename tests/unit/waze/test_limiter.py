from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bots.waze.limiter import Limiter, Places
from config.farm_file import LimitsSection
from services.memory import Remembered, Seen


@pytest.fixture
def limiter(clock: Any) -> Limiter:
    return Limiter(LimitsSection(), clock)


def test_a_burst_of_three_is_admitted_then_one_notice_then_silence(limiter: Limiter) -> None:
    said = [limiter.admit(1) for _ in range(6)]
    assert said == ["admitted", "admitted", "admitted", "notice", "dropped", "dropped"]


def test_one_more_is_admitted_every_second(limiter: Limiter, clock: Any) -> None:
    verdicts = []
    for _ in range(10):
        verdicts += [limiter.admit(1) for _ in range(5)]
        clock.seconds += 1.0
    assert verdicts.count("admitted") == 3 + 9


def test_the_notice_comes_once_in_ten_seconds(limiter: Limiter, clock: Any) -> None:
    verdicts = []
    for _ in range(200):
        verdicts.append(limiter.admit(1))
        clock.seconds += 0.1
    assert verdicts.count("notice") == 2


def test_one_members_haste_costs_another_nothing(limiter: Limiter) -> None:
    for _ in range(50):
        limiter.admit(1)
    assert limiter.admit(2) == "admitted"


def test_the_wait_says_when_the_next_is_admitted(limiter: Limiter, clock: Any) -> None:
    for _ in range(4):
        limiter.admit(1)
    wait = limiter.wait(1)
    clock.seconds += wait - 0.01
    assert limiter.admit(1) == "dropped"
    clock.seconds += 0.02
    assert limiter.admit(1) == "admitted"


def test_limits_come_from_the_farm_file(clock: Any) -> None:
    limits = LimitsSection(commands_per_second=10.0, burst=1, notice_every=timedelta(seconds=1))
    limiter = Limiter(limits, clock)
    assert [limiter.admit(1), limiter.admit(1)] == ["admitted", "notice"]
    clock.seconds += 0.1
    assert limiter.admit(1) == "admitted"


def test_members_who_fell_quiet_are_forgotten_and_hasty_ones_are_not(clock: Any) -> None:
    limiter = Limiter(LimitsSection(), clock)
    for member in range(9_999):
        limiter.admit(member)
    clock.seconds += 60.0
    hasty = 99_999
    for _ in range(4):
        limiter.admit(hasty)
    limiter.admit(100_000)
    assert len(limiter._buckets) < 10
    assert limiter.admit(hasty) == "dropped"


def test_a_refusal_without_fault_costs_nothing_of_the_allowance(limiter: Limiter) -> None:
    assert [limiter.refuse(1), limiter.refuse(1)] == ["notice", "dropped"]
    assert [limiter.admit(1) for _ in range(4)] == ["admitted", "admitted", "admitted", "dropped"]


def test_there_is_room_for_so_many_and_again_when_one_leaves(clock: Any) -> None:
    places = Places(2, clock, lapse=3.0)
    places.take(1)
    assert not places.is_full()
    places.take(2)
    assert places.is_full()
    places.leave(1)
    places.leave(1)
    assert not places.is_full()


def test_a_place_that_nobody_gave_back_is_free_again_after_a_while(clock: Any) -> None:
    places = Places(1, clock, lapse=3.0)
    places.take(1)
    clock.seconds += 2.9
    assert places.is_full()
    clock.seconds += 0.2
    assert not places.is_full()


def test_an_answer_is_remembered_for_its_seconds_only(clock: Any) -> None:
    kept: Remembered[str, int] = Remembered(clock, size=2)
    kept.keep("a", 1, seconds=5.0)
    assert kept.get("a") == 1
    clock.seconds += 5.0
    assert kept.get("a") is None


def test_the_oldest_answer_goes_when_there_is_no_room(clock: Any) -> None:
    kept: Remembered[str, int] = Remembered(clock, size=2)
    for number, key in enumerate("abc"):
        kept.keep(key, number, seconds=5.0)
    assert [kept.get(key) for key in "abc"] == [None, 1, 2]


def test_an_event_that_is_delivered_twice_counts_once() -> None:
    seen = Seen(size=2)
    assert [seen.first_sight(id_) for id_ in (1, 1, 2, 3, 1)] == [True, False, True, True, True]
