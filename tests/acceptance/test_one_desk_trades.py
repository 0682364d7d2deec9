"""Two desks on one database, of which the trading one is frozen beyond its lease, again and again.

``OMEGA_CHAOS`` scales the 30 times, which are 3 with a short lease unless it says otherwise.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from desk_intents_stage import open_house
from sandbox_exchange_stage import Stage
from schedule_stage import open_database

from services.clock import SystemClock
from services.errors import StoreUnavailable
from services.store.leader import LEASE_SECONDS
from services.store.store import Store
from services.trading.tenure import LEASE

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(900)]

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
TIMES = max(3, round(30 * SHARE))
SECONDS = LEASE_SECONDS if SHARE >= 1 else 0.8
SEED = os.environ.get("OMEGA_SOAK_SEED", "20261128")
CHILD = Path(__file__).parents[1] / "stage" / "desk_frozen_child.py"
PATIENCE_S = 90.0
LOCKED_S = 25.0
"""So long after a freeze nobody has taken over, it is the lock of SQLite that the frozen one holds."""
LINGER_S = 0.4
"""So long one that was frozen may try to send before the next freeze is looked for."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    house: Stage
    store: Store
    children: dict[str, asyncio.subprocess.Process]
    pauses: Iterator[float] = field(default_factory=lambda: cycle((0.005, 0.011, 0.017, 0.023, 0.031)))
    """How long one that froze itself within a transaction goes on before it is frozen again."""

    def sent(self) -> list[str]:
        """Return the client ids of all orders that reached the venue, in order."""
        bodies = [json.loads(one.body) for one in self.house.journal.of("order/place-", "POST")]
        return [str(body["clientOid"]) for body in bodies]

    async def senders(self) -> list[str]:
        """Return which child sent each of them."""
        sent = self.sent()
        async with self.store.read() as rows:
            names = {row.client_id: row.id.partition("-")[0] for row in await rows.trading.intents.where()}
        return [names[client_id] for client_id in sent]

    async def frozen(self) -> str:
        """Wait until one has frozen itself, outside of a transaction: within one it would keep the lock."""
        while True:
            for name, child in self.children.items():
                life = life_of(child.pid)
                if life is not None and is_stopped(life):
                    if await self._is_lock_free():
                        return name
                    os.kill(life, signal.SIGCONT)
                    await asyncio.sleep(next(self.pauses))
                    os.kill(life, signal.SIGSTOP)
            await asyncio.sleep(0.005)

    def wake(self, name: str) -> None:
        """Let one that is frozen go on."""
        life = life_of(self.children[name].pid)
        assert life is not None
        os.kill(life, signal.SIGCONT)

    async def _is_lock_free(self) -> bool:
        try:
            async with self.store.write():
                return True
        except StoreUnavailable:
            return False

    async def token(self) -> int:
        """Return the newest token of the lease."""
        async with self.store.read() as rows:
            lease = await rows.leases.get(LEASE)
        return 0 if lease is None else lease.token

    async def led_anew(self, before: int) -> None:
        """Wait until somebody has a newer token."""
        while await self.token() == before:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.01)

    async def followed(self, name: str, sent: int) -> int:
        """Wait until another sends; return how many orders there were before its first."""
        while True:
            for number, sender in enumerate((await self.senders())[sent:], sent):
                if sender != name:
                    return number
            await asyncio.sleep(0.01)


def life_of(pid: int) -> int | None:
    """Return the process that a child lives in now."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(found[0]) if found else None


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False


@asynccontextmanager
async def two_desks(folder: Path) -> AsyncIterator[Scene]:
    """Run two children at a local exchange."""
    clock, path = SystemClock(), os.pathsep.join(one for one in sys.path if one)
    opening = open_database(folder, clock, patience=timedelta(milliseconds=200))
    async with open_house(kept=1_000_000) as house, opening as store:
        children = {}
        try:
            for name in ("a", "b"):
                children[name] = await asyncio.create_subprocess_exec(
                    sys.executable, str(CHILD), house.url, str(folder), name, str(SECONDS), SEED,
                    env={**os.environ, "PYTHONPATH": path},
                )  # fmt: skip
            yield Scene(house=house, store=store, children=children)
        finally:
            for child in children.values():
                life = life_of(child.pid)
                child.kill()
                await child.wait()
                if life is not None:
                    os.kill(life, signal.SIGKILL)


async def is_led_anew(scene: Scene) -> bool:
    """Whether another desk takes over; none can while the frozen one holds the lock of the database."""
    try:
        async with asyncio.timeout(LOCKED_S):
            await scene.led_anew(await scene.token())
    except TimeoutError:
        return False
    return True


async def test_a_desk_that_was_frozen_sends_nothing_once_another_trades(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    clock, slowest, stale, locked = SystemClock(), 0.0, [], 0
    async with two_desks(tmp_path) as scene:
        for _ in range(TIMES):
            async with asyncio.timeout(PATIENCE_S):
                name = await scene.frozen()
                began, sent = clock.monotonic(), len(scene.sent())
                if not await is_led_anew(scene):
                    locked += 1
                    scene.wake(name)
                    continue
                slowest = max(slowest, clock.monotonic() - began)
                taken_over_at = await scene.followed(name, sent)
            scene.wake(name)
            await asyncio.sleep(LINGER_S)
            stale += [one for one in (await scene.senders())[taken_over_at:] if one == name]
        token, orders = await scene.token(), scene.sent()
    figures = {
        "frozen": TIMES,
        "locked": locked,
        "orders": len(orders),
        "stale": len(stale),
        "slowest_s": round(slowest, 2),
    }
    record_property("frozen", figures)
    print(f"frozen: seed {SEED}, lease {SECONDS} s, {figures}")  # noqa: T201
    assert stale == []
    assert len(orders) == len(set(orders))
    assert token > TIMES - locked
    assert locked <= TIMES / 3
    assert slowest <= SECONDS + 1
