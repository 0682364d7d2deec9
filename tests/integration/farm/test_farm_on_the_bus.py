from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
import yaml
from bus_stage import running
from fake_farm import FakeFarm, config

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Entry, Log, M, Request
from services.clock import SystemClock
from services.errors import BusUnavailable, Misconfigured, NotAllowed, UserMistake
from services.farm.messages import (
    FARM_NOTICES,
    FARM_STATUS,
    GetFarm,
    GetLogs,
    ReloadConfig,
    RestartBot,
    ToggleBot,
)
from services.members.messages import AUDIT, Allowed, Caller, GetRight

ADMIN = Caller(user_id="1", role_names=["Admin"])
MEMBER = Caller(user_id="3", role_names=["Member"])
BOTS: dict[str, dict[str, object]] = {"market": {}, "xyko": {}}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def farm_and_bus(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[FakeFarm, Bus]]:
    async with running("unix") as server:
        farm = FakeFarm(
            tmp_path_factory.mktemp("farm"),
            config(BOTS),
            env={"OMEGA_BUS_URL": server.url.get_secret_value()},
        )
        farm.start(timing={"breaker_exits": 1})
        try:
            async with (
                open_bus(server.url, name="test", clock=SystemClock()) as bus,
                asyncio.TaskGroup() as group,
            ):
                rights = group.create_task(bus.answer("members", [GetRight], _right))
                await asyncio.to_thread(farm.until_ready)
                await _until(lambda: bus.latest(FARM_STATUS))
                yield farm, bus
                rights.cancel()
        finally:
            await asyncio.to_thread(farm.stop)


@pytest_asyncio.fixture(loop_scope="module")
async def both(farm_and_bus: tuple[FakeFarm, Bus]) -> tuple[FakeFarm, Bus]:
    """Begin each test with every bot ready."""
    farm, bus = farm_and_bus
    farm.write(config(BOTS))
    await asyncio.to_thread(
        farm.until, lambda: all(farm.state(name) == "ready" for name in BOTS), "all ready"
    )
    return farm, bus


async def _right(request: Request[Any]) -> Allowed:
    assert isinstance(request, GetRight)
    return Allowed(right="admin" if "Admin" in request.caller.role_names else "member")


