from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from persona_fakes import FakeBus
from persona_stage import local_discord, persona, process_of, said, spec, until
from pydantic import SecretStr

from bots.control import Beat, ControlLine
from bots.persona import PersonaBot, role_of, run, token_of
from bots.process import Process
from bots.waze.redirect import point_discord_at
from config.process import ProcessSecrets
from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from services.clock import SystemClock
from services.errors import Misconfigured, OmegaError
from services.personas.roster import read_roster


async def answers(client: SandboxClient) -> bool:
    message = (await (await client.member("mia")).slash("price", market="BTC")).messages[0]
    return "64,210.5" in said(message)


async def misconfigured(process: Process, bus: FakeBus, token: str = "") -> OmegaError:
    """Run a bot that must end, and return why it did."""
    role = role_of(process.spec, read_roster(process.spec.personas))
    point_discord_at(process.spec.discord_url or "")
    bot = PersonaBot(process, role, read_roster(process.spec.personas), bus)
    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(bot.live(token or token_of(process)), 10)
    (reason,) = ended.value.exceptions
    assert isinstance(reason, Misconfigured)
    return reason


@pytest.fixture
def heard() -> list[ControlLine]:
    return []


@pytest.fixture
def process(discord_server: Running, tmp_path: Path, heard: list[ControlLine]) -> Process:
    return process_of(spec("xyko", discord_server.url, tmp_path), tell=heard.append)


async def test_a_bot_that_is_there_before_discord_connects_when_it_comes(
    tmp_path: Path, bus: FakeBus
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = process_of(spec("xyko", f"http://127.0.0.1:{port}", tmp_path))

    async def connect() -> None:
        async with persona(process, bus, within=60.0):
            pass

    async with asyncio.TaskGroup() as group:
        connecting = group.create_task(connect())
        await until(lambda: "cannot be reached" in process.readiness().reason)
        async with local_discord(tmp_path, port=port):
            await connecting


@pytest.mark.slow
async def test_a_discord_that_restarts_finds_the_bot_again(tmp_path: Path, bus: FakeBus) -> None:
    async with local_discord(tmp_path) as first:
        port = int(first.url.rpartition(":")[2])
        runner = persona(process_of(spec("xyko", first.url, tmp_path)), bus)
        process = await runner.__aenter__()
    await until(lambda: not process.readiness().is_ready)
    async with local_discord(tmp_path, port=port) as second, SandboxClient(second.url) as client:
        await client.faults(identify_freely=True)
        await until(lambda: process.readiness().is_ready, seconds=20.0)
        assert await answers(client)
        await runner.__aexit__(None, None, None)


async def test_a_malformed_event_does_not_end_the_bot(
    discord_server: Running, client: SandboxClient, bus: FakeBus, process: Process
) -> None:
    async with persona(process, bus):
        for session in discord_server.realm.hub.sessions_of():
            discord_server.realm.hub.send(session, "MESSAGE_CREATE", {"id": "1"})
        await until(lambda: not process.readiness().is_ready)
        await until(lambda: process.readiness().is_ready)
        assert await answers(client)


@pytest.mark.parametrize("fault", ["drop_gateway", "reconnect"])
async def test_a_lost_socket_is_resumed(
    client: SandboxClient, bus: FakeBus, process: Process, heard: list[ControlLine], fault: str
) -> None:
    async with persona(process, bus):
        heard.clear()
        await client.faults(**{fault: True})
        await until(lambda: [beat.is_ready for beat in heard if isinstance(beat, Beat)] == [False, True])
        assert await answers(client)


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_close_code_that_an_operator_must_act_on_ends_the_process_with_the_reason(
    client: SandboxClient, bus: FakeBus, process: Process, code: int
) -> None:
    async def close() -> None:
        await until(lambda: process.readiness().is_ready)
        await client.faults(close_code=code)

    async with asyncio.TaskGroup() as group:
        group.create_task(close())
        ended = group.create_task(misconfigured(process, bus))
    assert str(code) in ended.result().message


async def test_a_token_that_discord_does_not_know_is_named_and_never_shown(
    bus: FakeBus, process: Process
) -> None:
    reason = await misconfigured(process, bus, token="AAAA.BBBB.CCCC")
    assert "BBBB" not in f"{reason.message} {reason.hint}"
    assert "token" in reason.message


async def test_a_missing_token_says_which_variable_to_set(tmp_path: Path) -> None:
    secrets = ProcessSecrets(bus_url=SecretStr("redis://127.0.0.1:1"))
    process = Process(spec=spec("xyko", None, tmp_path), secrets=secrets, clock=SystemClock())
    with pytest.raises(Misconfigured) as refused:
        await run(process)
    assert refused.value.hint == "Set OMEGA_TOKEN_XYKO."


@pytest.mark.usefixtures("client")
async def test_commands_are_told_once_and_not_again_by_the_next_client(
    discord_server: Running, bus: FakeBus, process: Process, tmp_path: Path
) -> None:
    application = discord_server.realm.world.applications

    async def told() -> list[str]:
        async with persona(process_of(process.spec), bus):
            (one,) = application.values()
            return [command["version"] for command in one.global_commands.values()]

    first = await told()
    assert await told() == first
    for record in (tmp_path / "run").glob("commands-*.json"):
        record.unlink()
    assert await told() != first
