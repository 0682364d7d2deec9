"""Delivery on a real Redis and a real database, with bots that post to nowhere."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bus_stage import Server, bus_of, running, wipe
from delivery_stage import firing
from dying_office import opened
from posted_stage import Posted, all_sent, rows_of, until

from services.alerts.delivery.post_office import PostOffice
from services.alerts.firing import Step
from services.loops import Loops
from services.store.migrate import migrate
from services.store.store import Store

STAGE = Path(__file__).parents[2] / "stage"
ROOT = STAGE.parents[1]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@asynccontextmanager
async def farm(server: Server, path: Path) -> AsyncIterator[tuple[PostOffice, Store, Posted]]:
    """Alerts and bots, each with a bus of their own."""
    posted = Posted()
    async with (
        opened(server.url, path, "here") as (office, _, store),
        bus_of(server, "bots") as bots,
        Loops(office.run(), *posted.bots(bots)),
    ):
        yield office, store, posted


async def test_an_alert_reaches_its_bot_at_once_and_its_receipt_the_row(
    server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with farm(server, path) as (office, store, posted):
        await office.outbox.commit(Step(firings=(firing("first"),)))
        await until(store, all_sent(1))
        began: dict[str, float] = {}
        for number in range(40):
            alert = f"a{number}"
            began[alert] = time.perf_counter()
            await office.outbox.commit(Step(firings=(firing(alert, place=f"channel:{number % 4}"),)))
            await asyncio.sleep(0.01)
        await until(store, all_sent(41))
        took = [
            posted.times[row.id][0] - began[row.alert_id]
            for row in await rows_of(store)
            if row.alert_id in began
        ]
    assert all(repeats == [False] for repeats in posted.repeats.values())
    assert statistics.median(took) < 0.1, f"{max(took) * 1000:.0f} ms at most"


async def test_what_redis_lost_is_rebuilt_from_the_database(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with opened(server.url, path, "here") as (office, _, store), Loops(office.run()):
        await asyncio.sleep(0.3)
        for number in range(20):
            await office.outbox.commit(Step(firings=(firing(f"a{number}"),)))
        await asyncio.sleep(0.2)
        await wipe(server.url)
        posted = Posted()
        async with bus_of(server, "bots") as bots, Loops(*posted.bots(bots)):
            await until(store, all_sent(20))
    assert [len(times) for times in posted.times.values()] == [1] * 20


@pytest.mark.chaos
async def test_alerts_processes_that_die_between_commit_and_append_lose_nothing(
    server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    lives = max(3, round(30 * float(os.environ.get("OMEGA_CHAOS", "0.1"))))
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, str(STAGE / "dying_office.py"), str(path), str(lives)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{STAGE}"},
    )
    posted = Posted()
    async with bus_of(server, "bots") as bots, Loops(*posted.bots(bots)):
        told, _ = await child.communicate(server.url.get_secret_value().encode() + b"\n")
    assert child.returncode == 0
    promised = {line for line in told.decode().split() if "-" in line and len(line) < 6}
    async with farm(server, path) as (_, store, last):
        kept = await rows_of(store)
        await until(store, all_sent(len(kept)))
    assert promised <= {row.alert_id for row in kept}
    assert len(kept) >= lives
    delivered = posted.times.keys() | last.times.keys()
    assert delivered == {row.id for row in kept}
    for repeats in (posted.repeats, last.repeats):
        for id_, said in repeats.items():
            assert all(said[1:]), f"{id_} came twice and did not say so"
