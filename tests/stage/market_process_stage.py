"""The market process as the farm starts it, and how to ask it until it knows something."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bus_stage import Server

from bots.control import Ending, read_line
from config.farm_file import BotEntry, ExchangeSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.bus.bus import Bus
from services.bus.messages import R, Request
from services.errors import BusUnavailable, ExchangeUnavailable, NoAnswer

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class MarketProcess:
    """A market process and the reading end of its control pipe."""

    process: asyncio.subprocess.Process
    control: int

    def reasons(self) -> list[str]:
        lines = map(read_line, os.read(self.control, 65_536).splitlines())
        return [line.reason for line in lines if isinstance(line, Ending)]


@asynccontextmanager
async def market(
    server: Server, tmp_path: Path, url: str | None, section: ExchangeSection | None = None
) -> AsyncIterator[MarketProcess]:
    """Start the process as the farm does; it is killed in the end if it is still there."""
    spec = ProcessSpec(
        name="market",
        kind="market",
        entry=BotEntry(),
        root=ROOT,
        var=tmp_path / "var",
        data=tmp_path / "data",
        personas=ROOT / "personas",
        observe=ObserveSection(),
        exchange=section or ExchangeSection(),
        exchange_url=url,
    )
    reading, writing = os.pipe()
    command = (sys.executable, "-m", "bots.process", "--control", str(writing), "bots.market")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT, pass_fds=(writing,)
    )
    os.close(writing)
    assert child.stdin is not None
    told = [part.model_dump_json() for part in (spec, ProcessSecrets(bus_url=server.url))]
    child.stdin.write("".join(f"{line}\n" for line in told).encode())
    try:
        yield MarketProcess(child, reading)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        os.close(reading)


async def answer_to(bus: Bus, request: Request[R]) -> R:
    """Ask until the process is there and knows something."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await bus.ask(request, timeout=1)
            except (NoAnswer, ExchangeUnavailable, BusUnavailable):
                await asyncio.sleep(0.05)
