"""The process of the position analyzer: how positions are, their living cards, and what is to be learnt."""

from __future__ import annotations

from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus


async def run(process: Process) -> None:
    """Analyse until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database.
    """
    async with open_process_bus(process), open_database(process) as store:
        if store is None:
            return
        await process.stopping.wait()
