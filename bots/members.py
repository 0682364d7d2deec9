"""The members process: it owns the rows of settings, lessons done and the audit log, and answers for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from bots.process import Process
from bots.wiring import open_process_bus, service_config
from services.education.service import EducationService
from services.errors import Misconfigured, StoreUnavailable
from services.members.messages import AUDIT
from services.members.service import MembersService
from services.omega import serve
from services.store.migrate import migrate
from services.store.store import Store, open_store

DATABASE_FILE: Final = "omega.db"
_LOOK_SECONDS: Final = 2.0


async def run(process: Process) -> None:
    """Answer for settings, rights, the audit log and lessons until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database.
    """
    database = process.spec.database
    if database is None:
        raise Misconfigured("The members process was not told how to use the database.")
    process.report("store", is_ready=False, reason="opening the database")
    path, url = process.spec.var / DATABASE_FILE, process.secrets.database_url
    opening = open_store(url, path=path, busy_timeout=database.busy_timeout, clock=process.clock)
    async with open_process_bus(process) as bus, opening as store:
        if not await _is_up(process, lambda: migrate(url, path=path)):
            return
        members = MembersService(service_config(process), store=store, clock=process.clock)
        education = EducationService(service_config(process), store=store, clock=process.clock)
        async with asyncio.TaskGroup() as group:
            recording = group.create_task(bus.consume(AUDIT, members.name, members.record))
            watching = group.create_task(_watch(process, store))
            await serve(bus, [members, education], stopping=process.stopping, clock=process.clock)
            recording.cancel()
            watching.cancel()


async def _is_up(process: Process, bring_up: Callable[[], Awaitable[object]]) -> bool:
    """Try until the database is up to date; False when the process is asked to stop meanwhile."""
    while not process.stopping.is_set():
        if await _reported(process, bring_up):
            return True
        await _pause(process)
    return False


async def _watch(process: Process, store: Store) -> None:
    """Keep the readiness of the process true to whether the database answers."""
    while not process.stopping.is_set():
        await _pause(process)
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
