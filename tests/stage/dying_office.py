"""Alerts processes that die between a commit and its append, one after the other.

``python dying_office.py FILE LIVES`` reads the address of the bus from its stdin, and prints the alerts that
were promised to be kept, one a line. Each life is a fork: what is imported is imported once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

from bus_stage import SWIFT
from delivery_stage import ADMIN, PERSONAS, NotingCharts, firing
from pydantic import SecretStr

from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.places import Bell
from services.alerts.delivery.post_office import Neighbours, PostOffice
from services.alerts.firing import Step
from services.alerts.posts import Delivery
from services.alerts.subscribing.planning import Planner
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.clock import SystemClock
from services.errors import Unavailable
from services.loops import Loops
from services.members.messages import Caller, Right
from services.omega import ServiceConfig
from services.store.store import Store, open_store

A_LIFE = 12
"""Alerts that one life would keep, if it lasted."""


class NoWays:
    """There is no way out of Discord."""

    async def send(self, name: str, delivery: Delivery) -> None:
        raise Unavailable(f"There is no way {name} for {delivery.id}.")


class DyingBus:
    """Kills its process at an append, before anything is sent."""

    def __init__(self, bus: Bus, lasts: int) -> None:
        self._bus = bus
        self._lasts = lasts

    async def append_all(self, log: Any, messages: Sequence[Any]) -> list[str]:
        self._lasts -= 1
        if self._lasts < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return await self._bus.append_all(log, messages)


async def _right_of(caller: Caller) -> Right:
    return "admin" if caller == ADMIN else "member"


async def _no_rule(rule: str) -> None:
    del rule


def office_on(bus: Bus, store: Store, nonce: str) -> PostOffice:
    """Return a whole office on a real bus and a real database."""
    around = Neighbours(
        ledger=Ledger(store),
        bus=bus,
        plan=Planner(channel_per_hour=10_000),
        charts=NotingCharts(),
        ways=NoWays(),
        bell=Bell(),
        drop_rule=_no_rule,
        right_of=_right_of,
        personas=PERSONAS,
        is_alone=False,
        nonce=nonce,
        clock=SystemClock(),
    )
    return PostOffice(ServiceConfig(), around)


@asynccontextmanager
async def opened(url: SecretStr, path: Path, nonce: str) -> Any:
    """Open bus and database, and an office on them."""
    clock = SystemClock()
    async with (
        open_bus(url, name="alerts", clock=clock, timing=SWIFT) as bus,
        open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store,
    ):
        yield office_on(bus, store, nonce), bus, store


async def live(url: SecretStr, path: Path, life: int) -> NoReturn:
    """Keep alerts until death comes."""
    async with opened(url, path, f"life-{life}") as (office, bus, _):
        office._relay._bus = DyingBus(bus, lasts=life * 2)
        async with Loops(office.run()):
            for number in range(A_LIFE):
                alert = f"{life}-{number}"
                await office.outbox.commit(
                    Step(
                        firings=(firing(alert, place=f"channel:{number % 3}", persona=PERSONAS[number % 3]),)
                    )
                )
                os.write(1, f"{alert}\n".encode())
                await asyncio.sleep(0.02)
            await asyncio.sleep(5)
    raise AssertionError("it should have died")


def main(path: Path, lives: int, url: SecretStr) -> None:
    """Let one life follow the other."""
    for life in range(lives):
        child = os.fork()
        if child == 0:
            asyncio.run(live(url, path, life))
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"life {life} ended by itself"
        assert os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), SecretStr(sys.stdin.readline().strip()))
