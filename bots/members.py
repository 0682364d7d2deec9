"""The members process: it owns the rows of settings, lessons done and the audit log, and answers for them."""

from __future__ import annotations

import asyncio

from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus, service_config
from services.education.service import EducationService
from services.members.messages import AUDIT
from services.members.service import MembersService
from services.omega import serve


async def run(process: Process) -> None:
    """Answer for settings, rights, the audit log and lessons until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database.
    """
    async with open_process_bus(process) as bus, open_database(process) as store:
        if store is None:
            return
        members = MembersService(service_config(process), store=store, clock=process.clock)
        education = EducationService(service_config(process), store=store, clock=process.clock)
        async with asyncio.TaskGroup() as group:
            recording = group.create_task(bus.consume(AUDIT, members.name, members.record))
            await serve(bus, [members, education], stopping=process.stopping, clock=process.clock)
            recording.cancel()
