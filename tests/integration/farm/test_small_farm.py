from __future__ import annotations

import asyncio
import json
import os
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bus_stage import running
from fake_farm import BOTS, FakeFarm, config, fake_farm

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Request
from services.clock import SystemClock
from services.errors import UserMistake
from services.farm.messages import GetFarm, RestartBot
from services.members.messages import Allowed, Caller, GetRight

ADMIN = Caller(user_id="1")

PROBED = {"health_port": 0}


def started(folder: Path, *only: str, **env: str) -> FakeFarm:
    farm = FakeFarm(folder, config(observe=PROBED), env=env)
    farm.start(*only)
    return farm


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[FakeFarm]:
    farm = started(tmp_path, "xyko")
    try:
        farm.until_ready()
        farm.until(lambda: probes(farm), "the probes served")
        yield farm
    finally:
        farm.stop()


def probes(farm: FakeFarm) -> str:
    record = farm.record()
    return record.status.addresses.get("health", "") if record else ""


def probe(farm: FakeFarm, name: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"{probes(farm)}/{name}", timeout=5) as answer:  # noqa: S310 - our own probe
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_it_runs_its_own_bot_alone(pod: FakeFarm) -> None:
    assert list(pod.pids()) == ["xyko"]
    assert probe(pod, "live") == (200, {"live": True})
    assert probe(pod, "ready") == (200, {"ready": True, "reasons": []})


def test_it_holds_a_disabled_bot_stopped_and_stays_ready(pod: FakeFarm) -> None:
    pod.write(config({**BOTS, "xyko": {"enabled": False}}, observe=PROBED))
    pod.until(lambda: pod.state("xyko") == "disabled", "xyko stopped", 2.0)
    assert probe(pod, "ready")[0] == 200
    pod.write(config({"market": {}}, observe=PROBED))
    pod.until(lambda: pod.pids() == {}, "xyko forgotten", 2.0)
    assert probe(pod, "ready")[0] == 200
    pod.write(config(observe=PROBED))
    pod.until(lambda: pod.state("xyko") == "ready", "xyko ready")


def test_it_is_not_ready_while_its_bot_is_left_stopped_but_it_lives(pod: FakeFarm) -> None:
    pod.write(config({**BOTS, "xyko": {"enabled": False}}, observe=PROBED))
    pod.until(lambda: pod.state("xyko") == "disabled", "xyko stopped", 2.0)
    pod.does("xyko", "misconfigured")
    pod.write(config(observe=PROBED))
    pod.until(lambda: pod.state("xyko") == "broken", "xyko left stopped")
    assert probe(pod, "live")[0] == 200
    status, body = probe(pod, "ready")
    assert status == 503
    assert body["reasons"] == ["xyko is broken: The token is refused. Make a new one."]


@asynccontextmanager
async def two_pods(folder: Path) -> AsyncIterator[tuple[list[FakeFarm], Bus]]:
    async with running("unix") as server:
        url = server.url.get_secret_value()
        pods = [started(folder / name, name, OMEGA_BUS_URL=url) for name in ("waze", "xyko")]
        try:
            for pod in pods:
                await asyncio.to_thread(pod.until_ready)
            async with open_bus(server.url, name="test", clock=SystemClock()) as bus:
                yield pods, bus
        finally:
            for pod in pods:
                await asyncio.to_thread(pod.stop)


async def states(bus: Bus) -> dict[str, str]:
    return {bot.name: bot.state for bot in (await bus.ask(GetFarm(caller=ADMIN), timeout=5.0)).bots}


@pytest.mark.slow
async def test_whichever_farm_answers_tells_of_the_bots_of_all(tmp_path: Path) -> None:
    async with two_pods(tmp_path) as (pods, bus), asyncio.TaskGroup() as group:
        rights = group.create_task(bus.answer("members", [GetRight], as_admin))
        await asyncio.sleep(1.0)  # by then each has told the bus
        answers = [await states(bus) for _ in range(6)]
        assert all(answer == answers[0] for answer in answers)
        assert answers[0] == {**dict.fromkeys(BOTS, "unready"), "waze": "ready", "xyko": "ready"}
        await asyncio.to_thread(pods[0].stop)
        assert (await states(bus))["xyko"] == "ready"
        rights.cancel()


async def test_a_bot_of_another_farm_is_restarted_there(tmp_path: Path) -> None:
    async with two_pods(tmp_path) as (pods, bus), asyncio.TaskGroup() as group:
        rights = group.create_task(bus.answer("members", [GetRight], as_admin))
        await asyncio.to_thread(pods[0].stop)
        with pytest.raises(UserMistake, match="waze is run by another farm"):
            await bus.ask(RestartBot(id="1", caller=ADMIN, bot="waze"), timeout=5.0)
        rights.cancel()


async def as_admin(_request: Request[Any]) -> Allowed:
    return Allowed(right="admin")


def test_secrets_reach_a_child_neither_by_its_arguments_nor_by_its_environment(tmp_path: Path) -> None:
    canary = "redis://user:bus-canary@127.0.0.1:1/0"
    farm = FakeFarm(
        tmp_path, config({"market": {}}), env={"OMEGA_BUS_URL": canary, "OMEGA_TOKEN_XYKO": "t-canary"}
    )
    farm.start()
    try:
        farm.until_ready()
        pid = farm.pids()["market"]
        shown = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
        written = b"".join(path.read_bytes() for path in farm.var.rglob("*") if path.is_file())
        assert b"canary" not in shown + written + farm.out.read_bytes()
        assert b"OMEGA_" not in shown
    finally:
        farm.stop()


def test_the_sandbox_keeps_its_listening_socket_over_a_kill(tmp_path: Path) -> None:
    with fake_farm(tmp_path, config({"sandbox_discord": {}, "xyko": {}})) as farm:
        first = farm.pids()["sandbox_discord"]
        os.kill(first or 0, 9)
        farm.until(lambda: farm.pids()["sandbox_discord"] not in {first, None}, "another sandbox")
        farm.until_ready()
        starts = [
            fact for fact in farm.facts() if fact["bot"] == "sandbox_discord" and fact["what"] == "start"
        ]
        assert len({(fact["fd"], fact["url"]) for fact in starts}) == 1
        assert starts[0]["fd"] is not None
        assert {fact["url"] for fact in farm.facts()} == {starts[0]["url"]}


def test_metrics_are_served_by_each_process_and_by_the_farm_once_they_are_switched_on(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config({"market": {}}, observe={**PROBED, "metrics": True}))
    farm.start()
    try:
        farm.until_ready()
        farm.until(lambda: "metrics:market" in addresses(farm) and "health" in addresses(farm), "both served")
        for url in (addresses(farm)["metrics:market"], f"{addresses(farm)['health']}/metrics"):
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own metrics
                assert b"process_cpu_seconds_total" in answer.read()
    finally:
        farm.stop()


def addresses(farm: FakeFarm) -> dict[str, str]:
    record = farm.record()
    return record.status.addresses if record else {}


def test_a_bus_address_that_cannot_be_read_is_said_without_its_password(tmp_path: Path) -> None:
    farm = FakeFarm(tmp_path, config({"market": {}}), env={"OMEGA_BUS_URL": "http://user:bus-canary@host"})
    farm.start()
    assert farm.process is not None
    assert farm.process.wait(10) == 1
    said = farm.out.read_text()
    assert "The bus URL cannot be read" in said
    assert "Traceback" not in said
    assert "canary" not in said
