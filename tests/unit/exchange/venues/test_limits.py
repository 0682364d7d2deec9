from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_stage import SleeperClock

from services.errors import ExchangeBusy
from services.exchange.venues.limits import Allowance, LocalBudget, ahead_of_reads

TWENTY_A_SECOND = Allowance(key="bitget", venue="bitget", units=20.0, seconds=1.0)


def budget_on(clock: SleeperClock, allowance: Allowance = TWENTY_A_SECOND) -> LocalBudget:
    return LocalBudget(allowance, clock=clock, sleep=clock.sleep)


async def test_what_was_not_asked_for_a_while_can_be_asked_at_once() -> None:
    clock = SleeperClock()
    budget = budget_on(clock)
    for _ in range(20):
        await budget.take(1)
    assert clock.passed == 0


async def test_the_next_one_waits_until_the_window_has_moved_on() -> None:
    clock = SleeperClock()
    budget = budget_on(clock)
    await budget.take(20)
    await budget.take(1)
    assert clock.passed == pytest.approx(1.0)


async def test_a_call_dearer_than_the_whole_allowance_is_made_alone() -> None:
    clock = SleeperClock()
    budget = budget_on(clock)
    await budget.take(1)
    await budget.take(50)
    assert clock.passed == pytest.approx(1.0)


async def test_while_the_venue_wants_rest_callers_are_told_when_to_come_back() -> None:
    clock = SleeperClock()
    budget = budget_on(clock)
    await budget.rest(60)
    await budget.rest(1)
    with pytest.raises(ExchangeBusy) as caught:
        await budget.take(1)
    assert caught.value.facts == {"venue": "bitget", "retry_after": 60.0}
    clock.step(60)
    await budget.take(1)


async def test_a_short_rest_is_waited_for() -> None:
    clock = SleeperClock()
    budget = budget_on(clock)
    await budget.rest(2)
    await budget.take(1)
    assert clock.passed == pytest.approx(2.0)


async def test_a_queue_that_is_longer_than_the_patience_is_not_joined() -> None:
    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    budget = LocalBudget(TWENTY_A_SECOND, clock=SleeperClock(), sleep=never)
    takes = [asyncio.create_task(budget.take(1)) for _ in range(180)]
    done, waiting = await asyncio.wait(takes, timeout=0.1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    refused = [task.exception() for task in done if task.exception() is not None]
    assert (len(done) - len(refused), len(waiting), len(refused)) == (20, 5 * 20, 60)
    assert {error.facts["retry_after"] for error in refused if isinstance(error, ExchangeBusy)} == {6.0}


async def test_whoever_gives_up_waiting_leaves_the_queue() -> None:
    clock = SleeperClock()
    asleep = asyncio.Event()

    async def never(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    budget = LocalBudget(TWENTY_A_SECOND, clock=clock, sleep=never)
    await budget.take(20)
    waiting = [asyncio.create_task(budget.take(20)) for _ in range(5)]
    await asleep.wait()
    with pytest.raises(ExchangeBusy):
        await budget.take(20)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    clock.step(1)
    await budget.take(20)


async def test_an_order_passes_reads_that_wait_and_spends_what_they_have_to_leave() -> None:
    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    budget = LocalBudget(TWENTY_A_SECOND, clock=SleeperClock(), sleep=never, reserve=0.4)
    reads = [asyncio.create_task(budget.take(4)) for _ in range(10)]
    done, waiting = await asyncio.wait(reads, timeout=0.05)
    assert (len(done), len(waiting)) == (3, 7)
    with ahead_of_reads():
        async with asyncio.timeout(1):
            await budget.take(4)
            await budget.take(4)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@given(st.lists(st.floats(min_value=0.1, max_value=20), min_size=1, max_size=60))
def test_no_window_ever_holds_more_than_the_allowance(costs: list[float]) -> None:
    clock = SleeperClock()
    budget = LocalBudget(TWENTY_A_SECOND, clock=clock, patience=1e9, sleep=clock.sleep)
    spent: list[tuple[float, float]] = []

    async def take(cost: float) -> None:
        await budget.take(cost)
        spent.append((clock.monotonic(), cost))

    async def take_all() -> None:
        await asyncio.gather(*(take(cost) for cost in costs))

    asyncio.run(take_all())
    assert len(spent) == len(costs)
    for start, _ in spent:
        within = sum(cost for at, cost in spent if start <= at < start + 1.0 - 1e-9)
        assert within <= 20.0 + 1e-6
