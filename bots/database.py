"""The database as the processes that keep rows in it open it: brought up to date, and watched."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bots.process import Process
from services.errors import Misconfigured, StoreUnavailable
from services.loops import Loops
from services.store.migrate import migrate
from services.store.store import Store, open_store

DATABASE_FILE: Final = "omega.db"
_LOOK_SECONDS: Final = 2.0


@asynccontextmanager
async def open_database(
    process: Process, *, is_durable: bool = False, patience: timedelta = timedelta.max
) -> AsyncIterator[Store | None]:
    """Open the database once it can be used, and report whether it answers as the part ``store``.

    None: the process was asked to stop before the database was there. For `is_durable` see `open_store`. Who
    must not wait for long while others write gives up after `patience`, if that is less than what is set.

    Raises:
        Misconfigured: the process was not told how to use the database.
    """
    database = process.spec.database
    if database is None:
        raise Misconfigured(f"The process {process.spec.name} was not told how to use the database.")
    process.report("store", is_ready=False, reason="opening the database")
    path, url = process.spec.var / DATABASE_FILE, process.secrets.database_url
    busy = min(database.busy_timeout, patience)
    opening = open_store(url, path=path, busy_timeout=busy, clock=process.clock, is_durable=is_durable)
    async with opening as store:
        if not await _is_up(process, lambda: migrate(url, path=path)):
            yield None
            return
        async with Loops(_watch(process, store)):
            yield store


async def _is_up(process: Process, bring_up: Callable[[], Awaitable[object]]) -> bool:
    """Try until the database is up to date; False when the process is asked to stop meanwhile."""
    while not process.stopping.is_set():
        if await _reported(process, bring_up):
            return True
        await _pause(process)
    return False


async def _watch(process: Process, store: Store) -> None:
    """Keep the readiness of the process true to whether the database answers."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        await _reported(process, store.ping)


async def _reported(process: Process, touch: Callable[[], Awaitable[object]]) -> bool:
    try:
        await touch()
    except StoreUnavailable as error:
        process.report("store", is_ready=False, reason=f"{error.message} {error.hint}")
        return False
    process.report("store", is_ready=True)
    return True


async def _pause(process: Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await process.stopping.wait()
