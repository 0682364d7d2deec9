from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bots import members
from bots.control import Beat, ControlLine
from bots.process import Process
from config.farm_file import BotEntry, DatabaseSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.clock import SystemClock
from services.education.messages import FinishLesson
from services.errors import Misconfigured, NoAnswer, NotAllowed
from services.members.messages import (
    AUDIT,
    AuditEntry,
    Caller,
    ChangeMember,
    ExportMember,
    GetAudit,
    GetMember,
    MemberSettings,
)

ADMIN = Caller(user_id="1", guild_id="10", role_names=["Admin"])
ENTRY = AuditEntry(
    id="toggle-1",
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    actor="1",
    action="bot.toggle",
    subject="xyko",
    outcome="done",
)


@pytest.fixture
async def server() -> AsyncIterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="omega-bus-"))
    started = EmbeddedServer(folder / "bus")
    await started.start()
    yield started
    await started.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def bus(server: EmbeddedServer) -> AsyncIterator[Bus]:
    async with open_bus(server.url, name="asker", clock=SystemClock()) as opened:
        yield opened


class Farm:
    """What the farm would hear of the process."""

    def __init__(self) -> None:
        self.beats: list[Beat] = []

    def hear(self, line: ControlLine) -> None:
        if isinstance(line, Beat):
            self.beats.append(line)


def process_of(server: EmbeddedServer, var: Path, farm: Farm, **other: Any) -> Process:
    spec = ProcessSpec(
        name="members",
        kind="members",
        entry=BotEntry(),
        root=var,
        var=var,
        data=var,
        personas=var,
        observe=other.get("observe", ObserveSection()),
        database=other.get("database", DatabaseSection()),
    )
    secrets = ProcessSecrets(bus_url=server.url)
    return Process(spec=spec, secrets=secrets, clock=SystemClock(), tell=farm.hear)


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[None]:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(members.run(process))
        try:
            yield
        finally:
            process.stopping.set()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - what is waited for is another task's list
            await asyncio.sleep(0.02)


async def test_it_answers_over_the_bus_and_is_ready_when_bus_and_database_are(
    server: EmbeddedServer, bus: Bus, tmp_path: Path
) -> None:
    farm = Farm()
    async with running(process_of(server, tmp_path, farm)):
        wanted = MemberSettings(user_id="2", locale="pt-BR")
        assert await bus.ask(ChangeMember(user_id="2", locale="pt-BR"), timeout=10) == wanted
        assert await bus.ask(ChangeMember(user_id="2", timezone=None)) == wanted
        assert await bus.ask(GetMember(user_id="2")) == wanted
        with pytest.raises(NotAllowed):
            await bus.ask(GetAudit(caller=Caller(user_id="2", guild_id="10")))
        assert (await bus.ask(FinishLesson(user_id="2", lesson="candle"))).done == 1
        assert [lesson.lesson for lesson in (await bus.ask(ExportMember(user_id="2"))).lessons] == ["candle"]
        await until(lambda: farm.beats[-1].is_ready)
    assert not farm.beats[0].is_ready


async def test_what_is_appended_to_the_audit_log_while_it_is_down_is_written_once_it_is_up(
    server: EmbeddedServer, bus: Bus, tmp_path: Path
) -> None:
    await bus.append(AUDIT, ENTRY)
    await bus.append(AUDIT, ENTRY)
    async with running(process_of(server, tmp_path, Farm())), asyncio.timeout(10):
        page = await bus.ask(GetAudit(caller=ADMIN), timeout=10)
        while not page.entries:
            await asyncio.sleep(0.05)
            page = await bus.ask(GetAudit(caller=ADMIN))
        await bus.append(AUDIT, ENTRY)
        await asyncio.sleep(0.2)
        assert (await bus.ask(GetAudit(caller=ADMIN))).entries == [ENTRY]


@pytest.mark.slow
async def test_a_database_that_is_away_at_the_start_is_waited_for(
    server: EmbeddedServer, bus: Bus, tmp_path: Path
) -> None:
    farm = Farm()
    in_the_way = tmp_path / "omega.db"
    in_the_way.mkdir()
    async with running(process_of(server, tmp_path, farm)):
        await until(lambda: any("cannot be opened" in beat.reason for beat in farm.beats))
        with pytest.raises(NoAnswer):
            await bus.ask(GetMember(user_id="2"), timeout=0.3)
        in_the_way.rmdir()
        await until(lambda: farm.beats[-1].is_ready)
        assert await bus.ask(GetMember(user_id="2"), timeout=5) == MemberSettings(user_id="2")


async def test_its_answers_are_counted_where_metrics_are_switched_on(
    server: EmbeddedServer, bus: Bus, tmp_path: Path
) -> None:
    process = process_of(server, tmp_path, Farm(), observe=ObserveSection(metrics=True))
    async with running(process):
        await bus.ask(GetMember(user_id="2"), timeout=10)
    assert process.metrics is not None
    assert b'request="members.get_member"' in process.metrics.render()


async def test_without_a_word_about_the_database_it_is_left_stopped(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    with pytest.raises(Misconfigured, match="database"):
        await members.run(process_of(server, tmp_path, Farm(), database=None))


async def test_it_stops_while_it_still_waits_for_the_database(server: EmbeddedServer, tmp_path: Path) -> None:
    farm = Farm()
    (tmp_path / "omega.db").mkdir()
    process = process_of(server, tmp_path, farm)
    async with asyncio.timeout(5), running(process):
        await until(lambda: any("cannot be opened" in beat.reason for beat in farm.beats))
