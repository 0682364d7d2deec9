from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr
from sandbox_discord_stage import KEY, until

from bots.control import Address, ControlLine
from bots.process import Process
from bots.sandbox_discord import run
from config.farm_file import BotEntry, DiscordSection, ObserveSection
from config.process import ProcessSecrets, ProcessSpec
from sandbox.discord.client import SandboxClient
from sandbox.discord.client_stream import open_stream
from services.clock import SystemClock
from services.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


def process(
    var: Path,
    listening: socket.socket,
    heard: list[ControlLine],
    *,
    key: SecretStr | None,
    discord: DiscordSection | None = None,
) -> Process:
    spec = ProcessSpec(
        name="sandbox_discord",
        kind="sandbox_discord",
        entry=BotEntry(),
        root=ROOT,
        var=var,
        data=var,
        personas=var,
        observe=ObserveSection(),
        discord=discord,
        discord_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
        listen_fd=listening.fileno(),
    )
    secrets = ProcessSecrets(bus_url=SecretStr("unix:///nowhere"), sandbox_key=key)
    return Process(spec=spec, secrets=secrets, clock=SystemClock(), tell=heard.append)


async def test_it_serves_on_the_farms_socket_ends_in_time_and_starts_there_again(
    tmp_path: Path, listening: socket.socket
) -> None:
    for _ in range(2):
        heard: list[ControlLine] = []
        sandbox = process(tmp_path, listening, heard, key=KEY)
        running = asyncio.create_task(run(sandbox))
        await until(lambda here=sandbox: here.readiness().is_ready, also=running)
        (address,) = (line for line in heard if isinstance(line, Address))
        async with SandboxClient(address.url) as client, open_stream(client.http, "mia") as stream:
            await stream.next("READY")
            asked_at = time.monotonic()
            sandbox.stopping.set()
            await running
        assert time.monotonic() - asked_at < 1.0
    assert listening.fileno() >= 0


async def test_the_page_opens_under_the_names_of_the_farm_file_and_under_no_other(
    tmp_path: Path, listening: socket.socket
) -> None:
    discord = DiscordSection(host="Farm.local", url="http://omega-sandbox:8799")
    sandbox = process(tmp_path, listening, [], key=KEY, discord=discord)
    running = asyncio.create_task(run(sandbox))
    await until(lambda: sandbox.readiness().is_ready, also=running)
    statuses = []
    async with aiohttp.ClientSession() as session:
        for host in ("farm.local:8799", "omega-sandbox", "evil.example"):
            address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
            async with session.get(address, headers={"Host": host}) as page:
                statuses.append(page.status)
    sandbox.stopping.set()
    await running
    assert statuses == [200, 200, 403]


async def test_without_a_key_it_is_left_stopped(tmp_path: Path, listening: socket.socket) -> None:
    with pytest.raises(Misconfigured, match="no key"):
        await run(process(tmp_path, listening, [], key=None))
