"""The composition root of the child processes: what they stand on, opened as async context managers.

Only what more than one kind of process opens belongs here; the farm's own composition is `bots.farm`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.process import Process
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.omega import NoMetrics, ServiceConfig


@asynccontextmanager
async def open_process_bus(process: Process) -> AsyncIterator[Bus]:
    """Open the bus under the process's name and report its health as the part ``bus``.

    It comes up unready while Redis is away and connects for ever; its verbs raise `BusUnavailable` meanwhile.
    """

    def on_health(is_up: bool, reason: str) -> None:  # noqa: FBT001 - the callback's shape is the bus's
        process.report("bus", is_ready=is_up, reason=reason)

    process.report("bus", is_ready=False, reason="connecting")
    async with open_bus(
        process.secrets.bus_url, name=process.spec.name, clock=process.clock, on_health=on_health
    ) as bus:
        yield bus


def service_config(process: Process) -> ServiceConfig:
    """Return what every service of the process is told."""
    return ServiceConfig(
        consciousness_level=process.spec.entry.consciousness_level,
        metrics=process.metrics or NoMetrics(),
    )
