"""The farm as its users meet it: a cold start, commands at a steady pace, a flood, a toggle, memory."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml
from figures import Figure, percentile
from running_farm import ROOT, Farm, RunningFarm, small_farm

from sandbox.discord.client import SandboxClient
from sandbox.discord.client_stream import Stream, open_stream
from sandbox.discord.wire import Json
from services.errors import OmegaError

MARKET = "BTC/USDT:USDT"
PACE_PER_S = 50
PACE_SECONDS = 10
FLOOD_PER_S = 1000
FLOOD_SECONDS = 10
FLOOD_MEMBERS = 200
EPHEMERAL = 64
BATCH_S = 0.02
TWINS = 3
"""With waze and xyko that makes five persona bots."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Members who use one command in one channel over one socket."""

    stream: Stream
    channel_id: str
    members: list[str]

    async def ask(self, number: int) -> Json:
        """Let the member whose turn it is use the command; return what became of it."""
        body = {
            "type": 2,
            "channel_id": self.channel_id,
            "name": "price",
            "options": [{"name": "market", "type": 3, "value": MARKET}],
            "wait": True,
        }
        member = self.members[number % len(self.members)]
        return dict(await self.stream.ask("interaction", body, actor=member))


@asynccontextmanager
async def crowd(address: str, size: int) -> AsyncIterator[Crowd]:
    """Bring `size` members into the guild."""
    async with SandboxClient(address) as client:
        members = [str((await client.add_user(f"crowd{n}", "Member"))["id"]) for n in range(size)]
        mia = await client.member("mia")
        async with open_stream(client.http, "mia") as stream:
            yield Crowd(stream, mia.channel_id("markets"), members)


async def first_answer(farm: RunningFarm) -> float:
    """Return the seconds from the start of the farm to the first price that Xyko told."""
    started = time.monotonic()
    farm.start()
    while time.monotonic() - started < 60:
        await asyncio.sleep(0.05)
        try:
            async with SandboxClient(farm.address) as client:
                answer = await (await client.member("mia")).slash("price", "markets", market=MARKET)
        except (AssertionError, OmegaError, KeyError):
            continue
        if answer.messages and not answer.messages[0]["flags"] & EPHEMERAL:
            return time.monotonic() - started
    raise AssertionError(f"no answer within a minute\n{farm.tell()}")


async def steady(address: str) -> list[float]:
    """Return the milliseconds from each command to its reply, at a steady pace within everyone's limit."""
    async with crowd(address, PACE_PER_S * 2) as members:
        took: list[float] = []

        async def one(number: int) -> None:
            started = time.perf_counter()
            said = await members.ask(number)
            if said["state"] != "acknowledged" or said["message"]["flags"] & EPHEMERAL:
                raise AssertionError(f"not answered: {said}")
            took.append((time.perf_counter() - started) * 1000)

        async with asyncio.TaskGroup() as group:
            started = time.perf_counter()
            for number in range(PACE_PER_S * PACE_SECONDS):
                await asyncio.sleep(max(0.0, started + number / PACE_PER_S - time.perf_counter()))
                group.create_task(one(number))
        return took


async def flood(address: str) -> tuple[list[Json], float]:
    """Offer far more than the limits let through; return what became of each, and the pace that was held."""
    async with crowd(address, FLOOD_MEMBERS) as members:
        await asyncio.sleep(4)  # every bucket is full again
        said: list[Json] = []

        async def one(number: int) -> None:
            said.append(await members.ask(number))

        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(FLOOD_PER_S * FLOOD_SECONDS):
                ahead = started + number / FLOOD_PER_S - time.perf_counter()
                if ahead > BATCH_S:
                    await asyncio.sleep(ahead)
                group.create_task(one(number))
            pace = FLOOD_PER_S * FLOOD_SECONDS / (time.perf_counter() - started)
        return said, pace


def handled(farm: RunningFarm, bot: str) -> int:
    """Return how many commands a bot says it answered, by its log."""
    lines = (farm.var / "logs" / f"{bot}.log").read_text().splitlines()
    facts = [json.loads(line) for line in lines if '"command_handled"' in line]
    return sum(fact["outcome"] == "answered" for fact in facts)


