"""Minutes of ordinary use, then minutes of use under faults: nothing grows, nothing is left unanswered.

``OMEGA_SOAK_MINUTES`` sets the length of each half (5 by default); the seed of the faults is printed with the
result, and ``OMEGA_SOAK_SEED`` gives it back.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from running_farm import RunningFarm, running_farm

from sandbox.discord.client import Member, SandboxClient
from services.errors import OmegaError

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]

MINUTES = float(os.environ.get("OMEGA_SOAK_MINUTES", "5"))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261121"))
EPHEMERAL = 64
MEMBERS = 20
ASKS_PER_S = 4.0
FAULT_EVERY_S = 10.0
MB_PER_MINUTE = 1.0
SETTLING_S = 30.0
SANDBOX_MB = 300.0
"""The local Discord keeps what was said, up to a number of messages a channel: bounded instead of flat."""

Record = Callable[[str, object], None]
Fault = Callable[[RunningFarm, SandboxClient], Awaitable[None]]


async def ask(member: Member) -> str:
    """Ask for a price and name how it ended."""
    try:
        async with asyncio.timeout(20):
            answer = await member.slash("price", "markets", market="ETH/USDT:USDT")
    except OmegaError:
        return "no Discord"
    except TimeoutError:
        return "nothing at all"
    if answer.state == "failed":
        return "Discord said it failed"
    if not answer.messages:
        return "an empty answer"
    return "said why" if answer.messages[0]["flags"] & EPHEMERAL else "price"


@asynccontextmanager
async def being_asked(client: SandboxClient, endings: Counter[str]) -> AsyncIterator[None]:
    """Let members ask all the while, each within its limit."""
    names = [f"soaked{number}" for number in range(MEMBERS)]
    for name in names:
        await client.add_user(name, "Member")
    members = [await client.member(name) for name in names]

    async def one(member: Member, delay: float) -> None:
        await asyncio.sleep(delay)
        while True:
            endings[await ask(member)] += 1
            await asyncio.sleep(MEMBERS / ASKS_PER_S)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(member, n / ASKS_PER_S)) for n, member in enumerate(members)]
        yield
        for task in tasks:
            task.cancel()


def processes(farm: RunningFarm) -> dict[str, psutil.Process]:
    record = farm.record()
    assert record is not None
    bots = {bot.name: psutil.Process(bot.pid) for bot in record.status.bots if bot.pid}
    return {"farm": psutil.Process(record.farm.pid), **bots}


def slope(samples: list[tuple[float, float]]) -> float:
    """Return the least-squares slope of (minute, value) pairs."""
    return statistics.linear_regression([x for x, _ in samples], [y for _, y in samples]).slope


async def test_in_ordinary_use_no_process_grows_and_every_question_is_answered(
    tmp_path: Path, record_property: Record
) -> None:
    async with running_farm(tmp_path) as farm, SandboxClient(farm.address) as client:
        endings: Counter[str] = Counter()
        async with being_asked(client, endings):
            await asyncio.sleep(SETTLING_S)
            watched = processes(farm)
            memory: dict[str, list[tuple[float, float]]] = {name: [] for name in watched}
            handles: dict[str, list[int]] = {name: [] for name in watched}
            for tick in range(int(MINUTES * 12)):
                for name, process in watched.items():
                    memory[name].append((tick / 12, process.memory_info().rss / 1e6))
                    handles[name].append(process.num_fds())
                await asyncio.sleep(5)
        slopes = {name: round(slope(samples), 3) for name, samples in memory.items()}
        record_property("mb_per_minute", slopes)
        record_property("endings", dict(endings))
        print(f"soak: {MINUTES} min, MB/min {slopes}, endings {dict(endings)}")  # noqa: T201 - the figures
        assert set(endings) == {"price"}
        del slopes["sandbox_discord"]
        assert memory["sandbox_discord"][-1][1] < SANDBOX_MB
        assert {name: value for name, value in slopes.items() if value >= MB_PER_MINUTE} == {}
        assert {name: seen for name, seen in handles.items() if seen[-1] > seen[0] + 5} == {}


async def test_under_a_fault_every_ten_seconds_every_question_ends_honestly_and_all_is_well_after(
    tmp_path: Path, record_property: Record
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a schedule that can be repeated, not a secret
    done: Counter[str] = Counter()
    endings: Counter[str] = Counter()
    async with running_farm(tmp_path) as farm, SandboxClient(farm.address) as client:
        async with being_asked(client, endings):
            for _ in range(int(MINUTES * 60 / FAULT_EVERY_S)):
                fault = chance.choice([*_FAULTS])
                done[fault] += 1
                await _FAULTS[fault](farm, client)
                await asyncio.sleep(FAULT_EVERY_S)
        await client.faults(clear=True)
        await farm.until_ready(seconds=15)
        endings["price after all"] += await ask(await client.member("mia")) == "price"
    record_property("seed", SEED)
    record_property("faults", dict(done))
    record_property("endings", dict(endings))
    print(f"soak: seed {SEED}, {MINUTES} min, faults {dict(done)}, endings {dict(endings)}")  # noqa: T201 - the same
    assert endings["price after all"] == 1
    assert endings["price"] > sum(endings.values()) / 2
    assert set(endings) <= {
        "price",
        "said why",
        "Discord said it failed",
        "no Discord",
        "price after all",
    }


async def _kill(farm: RunningFarm, name: str) -> None:
    process = processes(farm).get(name)
    if process is not None:
        process.kill()


def _killing(name: str) -> Fault:
    async def kill(farm: RunningFarm, _: SandboxClient) -> None:
        await _kill(farm, name)

    return kill


def _switching(**wanted: object) -> Fault:
    async def switch(_: RunningFarm, client: SandboxClient) -> None:
        try:
            await client.faults(**wanted)
        except OmegaError:
            return  # the local Discord is just being restarted: a fault of its own

    return switch


KILLED = ("xyko", "waze", "market", "members", "sandbox_exchange", "sandbox_discord")
_FAULTS: dict[str, Fault] = {
    **{f"kill {name}": _killing(name) for name in KILLED},
    "drop the gateway": _switching(drop_gateway=True),
    "ask to reconnect": _switching(reconnect=True),
    "invalidate the session": _switching(invalid_session={"resumable": False}),
    "five server errors": _switching(rest_5xx={"status": 502, "count": 5}),
    "five rate limits": _switching(rest_429={"scope": "user", "count": 5, "retry_after": 0.3}),
}
