"""Two desks as processes on one database: one trades, the other waits and says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from bus_stage import kill, running
from desk_process_stage import ADA, TradingFarm, allow_everything, answer_of, farm_at
from sandbox_exchange_stage import running_exchange

from bots.control import Beat
from bots.supervisor.child import Child
from services.bus.connect import open_bus
from services.clock import SystemClock
from services.loops import Loops
from services.store.store import open_store
from services.trading.accounts.messages import ListAccounts
from services.trading.tenure import LEASE


async def token(var: Path) -> int:
    """Return the newest token of the lease."""
    opening = open_store(None, path=var / "omega.db", busy_timeout=timedelta(seconds=5), clock=SystemClock())
    async with opening as store, store.read() as rows:
        found = await rows.leases.get(LEASE)
    return 0 if found is None else found.token


@asynccontextmanager
async def waiting(farm: TradingFarm) -> AsyncIterator[Child]:
    """Start another desk and wait until it says that it waits."""
    child = await farm.start("desk")
    try:
        assert await said(child, "desk: another desk trades")
        yield child
    finally:
        child.kill()
        await child.wait()


async def said(child: Child, reason: str) -> bool:
    """Wait until a child gives a reason for not being ready; without one, until it is ready."""
    async for line in child.lines():
        if isinstance(line, Beat) and line.reason == reason and line.is_ready == (not reason):
            return True
    return False


@pytest.mark.slow
async def test_a_second_desk_waits_and_trades_as_soon_as_the_first_is_killed(tmp_path: Path) -> None:
    async with running("unix") as server, running_exchange() as venue:
        farm = farm_at(server, tmp_path, venue.url)
        async with (
            open_bus(server.url, name="asker", clock=SystemClock()) as ask,
            Loops(allow_everything(ask)),
            farm.running("desk") as first,
            waiting(farm) as second,
        ):
            before = await answer_of(ask, ListAccounts(caller=ADA))
            await kill(server)
            await server.start()
            assert await answer_of(ask, ListAccounts(caller=ADA)) == before
            assert await token(tmp_path) == 1
            first.kill()
            async with asyncio.timeout(6):
                assert await said(second, "")
            assert await token(tmp_path) == 2
            assert await answer_of(ask, ListAccounts(caller=ADA)) == before
