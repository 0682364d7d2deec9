"""What an operator does to a farm, and what befalls it.

One farm goes through all of it in the order in which it stands here: each test finds it ready and leaves it
ready, but for the last, which ends it. Those that take its Redis away share another one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable

import psutil
import pytest
import pytest_asyncio
from running_farm import RunningFarm, running_farm, small_farm

from sandbox.discord.client import Answer, Member, SandboxClient
from services.bus.embedded import EmbeddedServer
from services.errors import OmegaError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="module")]

EPHEMERAL = 64
MARKET = "BTC/USDT:USDT"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def farm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningFarm]:
    async with running_farm(tmp_path_factory.mktemp("farm")) as running:
        yield running


def is_price(answer: Answer) -> bool:
    return (
        answer.state == "acknowledged"
        and bool(answer.messages)
        and not answer.messages[0]["flags"] & EPHEMERAL
    )


async def price(client: SandboxClient, user: str = "mia") -> Answer:
    return await (await client.member(user)).slash("price", "markets", market=MARKET)


async def test_an_admin_switches_a_bot_from_discord_and_the_audit_log_knows(farm: RunningFarm) -> None:
    async with SandboxClient(farm.address) as client:
        ana = await client.member("ana")
        off = await ana.slash("farm toggle", "farm-admin", bot="xyko", state="off")
        assert off.messages[0]["flags"] & EPHEMERAL
        await farm.until(lambda f: (b := f.bot("xyko")) is not None and b.state == "disabled", "xyko off", 2)
        others = {bot: farm.bot(bot) for bot in ("waze", "market", "members")}
        assert all(status is not None and status.state == "ready" for status in others.values())
        await ana.slash("farm toggle", "farm-admin", bot="xyko", state="on")
        # Discord lets an application identify once in 5 s
        await farm.until(lambda f: (b := f.bot("xyko")) is not None and b.state == "ready", "xyko on", 12)
        rows = await audit_rows(farm)
        assert [(row["action"], row["subject"], row["outcome"]) for row in rows] == [
            ("toggle", "xyko", "done"),
            ("toggle", "xyko", "done"),
        ]
        assert {row["actor"] for row in rows} == {ana.user["id"]}


async def audit_rows(farm: RunningFarm) -> list[dict[str, str]]:
    import sqlite3  # noqa: PLC0415 - only here: the test looks into the file behind everybody's back

    for _ in range(100):
        with sqlite3.connect(f"file:{farm.var / 'omega.db'}?mode=ro", uri=True) as database:
            database.row_factory = sqlite3.Row
            rows = [dict(row) for row in database.execute("SELECT * FROM audit_log ORDER BY at")]
        if len(rows) >= 2:
            return rows
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {rows} in the audit log")


async def test_a_bad_farm_file_changes_nothing_and_is_told_in_the_admin_channel(farm: RunningFarm) -> None:
    before = farm.record()
    assert before is not None
    farm.config.write_text(farm.config.read_text().replace("stale_after: 30s", "stale_after: soon"))
    try:
        await farm.until(lambda f: bool(config_error(f)), "the error is told", 3)
        assert "farm.yaml:" in config_error(farm)
        assert "exchange.stale_after" in config_error(farm)
        record = farm.record()
        assert record is not None
        assert [bot.pid for bot in record.status.bots] == [bot.pid for bot in before.status.bots]
        async with SandboxClient(farm.address) as client:
            await until_posted(await client.member("ana"), "farm-admin", "stale_after")
    finally:
        farm.write(small_farm())
    await farm.until(lambda f: not config_error(f), "it is forgiven", 3)


def config_error(farm: RunningFarm) -> str:
    record = farm.record()
    assert record is not None
    return record.status.config_error


async def until_posted(member: Member, channel: str, text: str) -> None:
    for _ in range(100):
        if text in json.dumps(await member.messages(channel)):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing of {text} was posted in #{channel}")


KILLED = ("xyko", "market", "members", "waze", "bus", "sandbox_exchange", "sandbox_discord")


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_while_every_process_is_killed_in_turn_every_question_is_answered_or_honestly_refused(
    farm: RunningFarm, record_property: Callable[[str, object], None]
) -> None:
    rounds = max(1, round(20 * float(os.environ.get("OMEGA_CHAOS", "0.1"))))
    async with SandboxClient(farm.address) as client:
        told: dict[str, int] = {}
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_asking(client, told, stop))
            for _ in range(rounds):
                for name in KILLED:
                    await kill(farm, name)
                    assert await until_well(farm, client) <= 10, (
                        f"not well after {name} was killed: {farm.tell()}"
                    )
            stop.set()
    record_property("rounds", rounds)
    record_property("endings", told.copy())
    print(f"chaos: {rounds} rounds over {len(KILLED)} processes, endings {told}")  # noqa: T201 - the figures
    assert told.pop("price") > 0
    assert set(told) <= {"said why", "Discord said it failed", "no Discord"}


async def kill(farm: RunningFarm, name: str) -> None:
    if name == "bus":
        (pid,) = [
            process.pid
            for process in psutil.Process(farm.process.pid if farm.process else 0).children(recursive=True)
            if "valkey" in process.name()
        ]
    else:
        status = farm.bot(name)
        assert status is not None
        assert status.pid is not None
        pid = status.pid
    os.kill(pid, signal.SIGKILL)


async def until_well(farm: RunningFarm, client: SandboxClient) -> float:
    await asyncio.sleep(0.1)
    took = await farm.until_ready(seconds=10)
    started = time.monotonic()
    while time.monotonic() - started < 10:
        try:
            user = str((await client.add_user(f"judge{time.monotonic_ns()}", "Member"))["id"])
            if is_price(await price(client, user)):
                return took + time.monotonic() - started
        except OmegaError:
            pass
        await asyncio.sleep(0.1)
    return took + time.monotonic() - started


async def keep_asking(client: SandboxClient, told: dict[str, int], stop: asyncio.Event) -> None:
    """Ask once a second, as the limit allows, and count how each question ended."""
    while not stop.is_set():
        what = await ending_of_a_question(client)
        told[what] = told.get(what, 0) + 1
        await asyncio.sleep(1.1)


async def ending_of_a_question(client: SandboxClient) -> str:
    try:
        async with asyncio.timeout(20):
            answer = await price(client, "theo")
    except OmegaError:
        return "no Discord"
    except TimeoutError:
        return "nothing at all"
    if answer.state == "failed":
        return "Discord said it failed"
    if is_price(answer):
        return "price"
    return "said why" if answer.messages else "an empty answer"


async def test_a_farm_that_is_killed_leaves_no_orphan_and_starts_again(farm: RunningFarm) -> None:
    assert farm.process is not None
    family = psutil.Process(farm.process.pid).children(recursive=True)
    farm.process.kill()
    farm.process.wait()
    _, alive = psutil.wait_procs(family, timeout=12)
    assert alive == []
    farm.start()
    await farm.until_ready()
    async with SandboxClient(farm.address) as client:
        assert is_price(await price(client))


async def test_after_ctrl_c_the_farm_exits_with_zero_and_leaves_nothing_behind(farm: RunningFarm) -> None:
    assert farm.process is not None
    family = psutil.Process(farm.process.pid).children(recursive=True)
    assert len(family) >= 6
    started = time.monotonic()
    assert farm.stop() == 0
    assert time.monotonic() - started <= 10
    _, alive = psutil.wait_procs(family, timeout=5)  # a grandchild is there until init has seen it end
    assert alive == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("bus"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def farm_on_redis(
    redis: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningFarm]:
    env = {"OMEGA_BUS_URL": redis.url.get_secret_value()}
    async with running_farm(tmp_path_factory.mktemp("farm"), env=env) as running:
        yield running


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_without_redis_a_command_is_answered_in_voice_and_all_is_well_soon_after(
    farm_on_redis: RunningFarm, redis: EmbeddedServer, how: signal.Signals
) -> None:
    async with SandboxClient(farm_on_redis.address) as client:
        assert is_price(await price(client))
        pid = redis.pid
        assert pid is not None
        os.kill(pid, how)
        try:
            await asyncio.sleep(0.5)
            started = time.monotonic()
            answer = await price(client, "theo")
            assert time.monotonic() - started <= 3
            assert answer.state == "acknowledged"
            assert answer.messages[0]["flags"] & EPHEMERAL, (answer, time.monotonic() - started)
        finally:
            await bring_back(redis, pid, how)
        assert await until_answered(client, 5) <= 5


async def bring_back(redis: EmbeddedServer, pid: int, how: signal.Signals) -> None:
    if how is signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
    else:
        await redis.wait()
        await redis.start()


async def until_answered(client: SandboxClient, seconds: float) -> float:
    """Ask as one member after another, so that no limit stands in the way, until a price is told."""
    started = time.monotonic()
    number = 0
    while True:
        number += 1
        user = str((await client.add_user(f"asker{number}", "Member"))["id"])
        if is_price(await price(client, user)):
            return time.monotonic() - started
        assert time.monotonic() - started < seconds, f"no price within {seconds} s"
        await asyncio.sleep(0.2)
