"""The chat process as the farm runs it, with a database and all that cogs answer, but few who answer it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from bus_stage import bus_of, eventually, running
from chat_stage import said
from persona_stage import ROOT
from pydantic import SecretStr

from bots.chat import run
from bots.process import Process
from config.farm_file import BotEntry, ChatSection, DatabaseSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from services.bus.bus import Bus
from services.clock import SystemClock
from services.market.messages import ListVenues, Venues
from services.members.messages import GetMember, MemberSettings


def process_at(url: SecretStr, var: Path) -> Process:
    spec = ProcessSpec(
        name="chat",
        kind="chat",
        entry=BotEntry(),
        root=ROOT,
        var=var,
        data=var,
        personas=ROOT / "personas",
        observe=ObserveSection(),
        database=DatabaseSection(),
        chat=ChatSection(),
    )
    return Process(spec=spec, secrets=ProcessSecrets(bus_url=url), clock=SystemClock())


async def _neighbours(bus: Bus) -> None:
    async def member(request: object) -> MemberSettings:
        assert isinstance(request, GetMember)
        return MemberSettings(user_id=request.user_id)

    async def venues(_request: object) -> Venues:
        return Venues(names=["binance"])

    async with asyncio.TaskGroup() as group:
        group.create_task(bus.answer("members", [GetMember], member))
        group.create_task(bus.answer("market", [ListVenues], venues))


async def test_a_process_without_a_model_answers_who_a_persona_is(tmp_path: Path) -> None:
    async with running("unix") as server, bus_of(server, "xyko") as bus, asyncio.TaskGroup() as group:
        process = process_at(server.url, tmp_path)
        neighbours, chat = group.create_task(_neighbours(bus)), group.create_task(run(process))
        await eventually(lambda: process.readiness().is_ready, within=10.0)
        reply = await bus.ask(said("who are you?"), timeout=10.0)
        assert "Xyko" in reply.card.verdict
        process.stopping.set()
        await asyncio.wait([chat])
        neighbours.cancel()


def test_the_process_loads_no_sdk_of_a_model_before_one_is_asked_for() -> None:
    code = "import bots.chat, sys; print({'openai', 'google.genai'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
