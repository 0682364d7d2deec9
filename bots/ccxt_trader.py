"""The process of the CCXT trader: it proposes orders to the desk, and holds no key."""

from __future__ import annotations

from bots.process import Process
from bots.wiring import open_process_bus
from services.loops import Loops
from services.trading.strategies.trader import Trader


async def run(process: Process) -> None:
    """Run its strategies until the process is asked to stop."""
    async with open_process_bus(process) as bus, Loops(Trader("ccxt_trader", bus, process.clock).run()):
        await process.stopping.wait()
