from __future__ import annotations

import pytest
from model_stage import SetClock
from structlog.testing import capture_logs

from services.chat.models.breaker import FAILURES, LONGEST_S, SHORTEST_S, WINDOW_S, Breaker
from services.chat.models.failing import down, refused
from services.errors import ModelFailed

LIMITED = refused("first", 429, retry_after=90)
REFUSED = refused("first", 401)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def breaker(clock: SetClock) -> Breaker:
    return Breaker("first", clock)


def fail(breaker: Breaker, times: int = 1, error: ModelFailed | None = None) -> None:
    for _ in range(times):
        entry = breaker.enter()
        assert entry
        breaker.failed(entry, error or down("first"))


def rest_of(breaker: Breaker, clock: SetClock) -> float:
    until = breaker.rests_until()
    assert until
    return (until - clock.now()).total_seconds()


def test_five_failures_in_a_row_and_no_fewer_let_a_model_rest(breaker: Breaker) -> None:
    fail(breaker, FAILURES - 1)
    breaker.succeeded()
    fail(breaker, FAILURES - 1)
    assert breaker.enter() == "usual"
    fail(breaker)
    assert breaker.enter() is None


def test_failures_that_lie_far_apart_are_not_in_a_row(breaker: Breaker, clock: SetClock) -> None:
    for _ in range(3 * FAILURES):
        fail(breaker)
        clock.passed += WINDOW_S + 1
    assert breaker.enter() == "usual"


def test_after_a_rest_one_request_is_let_through_and_an_answer_ends_it(
    breaker: Breaker, clock: SetClock
) -> None:
    fail(breaker, FAILURES)
    clock.passed += SHORTEST_S
    assert [breaker.enter(), breaker.enter()] == ["trial", None]
    breaker.succeeded()
    assert breaker.enter() == "usual"
    assert breaker.rests_until() is None


def test_rests_grow_with_each_trial_that_fails_up_to_ten_minutes(breaker: Breaker, clock: SetClock) -> None:
    fail(breaker, FAILURES)
    rests = []
    for _ in range(7):
        rests.append(rest_of(breaker, clock))
        clock.passed += rests[-1]
        fail(breaker)
    assert rests == [30, 60, 120, 240, 480, 600, 600]
    clock.passed += LONGEST_S
    assert breaker.enter() == "trial"
    breaker.succeeded()
    fail(breaker, FAILURES)
    assert rest_of(breaker, clock) == SHORTEST_S


def test_a_trial_that_nobody_waited_for_leaves_the_next_one_to_try(breaker: Breaker, clock: SetClock) -> None:
    fail(breaker, FAILURES)
    clock.passed += SHORTEST_S
    assert breaker.enter() == "trial"
    breaker.left("trial")
    assert breaker.enter() == "trial"


def test_requests_that_were_under_way_when_it_opened_neither_prolong_a_rest_nor_end_a_trial(
    breaker: Breaker, clock: SetClock
) -> None:
    entries = [breaker.enter() for _ in range(50)]
    for entry in entries:
        assert entry
        breaker.failed(entry, down("first"))
    clock.passed += SHORTEST_S
    assert breaker.enter() == "trial"
    breaker.failed("usual", down("first"))
    breaker.left("usual")
    assert breaker.enter() is None


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (LIMITED, 90),
        (refused("first", 429), SHORTEST_S),
        (refused("first", 429, retry_after=0), SHORTEST_S),
        (refused("first", 429, retry_after=86_400), LONGEST_S),
        (REFUSED, LONGEST_S),
        (refused("first", 400, is_key=True), LONGEST_S),
    ],
)
def test_a_rate_limit_and_a_wrong_key_need_no_second_failure(
    error: ModelFailed, seconds: float, breaker: Breaker, clock: SetClock
) -> None:
    fail(breaker, error=error)
    assert rest_of(breaker, clock) == seconds


def test_a_wrong_key_is_logged_with_the_variable_that_holds_it(breaker: Breaker) -> None:
    with capture_logs() as lines:
        fail(breaker, error=REFUSED)
    assert lines[0] == {
        "event": "model_key_refused",
        "hint": "Put OMEGA_MODEL_FIRST right.",
        "log_level": "error",
        "model": "first",
    }