def flood_figures(said: list[Json], pace: float, answered_by_log: int) -> list[Figure]:
    """Judge a flood: everything that was admitted was answered, in time."""
    acked = [one for one in said if one["state"] == "acknowledged"]
    answers = [one for one in acked if not one["message"]["flags"] & EPHEMERAL]
    return [
        Figure("farm.flood_offered_per_s", pace, "1/s"),
        Figure("farm.flood_answered", len(answers), ""),
        Figure("farm.flood_notices", len(acked) - len(answers), ""),
        Figure("farm.flood_admitted_but_lost", answered_by_log - len(answers), ""),
        Figure("farm.flood_ack_p100_s", max(one["elapsed_ms"] for one in acked) / 1000, "s"),
    ]


async def toggle(farm: RunningFarm, config: Farm) -> list[float]:
    """Return the seconds from saving the file to Xyko stopped, and to Xyko ready again."""
    took = []
    for enabled, state in ((False, "disabled"), (True, "ready")):
        bots = {**dict(config["bots"]), "xyko": {"enabled": enabled}}  # type: ignore[call-overload]
        farm.write({**config, "bots": bots})

        def holds(running: RunningFarm, wanted: str = state) -> bool:
            bot = running.bot("xyko")
            return bot is not None and bot.state == wanted

        took.append(await farm.until(holds, f"xyko {state}", 10))
    return took


def memory(farm: RunningFarm) -> tuple[list[float], list[float]]:
    """Return RSS and PSS of the persona bots, in MB (10^6 bytes)."""
    record = farm.record()
    if record is None:
        raise AssertionError("the farm is gone")
    pids = [bot.pid for bot in record.status.bots if bot.kind == "persona" and bot.pid]
    infos = [psutil.Process(pid).memory_full_info() for pid in pids]
    return [info.rss / 1e6 for info in infos], [info.pss / 1e6 for info in infos]


def twins(folder: Path) -> Path:
    """Return a folder of personas with Xyko's likenesses beside the real ones: each owns no command."""
    personas = folder / "personas"
    shutil.copytree(ROOT / "personas", personas)
    for number in range(1, TWINS + 1):
        name = f"twin{number}"
        shutil.copytree(personas / "xyko", personas / name)
        card = yaml.safe_load((personas / name / "persona.yaml").read_text())
        card |= {"name": name, "display_name": name.title(), "cogs": []}
        (personas / name / "persona.yaml").write_text(yaml.safe_dump(card, sort_keys=False))
    return personas


async def alone(folder: Path) -> list[Figure]:
    """Measure the default farm."""
    config = small_farm()
    farm = RunningFarm(folder, config)
    try:
        cold = await first_answer(farm)
        await farm.until_ready()
        await asyncio.sleep(3)
        rss, _ = memory(farm)
        took = await steady(farm.address)
        before = handled(farm, "xyko")
        said, pace = await flood(farm.address)
        await asyncio.sleep(1)
        floods = flood_figures(said, pace, handled(farm, "xyko") - before)
        toggled = await toggle(farm, config)
    finally:
        farm.stop()
    return [
        Figure("farm.command_p50_ms", percentile(took, 0.5), "ms"),
        Figure("farm.command_p99_ms", percentile(took, 0.99), "ms"),
        *floods,
        Figure("farm.cold_start_s", cold, "s"),
        Figure("farm.persona_rss_mb", max(rss), "MB"),
        Figure("farm.toggle_s", max(toggled), "s"),
    ]


async def five(folder: Path) -> list[Figure]:
    """Measure the memory of five persona bots at once, and of the whole farm beside them."""
    names = [f"twin{number}" for number in range(1, TWINS + 1)]
    config = small_farm()
    config["bots"] = {**dict(config["bots"]), **{name: {} for name in names}}  # type: ignore[call-overload]
    farm = RunningFarm(folder, config, env={"OMEGA_PERSONAS": str(twins(folder))})
    farm.start()
    try:
        await farm.until_ready()
        await asyncio.sleep(3)
        _, pss = memory(farm)
        everything = [psutil.Process(farm.process.pid if farm.process else 0)]
        everything += everything[0].children(recursive=True)
        total = sum(process.memory_full_info().pss for process in everything) / 1e6
    finally:
        farm.stop()
    return [Figure("farm.persona_pss_mb", max(pss), "MB"), Figure("farm.whole_pss_mb", total, "MB")]


async def measure() -> list[Figure]:
    """Measure both farms, one after the other, each in a folder of its own."""
    found: list[Figure] = []
    for part in (alone, five):
        with tempfile.TemporaryDirectory(prefix="omega-bench-") as folder:
            print(f"  {part.__doc__}", file=sys.stderr)
            found += await part(Path(folder))
    return found
