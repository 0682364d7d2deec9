"""Of several desks one trades: two of them on one database and one account, which they both would trade."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from desk_intents_stage import Staged, an_intent, desk_at, open_house
from sandbox_exchange_stage import Stage, until
from schedule_stage import WallClock, open_database

from services.clock import SystemClock
from services.errors import Unavailable
from services.store.leader import LEASE_SECONDS
from services.store.store import Store
from services.trading.intents.crash_points import CrashPoint, CrashPoints
from services.trading.intents.resolving import NEVER_SENT
from services.trading.tenure import LEASE, DeskTenure, has_ended, holder_of

PLACE = "order/place-"
FAR = Decimal(40_000)
BEFORE_SENDING: tuple[CrashPoint, ...] = ("intent_written", "intent_judged", "leverage_set", "before_send")


@dataclass(frozen=True, kw_only=True)
class OneDesk:
    """A desk, its turn, and the time as it knows it."""

    tenure: DeskTenure
    clock: WallClock
    desk: Staged

    async def sends(self, intent_id: str) -> str:
        """Return how an intent ends."""
        return (await self.desk.works.desk.submit(an_intent(intent_id))).status

    async def go_on(self, seconds: float) -> None:
        """Let time pass, in which it looks."""
        for _ in range(round(seconds / 0.4)):
            self.clock.pass_by(timedelta(seconds=0.4))
            await self.tenure.leader.step()


@pytest_asyncio.fixture
async def house() -> AsyncIterator[Stage]:
    async with open_house() as stage:
        yield stage


@asynccontextmanager
async def desks(
    house: Stage, folder: Path, points: CrashPoints | None = None
) -> AsyncIterator[list[OneDesk]]:
    """Open two desks. The first one has the turn."""
    async with AsyncExitStack() as opened:
        store: Store = await opened.enter_async_context(open_database(folder, SystemClock()))
        found = []
        for name in ("one", "two"):
            clock = WallClock()
            tenure = DeskTenure(store, holder=name, clock=clock)
            await tenure.leader.step()
            desk = await opened.enter_async_context(desk_at(house.url, folder, points=points, tenure=tenure))
            found.append(OneDesk(tenure=tenure, clock=clock, desk=desk))
        yield found


async def test_one_desk_sends_and_the_other_refuses_and_writes_nothing(house: Stage, tmp_path: Path) -> None:
    async with desks(house, tmp_path) as (one, two):
        assert await one.sends("i1") == "filled"
        with pytest.raises(Unavailable, match="Another desk trades"):
            await two.sends("i2")
        assert await two.desk.status("i2") == ""
        assert len(house.journal.of(PLACE)) == 1


async def test_a_desk_that_was_frozen_beyond_its_lease_sends_nothing_more_and_still_cancels(
    house: Stage, tmp_path: Path
) -> None:
    async with desks(house, tmp_path) as (one, two):
        waiting = await one.desk.works.desk.submit(an_intent("i1", price=FAR))
        one.clock.pass_by(timedelta(seconds=LEASE_SECONDS))
        await two.go_on(LEASE_SECONDS + 1)
        with pytest.raises(Unavailable, match="Another desk trades"):
            await one.sends("i2")
        await one.desk.works.desk.cancel("ada", waiting.id)
        await until(lambda: "canceled" in one.desk.others.news("i1"))
        assert await two.sends("i3") == "filled"
        assert len(house.journal.of(PLACE)) == 2


async def test_the_database_refuses_a_desk_whose_own_clock_says_that_it_has_the_turn(
    house: Stage, tmp_path: Path
) -> None:
    async with desks(house, tmp_path) as (one, two):
        await two.go_on(LEASE_SECONDS + 1)
        assert (one.tenure.leader.token, two.tenure.leader.token) == (1, 2)
        with pytest.raises(Unavailable, match="Another desk trades"):
            await one.sends("i1")
        assert await one.desk.status("i1") == ""
        lost = asyncio.create_task(one.tenure.lost())
        await one.go_on(2)
        with pytest.raises(Unavailable):
            await lost
        assert len(house.journal.of(PLACE)) == 0


class Freezing(CrashPoints):
    """Something happens where an order's life comes by a point."""

    def __init__(self) -> None:
        self.at: dict[str, Callable[[], None]] = {}

    def reach(self, point: CrashPoint) -> None:
        self.at.pop(point, lambda: None)()


@pytest.mark.parametrize("point", BEFORE_SENDING)
async def test_an_order_that_was_on_its_way_when_its_desk_froze_is_not_sent(
    house: Stage, tmp_path: Path, point: CrashPoint
) -> None:
    points = Freezing()
    async with desks(house, tmp_path, points) as (one, _):
        points.at[point] = lambda: one.clock.pass_by(timedelta(seconds=LEASE_SECONDS))
        row = await one.desk.works.desk.submit(an_intent("i1"))
        assert row.status == "abandoned"
        assert row.reason in {"Another desk trades.", NEVER_SENT}
        assert len(house.journal.of(PLACE)) == 0


async def test_a_wall_clock_that_jumps_takes_the_turn_from_nobody(house: Stage, tmp_path: Path) -> None:
    async with desks(house, tmp_path) as (one, two):
        for by in (timedelta(days=400), -timedelta(days=800)):
            one.clock.jump(by)
            two.clock.jump(-by)
            for _ in range(3):
                await one.go_on(2)
                await two.go_on(2)
        assert await one.sends("i1") == "filled"
        assert two.tenure.leader.token is None


async def test_a_holder_that_was_killed_is_followed_at_once_and_one_elsewhere_is_waited_for(
    tmp_path: Path,
) -> None:
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    holder, clock = holder_of(killed.pid), WallClock()
    assert not has_ended(holder)
    assert not has_ended(holder_of(os.getpid()))
    assert not has_ended(f"another-boot pid:[4026531836] {killed.pid} 1")
    async with open_database(tmp_path, clock) as store:
        before = DeskTenure(store, holder=holder, clock=clock)
        await before.leader.step()
        after = DeskTenure(store, holder=holder_of(os.getpid()), clock=clock)
        await after.leader.step()
        assert [before.leader.token, after.leader.token] == [1, None]
        killed.kill()
        await killed.wait()
        assert has_ended(holder)
        await after.leader.step()
        assert after.leader.token == 2
        async with store.read() as rows:
            found = await rows.leases.get(LEASE)
        assert found is not None
        assert found.holder == holder_of(os.getpid())
