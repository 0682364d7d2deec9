"""The analyst process: finds what candles show, draws charts, and knows the sky."""

from __future__ import annotations

from bots.process import Process
from bots.wiring import open_process_bus


async def run(process: Process) -> None:
    """Answer for findings, charts and the sky until the process is asked to stop."""
    async with open_process_bus(process):
        await process.stopping.wait()
