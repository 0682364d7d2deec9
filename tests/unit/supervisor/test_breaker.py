from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.supervisor.breaker import Breaker


def breaker() -> Breaker:
    return Breaker(allowed=5, window=60.0, longest=2.0)


def test_the_sixth_counted_exit_within_a_minute_leaves_the_bot_stopped() -> None:
    counted = breaker()
    assert [counted.delay_after(at, counts=True) is None for at in range(6)] == [False] * 5 + [True]


def test_five_exits_a_minute_go_on_for_ever() -> None:
    counted = breaker()
    assert all(counted.delay_after(at * 12.0, counts=True) is not None for at in range(100))


def test_exits_that_do_not_count_never_leave_the_bot_stopped() -> None:
    counted = breaker()
    assert all(counted.delay_after(at / 10, counts=False) is not None for at in range(500))


def test_the_first_restart_is_at_once_and_the_next_ones_wait_longer_up_to_two_seconds() -> None:
    counted = breaker()
    assert [counted.delay_after(float(at), counts=False) for at in range(6)] == [
        0.0,
        0.25,
        0.5,
        1.0,
        2.0,
        2.0,
    ]


def test_an_operator_who_acts_gives_a_fresh_start() -> None:
    counted = breaker()
    for at in range(6):
        counted.delay_after(float(at), counts=True)
    counted.reset()
    assert counted.delay_after(6.0, counts=True) == 0.0


@given(st.lists(st.tuples(st.floats(0.0, 30.0), st.booleans()), max_size=60))
def test_it_opens_exactly_when_more_than_five_counted_exits_lie_within_a_minute(
    exits: list[tuple[float, bool]],
) -> None:
    counted, at, history = breaker(), 0.0, []
    for pause, counts in exits:
        at += pause
        history.append((at, counts))
        delay = counted.delay_after(at, counts=counts)
        recent = sum(1 for when, did in history if did and when > at - 60.0)
        assert (delay is None) == (recent > 5)
        assert delay is None or 0.0 <= delay <= 2.0
