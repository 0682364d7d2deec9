from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from schedule_stage import WallClock, open_database

from services.clock import SystemClock
from services.errors import StoreUnavailable
from services.loops import Loops
from services.store.leader import LEASE_SECONDS, Leader
from services.store.rows import AuditRow
from services.store.store import Store

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=LEASE_SECONDS)
CHILD = Path(__file__).parents[2] / "stage" / "lease_child.py"


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
async def store(tmp_path: Path, clock: WallClock) -> AsyncIterator[Store]:
    async with open_database(tmp_path, clock) as opened:
        yield opened


def leader(store: Store, holder: str, clock: WallClock) -> Leader:
    return Leader(store, name="schedules", holder=holder, clock=clock)


async def writes(store: Store, token: int | None) -> bool:
    """Write as a leader does, who asks for the validity of its token in the same transaction."""
    async with store.write() as rows:
        return token is not None and await rows.leases.is_valid("schedules", token)


async def go_on(clock: WallClock, seconds: float, *leaders: Leader) -> None:
    """Let time pass in steps in which each of `leaders` looks."""
    for _ in range(round(seconds / 0.4)):
        clock.pass_by(timedelta(seconds=0.4))
        for one in leaders:
            await one.step()


async def test_the_first_one_leads_at_once_and_the_second_does_not(store: Store, clock: WallClock) -> None:
    one, two = leader(store, "one", clock), leader(store, "two", clock)
    await go_on(clock, 8, one, two)
    assert one.token == 1
    assert two.token is None


async def test_one_who_is_frozen_is_followed_within_the_lease_and_a_second(
    store: Store, clock: WallClock
) -> None:
    one, two = leader(store, "one", clock), leader(store, "two", clock)
    await go_on(clock, 2, one, two)
    stale = one.token
    await go_on(clock, LEASE_SECONDS + 1, two)
    assert two.token == 2
    assert one.token is None
    assert not await writes(store, stale)
    assert await writes(store, two.token)


async def test_one_who_wakes_up_after_its_lease_writes_nothing_and_waits(
    store: Store, clock: WallClock
) -> None:
    one, two = leader(store, "one", clock), leader(store, "two", clock)
    await one.step()
    stale = one.token
    await go_on(clock, LEASE_SECONDS + 1, two)
    await go_on(clock, 8, one, two)
    assert (one.token, two.token) == (None, 2)
    assert not await writes(store, stale)


async def test_one_who_slept_through_its_lease_goes_on_where_nobody_took_it(
    store: Store, clock: WallClock
) -> None:
    one = leader(store, "one", clock)
    await one.step()
    clock.pass_by(timedelta(hours=1))
    assert one.token is None
    await one.step()
    assert one.token == 1


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=1), timedelta(days=4_500)])
async def test_a_clock_that_jumps_changes_nothing_about_who_leads(
    store: Store, clock: WallClock, jump: timedelta
) -> None:
    one, two = leader(store, "one", clock), leader(store, "two", clock)
    await go_on(clock, 2, one, two)
    clock.jump(jump)
    await go_on(clock, 20, two, one)
    assert (one.token, two.token) == (1, None)
    await go_on(clock, LEASE_SECONDS + 1, two)
    assert (one.token, two.token) == (None, 2)


async def test_one_who_stops_in_order_lets_the_next_lead_at_once(store: Store, clock: WallClock) -> None:
    one, two = leader(store, "one", clock), leader(store, "two", clock)
    async with Loops(one.run()):
        async with asyncio.timeout(5):
            while one.token is None:  # noqa: ASYNC110 - a leader tells nobody
                await asyncio.sleep(0.01)
    await two.step()
    assert two.token == 2


async def test_of_many_who_look_at_the_same_moment_one_leads(store: Store, clock: WallClock) -> None:
    leaders = [leader(store, str(number), clock) for number in range(8)]
    await asyncio.gather(*(one.step() for one in leaders))
    assert [one.token for one in leaders if one.token is not None] == [1]
    for one in leaders:
        await one.step()
    clock.pass_by(LEASE + SECOND)
    await asyncio.gather(*(one.step() for one in leaders if one.token is None and one._token is None))
    assert [one.token for one in leaders if one.token is not None] == [2]


@asynccontextmanager
async def child(folder: Path, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), str(folder), name, cwd=Path(__file__).parents[3]
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


async def written(store: Store) -> list[AuditRow]:
    """Return what the children wrote, in the order of the transactions."""
    async with store.read() as rows:
        return [*reversed(await rows.audit.newest(100_000))]


async def new_writer(store: Store) -> str:
    """Return who writes next."""
    before = len(await written(store))
    async with asyncio.timeout(20):
        while len(rows := await written(store)) <= before:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)
    return rows[-1].actor


async def freeze(process: asyncio.subprocess.Process, store: Store) -> None:
    """Freeze a process, outside of a transaction: within one it would keep SQLite's only lock."""
    while True:
        process.send_signal(signal.SIGSTOP)
        try:
            async with store.write():
                return
        except StoreUnavailable:
            process.send_signal(signal.SIGCONT)


@pytest.mark.chaos
@pytest.mark.slow
async def test_real_processes_frozen_beyond_their_lease_write_nothing_stale(tmp_path: Path) -> None:
    clock = SystemClock()
    opening = open_database(tmp_path, clock, patience=timedelta(milliseconds=200))
    async with opening as store, child(tmp_path, "a") as a, child(tmp_path, "b") as b:
        for _ in range(3):
            frozen = {"a": a, "b": b}[await new_writer(store)]
            await freeze(frozen, store)
            began = clock.monotonic()
            await new_writer(store)
            assert clock.monotonic() - began <= 0.6 + 1  # the children's lease, and a second
            frozen.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.3)
        tokens = [int(row.detail) for row in await written(store)]
    assert tokens == sorted(tokens)
    assert len(set(tokens)) >= 3
