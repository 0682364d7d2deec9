"""The process of the position analyzer: how positions are, their living cards, and what is to be learnt."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus, service_config
from services.garbage import spare_what_stays
from services.loops import Loops
from services.omega import serve
from services.trading.positions.living.living import Living
from services.trading.positions.reading.grounds import Grounds
from services.trading.positions.reading.service import AnalyzerService
from services.trading.telling import KeptNews

_NEWS: Final = "news.jsonl"


async def run(process: Process) -> None:
    """Analyse until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database.
    """
    async with open_process_bus(process) as bus, open_database(process) as store:
        if store is None:
            return
        teller = KeptNews(bus, _folder(process) / _NEWS)
        grounds = Grounds(bus.ask, clock=process.clock)
        living = Living(bus, store=store, grounds=grounds, teller=teller, clock=process.clock)
        service = AnalyzerService(service_config(process), ask=bus.ask, grounds=grounds, living=living)
        spare_what_stays()
        async with Loops(teller.run(), living.run()):
            await serve(bus, [service], stopping=process.stopping, clock=process.clock)


def _folder(process: Process) -> Path:
    """Return where the process keeps what nobody else reads."""
    folder = process.spec.var / process.spec.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