async def _until(get: Callable[[], Awaitable[object]], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while True:
            with contextlib.suppress(BusUnavailable):
                if await get():
                    return
            await asyncio.sleep(0.02)


async def first(bus: Bus, log: Log[M], *, matching: Callable[[M], bool]) -> M:
    """Return the first entry of a log that matches, from its beginning."""
    found: asyncio.Future[M] = asyncio.get_running_loop().create_future()

    async def take(entry: Entry[M]) -> None:
        if matching(entry.message) and not found.done():
            found.set_result(entry.message)

    async with asyncio.TaskGroup() as group:
        reading = group.create_task(bus.consume(log, f"test-{id(found)}", take))
        async with asyncio.timeout(10.0):
            message = await found
        reading.cancel()
    return message


async def test_an_admin_switches_a_bot_by_request_and_the_file_and_the_audit_log_say_so(
    both: tuple[FakeFarm, Bus],
) -> None:
    farm, bus = both
    done = await bus.ask(ToggleBot(id="t1", caller=ADMIN, bot="xyko", enabled=False))
    assert done.detail == "xyko is switched off"
    assert yaml.safe_load(farm.file.read_text())["bots"]["xyko"]["enabled"] is False
    await asyncio.to_thread(farm.until, lambda: farm.state("xyko") == "disabled", "xyko stopped", 2.0)
    entry = await first(bus, AUDIT, matching=lambda entry: entry.id == "t1")
    assert (entry.actor, entry.action, entry.subject, entry.outcome) == ("1", "toggle", "xyko", "done")


async def test_a_change_in_the_file_is_audited_as_made_by_the_file(both: tuple[FakeFarm, Bus]) -> None:
    farm, bus = both
    farm.write(config({**BOTS, "xyko": {"enabled": False}}))
    entry = await first(
        bus, AUDIT, matching=lambda entry: entry.actor == "farm.yaml" and entry.action == "stopped"
    )
    assert (entry.subject, entry.outcome) == ("xyko", "done")


async def test_who_is_no_admin_changes_nothing_and_the_refusal_is_audited(both: tuple[FakeFarm, Bus]) -> None:
    farm, bus = both
    before = farm.pids()
    requests: list[Request[Any]] = [
        ToggleBot(id="n1", caller=MEMBER, bot="xyko", enabled=False),
        RestartBot(id="n2", caller=MEMBER, bot="xyko"),
        ReloadConfig(id="n3", caller=MEMBER),
        GetLogs(caller=MEMBER, bot="xyko"),
        GetFarm(caller=MEMBER),
    ]
    for request in requests:
        with pytest.raises(NotAllowed, match="needs the role Admin"):
            await bus.ask(request)
    assert farm.pids() == before
    entry = await first(bus, AUDIT, matching=lambda entry: entry.id == "n2")
    assert entry.outcome == "refused: AUTH-01"


async def test_the_guide_answers_before_it_restarts(both: tuple[FakeFarm, Bus]) -> None:
    farm, bus = both
    farm.write(config({**BOTS, "waze": {}}))
    await asyncio.to_thread(farm.until, lambda: farm.state("waze") == "ready", "waze ready")
    pid = farm.pids()["waze"]
    assert (await bus.ask(RestartBot(id="g1", caller=ADMIN, bot="waze"))).detail == "waze restarts"
    await asyncio.sleep(0.3)
    assert (farm.state("waze"), farm.pids()["waze"]) == ("ready", pid)
    await asyncio.to_thread(
        farm.until, lambda: farm.state("waze") == "ready" and farm.pids()["waze"] != pid, "waze again"
    )


async def test_a_restart_asked_twice_under_one_id_happens_once(both: tuple[FakeFarm, Bus]) -> None:
    farm, bus = both
    before = farm.pids()["xyko"]
    await bus.ask(RestartBot(id="r1", caller=ADMIN, bot="xyko"))
    await asyncio.to_thread(farm.until, lambda: farm.pids()["xyko"] not in {before, None}, "xyko anew", 5.0)
    after = farm.pids()["xyko"]
    await bus.ask(RestartBot(id="r1", caller=ADMIN, bot="xyko"))
    await asyncio.sleep(0.5)
    assert farm.pids()["xyko"] == after


async def test_a_bot_left_stopped_is_a_notice_and_a_restart_brings_it_back(
    both: tuple[FakeFarm, Bus],
) -> None:
    farm, bus = both
    farm.does("xyko", "misconfigured")
    os.kill(farm.pids()["xyko"] or 0, signal.SIGKILL)
    notice = await first(bus, FARM_NOTICES, matching=lambda notice: "xyko" in notice.title)
    assert (notice.severity, notice.detail) == ("error", "The token is refused. Make a new one.")
    farm.does("xyko", "work")
    await bus.ask(RestartBot(id="r2", caller=ADMIN, bot="xyko"))
    await asyncio.to_thread(farm.until, lambda: farm.state("xyko") == "ready", "xyko ready", 5.0)


async def test_a_refused_file_is_a_notice_and_a_reload_says_why(both: tuple[FakeFarm, Bus]) -> None:
    farm, bus = both
    farm.file.write_text("bots: {market: {enabled: perhaps}}\n")
    notice = await first(bus, FARM_NOTICES, matching=lambda notice: "refused" in notice.title)
    assert f"{farm.file}:1:bots.market.enabled: expected true or false" in notice.detail
    with pytest.raises(Misconfigured, match=r"1:bots\.market\.enabled: expected true or false"):
        await bus.ask(ReloadConfig(id="l1", caller=ADMIN))
    status = await bus.ask(GetFarm(caller=ADMIN))
    assert "expected true or false" in status.config_error
    assert {bot.name: bot.state for bot in status.bots} == {"market": "ready", "xyko": "ready"}


async def test_the_log_of_a_bot_can_be_asked_for_and_that_of_no_bot_cannot(
    both: tuple[FakeFarm, Bus],
) -> None:
    _, bus = both
    answer = await bus.ask(GetLogs(caller=ADMIN, bot="xyko", lines=1))
    assert len(answer.lines) == 1
    assert '"event": "readiness_changed"' in answer.lines[0]
    with pytest.raises(UserMistake, match="There is no bot xkyo; did you mean xyko"):
        await bus.ask(GetLogs(caller=ADMIN, bot="xkyo"))
