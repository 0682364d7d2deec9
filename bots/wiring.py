"""The composition root of the child processes: what they stand on, opened as async context managers.

Only what more than one kind of process opens belongs here; the farm's own composition is `bots.farm`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bots.process import Process
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.quota import Quota
from services.clock import Clock
from services.errors import BusUnavailable
from services.exchange.venues.limits import PATIENCE_SECONDS, Allowance, BudgetOf, LocalBudget, busy
from services.members.messages import Caller, GetRight, Right
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


def right_asked(bus: Bus) -> Callable[[Caller], Awaitable[Right]]:
    """Return what asks the members service for the strongest right of a caller."""

    async def right_of(caller: Caller) -> Right:
        return (await bus.ask(GetRight(caller=caller))).right

    return right_of


class SharedBudget:
    """A venue's allowance that every process of the farm draws from, through the bus.

    While the bus is away the process goes by its own count: a venue's limit is no reason to stand still.
    """

    def __init__(self, allowance: Allowance, quota: Quota, *, clock: Clock) -> None:
        self._venue = allowance.venue
        self._quota = quota
        self._alone = LocalBudget(allowance, clock=clock)

    async def take(self, units: float) -> None:
        """Wait until `units` may be spent by both counts; see `Budget.take`."""
        await self._alone.take(units)
        try:
            wait = await self._quota.reserve(units, within=PATIENCE_SECONDS)
        except BusUnavailable:
            return
        if wait > PATIENCE_SECONDS:
            raise busy(self._venue, wait)
        if wait > 0:
            await asyncio.sleep(wait)

    async def rest(self, seconds: float) -> None:
        """Let no process spend anything for `seconds`."""
        await self._alone.rest(seconds)
        with contextlib.suppress(BusUnavailable):  # the others will hear it from the venue themselves
            await self._quota.rest(seconds)


def shared_budgets(bus: Bus, clock: Clock) -> BudgetOf:
    """Return what makes the shared budget of an allowance."""

    def budget_of(allowance: Allowance) -> SharedBudget:
        quota = bus.quota(f"venue:{allowance.key}", units=allowance.units, seconds=allowance.seconds)
        return SharedBudget(allowance, quota, clock=clock)

    return budget_of
