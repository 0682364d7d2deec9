from __future__ import annotations

import asyncio

import pytest
from feed_stage import until

from services.errors import ExchangeUnavailable
from services.market.sharing import Shared


class Work:
    """Ends when it is told to, with `error` if there is one."""

    def __init__(self) -> None:
        self.times = 0
        self.may_end = asyncio.Event()
        self.error: ExchangeUnavailable | None = None

    async def __call__(self) -> None:
        self.times += 1
        await self.may_end.wait()
        if self.error is not None:
            raise self.error


@pytest.fixture
def work() -> Work:
    return Work()


async def waiting(shared: Shared, work: Work, count: int) -> list[asyncio.Task[None]]:
    """So many who ask for the same."""
    tasks = [asyncio.ensure_future(shared.do("a", work)) for _ in range(count)]
    await until(lambda: work.times == 1)
    return tasks


async def test_who_asks_while_it_is_done_waits_for_the_same_and_later_it_is_done_anew(work: Work) -> None:
    shared = Shared()
    tasks = await waiting(shared, work, 5)
    work.may_end.set()
    await asyncio.gather(*tasks)
    assert work.times == 1
    await shared.do("a", work)
    assert work.times == 2


async def test_all_who_wait_hear_of_its_failure_at_once(work: Work) -> None:
    work.error = ExchangeUnavailable("It is down.")
    tasks = await waiting(Shared(), work, 5)
    work.may_end.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert (outcomes, work.times) == ([work.error] * 5, 1)


async def test_when_whoever_does_it_leaves_the_next_one_does_it(work: Work) -> None:
    tasks = await waiting(Shared(), work, 3)
    tasks[0].cancel()
    await until(lambda: work.times == 2)
    tasks[1].cancel()
    await until(lambda: work.times == 3)
    work.may_end.set()
    await tasks[2]
    assert (work.times, tasks[0].cancelled(), tasks[1].cancelled()) == (3, True, True)


async def test_other_work_is_not_waited_for(work: Work) -> None:
    shared, other = Shared(), Work()
    tasks = await waiting(shared, work, 1)
    other.may_end.set()
    await shared.do("b", other)
    work.may_end.set()
    await asyncio.gather(*tasks)
