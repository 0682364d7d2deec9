"""The processes of trading as the farm starts them, at a local exchange and on a bus server of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bus_stage import Server
from pydantic import SecretStr
from sandbox_exchange_stage import SANDBOX_KEY

from bots.control import Beat
from bots.supervisor.child import Child
from bots.supervisor.launch import launcher, module_of
from bots.supervisor.plan import Ground, plans
from config.farm_file import FarmFile
from config.settings import read_settings
from services.bus.bus import Bus
from services.bus.messages import Message, R, Request
from services.errors import BusUnavailable, ExchangeUnavailable, NoAnswer
from services.members.messages import Allowed, Caller, GetRight

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0
ADA = Caller(user_id="1", guild_id="2")


@dataclass(frozen=True, kw_only=True)
class TradingFarm:
    """What the farm would tell its processes. `sections` replace those of farm.yaml."""

    var: Path
    bus_url: SecretStr
    exchange_url: str
    sections: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    async def start(self, name: str, **entry: Any) -> Child:
        """Start one entry as the farm does."""
        (self.var / "logs").mkdir(parents=True, exist_ok=True)
        environ = {"OMEGA_VAR": str(self.var), "OMEGA_DATA": str(self.var / "no data"), **self.environ}
        ground = Ground(
            settings=read_settings(environ),
            bus_url=self.bus_url,
            sandbox_key=SANDBOX_KEY,
            exchange_url=self.exchange_url,
            display_name=str.title,
            mint=lambda _, name: name,
        )
        file = FarmFile.model_validate({**self.sections, "bots": {name: entry}})
        return await Child.start(launcher(module_of)(plans(file, ground)[name]))

    @asynccontextmanager
    async def running(self, name: str, **entry: Any) -> AsyncIterator[Child]:
        """Start one entry, and wait until it is ready; it is killed in the end."""
        child = await self.start(name, **entry)
        try:
            async with asyncio.timeout(PATIENCE_S):
                assert await _is_ready(child), self.log(name)
            yield child
        finally:
            child.kill()
            await child.wait()

    def log(self, name: str) -> str:
        """Return what a process has logged."""
        return (self.var / "logs" / f"{name}.log").read_text()


async def _is_ready(child: Child) -> bool:
    async for line in child.lines():
        if isinstance(line, Beat) and line.is_ready:
            return True
    return False


def farm_at(server: Server, var: Path, exchange_url: str, **changes: Any) -> TradingFarm:
    """Return a farm on a bus server and at a local exchange."""
    return TradingFarm(var=var, bus_url=server.url, exchange_url=exchange_url, **changes)


async def allow_everything(bus: Bus) -> None:
    """Stand in for the members process: everybody is an admin."""

    async def answer(_: Request[Any]) -> Message:
        return Allowed(right="admin")

    await bus.answer("members", (GetRight,), answer)


async def answer_of(bus: Bus, request: Request[R], *, within: float = PATIENCE_S) -> R:
    """Ask until the process is there and its venue answers."""
    async with asyncio.timeout(within):
        while True:
            try:
                return await bus.ask(request, timeout=5)
            except (NoAnswer, ExchangeUnavailable, BusUnavailable):
                await asyncio.sleep(0.05)


async def until(is_so: Callable[[], object], *, within: float = PATIENCE_S) -> None:
    """Wait until `is_so()`."""
    async with asyncio.timeout(within):
        while not is_so():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)
