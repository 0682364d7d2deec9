from __future__ import annotations

import asyncio
import gc
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.clock import SystemClock
from services.store.migrate import migrate
from services.store.steady import SteadyConnection
from services.store.store import Store, open_store

SLOW = text(
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 400000) SELECT max(x) FROM n"
)


async def write_slowly(store: Store, begun: asyncio.Event) -> None:
    async with store.write() as rows:
        begun.set()
        await rows.learning._connection.execute(SLOW)


@pytest.mark.parametrize("cancels", [1, 2, 3])
async def test_a_write_that_is_canceled_leaves_the_database_to_the_next(tmp_path: Path, cancels: int) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=2), clock=SystemClock()) as store:
        begun = asyncio.Event()
        task = asyncio.create_task(write_slowly(store, begun))
        await begun.wait()
        for _ in range(cancels):
            await asyncio.sleep(0.005)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(1), store.write() as rows:
            assert await rows.trading.equity.count() == 0


@pytest.mark.parametrize("pause", [0.0, 0.0005, 0.001, 0.002, 0.004])
async def test_a_reader_that_is_canceled_while_its_connection_opens_leaves_none_open(
    tmp_path: Path, pause: float
) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=2), clock=SystemClock()) as store:
        task = asyncio.create_task(store.ping())
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.wait([task])
        gc.collect()
        await store.ping()
    connections = [one for one in gc.get_objects() if isinstance(one, SteadyConnection)]
    assert not [one for one in connections if one._connection is not None]
