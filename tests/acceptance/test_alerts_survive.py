"""Alerts while any process is killed: all of them arrive, and none is shown twice.

``OMEGA_CHAOS`` scales the ten thousand alerts and the fifty kills; ``OMEGA_SOAK_SEED`` gives back the
victims of an earlier run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alert_storm import (
    DELIVERING,
    PERSONAS,
    Place,
    delivered,
    lay,
    playing_market,
    row,
    rule_id,
    settle,
    shown,
    storm_farm,
)
from bus_stage import Server, kill, running
from running_farm import RunningFarm, running_farm

from sandbox.discord.client import SandboxClient
from sandbox.discord.world.snowflake import stable_id

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(600)]

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261128"))
ALERTS = round(10_000 * SHARE)
KILLS = max(5, round(50 * SHARE))
KILL_EVERY_S = 0.5
CHANNELS = ("general", "markets", "alerts")
MEMBERS = tuple(f"waiting{number}" for number in range(10))
BUS = "the bus"
VICTIMS = (*DELIVERING, "alerts", "members", "sandbox_discord", BUS)


def places() -> list[Place]:
    """Return where alerts go: two of five into a channel, the others to members directly."""
    ids = {name: stable_id("user", name) for name in MEMBERS}
    found = []
    for number in range(ALERTS):
        user = ids[MEMBERS[number % len(MEMBERS)]]
        channel = stable_id("channel", CHANNELS[number % len(CHANNELS)])
        found.append(Place(user_id=user, place=f"channel:{channel}" if number % 5 < 2 else ""))
    return found


async def kill_now_and_then(farm: RunningFarm, server: Server, killed: Counter[str]) -> None:
    """Kill one process after another, the bus among them, which comes back at once."""
    chance = random.Random(SEED)  # noqa: S311 - a schedule that can be repeated, not a secret
    for _ in range(KILLS):
        await asyncio.sleep(KILL_EVERY_S)
        victim = chance.choice(VICTIMS)
        killed[victim] += 1
        if victim == BUS:
            await kill(server)
            await server.start()
        else:
            await asyncio.to_thread(kill_bot, farm, victim)


def kill_bot(farm: RunningFarm, name: str) -> None:
    bot = farm.bot(name)
    if bot is not None and bot.pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(bot.pid, signal.SIGKILL)


async def until_all_are_sent(farm: RunningFarm, seconds: float) -> float:
    """Wait until every alert has its delivery, and every delivery was sent; return how long that took."""
    began = time.monotonic()
    while (found := await delivered(farm.var)) != Counter(sent=ALERTS):
        if time.monotonic() - began > seconds:
            raise AssertionError(f"after {seconds:.0f} s: {found}\n{farm.tell()}")
        await asyncio.sleep(0.2)
    return time.monotonic() - began


async def test_all_alerts_arrive_and_none_twice_whatever_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    now = datetime.now(UTC)
    where = places()
    personas = [PERSONAS[number % len(PERSONAS)] for number in range(ALERTS)]
    rows = [row(number, where[number], now=now, persona=personas[number]) for number in range(ALERTS)]
    await lay(tmp_path / "var", rows)
    killed: Counter[str] = Counter()
    async with running("tcp") as server:
        env = {"OMEGA_BUS_URL": server.url.get_secret_value()}
        async with running_farm(tmp_path, storm_farm(), env=env) as farm:
            async with SandboxClient(farm.address) as client:
                await client.faults(rest_unlimited=True, identify_freely=True)
                for name in MEMBERS:
                    await client.add_user(name, "Member")
            async with playing_market(server.url) as market:
                await settle(market)
                began = time.monotonic()
                async with asyncio.TaskGroup() as group:
                    group.create_task(kill_now_and_then(farm, server, killed))
                    await market.rise(ALERTS, seconds=KILLS * KILL_EVERY_S)
                last_kill = time.monotonic()
                await until_all_are_sent(farm, 120)
                took, after = time.monotonic() - began, time.monotonic() - last_kill
            counted = await shown(farm, CHANNELS, MEMBERS)
    lost = [rule_id(number) for number in range(ALERTS) if not counted[rule_id(number)]]
    twice = {rule: count for rule, count in counted.items() if count > 1}
    figures = {"alerts": ALERTS, "kills": dict(killed), "lost": len(lost), "shown_twice": len(twice)}
    record_property("storm", {**figures, "seed": SEED, "seconds": round(took, 1)})
    print(f"storm: seed {SEED}, {figures}, {took:.1f} s, {after:.1f} s after the last kill")  # noqa: T201
    assert lost == []
    assert twice == {}
