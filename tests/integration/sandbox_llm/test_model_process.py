"""The process of the local model as the farm starts it, on a socket that outlives it."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from model_server_stage import CHAT, openai_body
from pydantic import SecretStr

from bots.control import EXIT_ASKED, EXIT_MISCONFIGURED, Address, Beat
from bots.supervisor.child import Child, Launch
from config.farm_file import BotEntry, ObserveSection, SandboxLlmSection
from config.process import ProcessSecrets, ProcessSpec

ROOT = Path(__file__).resolve().parents[3]


def launched(var: Path, section: SandboxLlmSection | None, listening: socket.socket) -> Launch:
    spec = ProcessSpec(
        name="sandbox_llm",
        kind="sandbox_llm",
        entry=BotEntry(),
        root=ROOT,
        var=var,
        data=var,
        personas=ROOT / "personas",
        observe=ObserveSection(),
        sandbox_llm=section,
        listen_fd=listening.fileno(),
    )
    secrets = ProcessSecrets(bus_url=SecretStr("unix:///there/is/no/bus"))
    return Launch(
        modules=("bots.sandbox_llm",),
        stdin=f"{spec.model_dump_json()}\n{secrets.model_dump_json()}\n".encode(),
        env=os.environ,
        cwd=ROOT,
        log=var / "log",
        fds=(listening.fileno(),),
    )


@asynccontextmanager
async def started(launch: Launch) -> AsyncIterator[tuple[Child, str]]:
    """Start the process; give it and the address that it announced once it was ready."""
    child = await Child.start(launch)
    url = ""
    try:
        async for line in child.lines():
            if isinstance(line, Address):
                url = line.url
            if isinstance(line, Beat) and line.is_ready:
                break
        yield child, url
    finally:
        child.kill()
        await child.wait()


async def test_the_process_serves_on_the_farm_s_socket_and_goes_when_it_is_asked_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        section = SandboxLlmSection(faults=True)
        async with started(launched(tmp_path, section, held)) as (child, url):
            assert url == address
            async with aiohttp.ClientSession(url) as session:
                async with session.post(CHAT, json=openai_body()) as answer:
                    (call,) = (await answer.json())["choices"][0]["message"]["tool_calls"]
                assert call["function"] == {"name": "price", "arguments": '{"market": "BTC"}'}
                async with session.post("/sim/script", json={"name": "empty"}) as answer:
                    assert answer.status == 200
            child.terminate()
            assert await child.wait() == EXIT_ASKED


async def test_a_script_is_not_changed_from_outside_unless_the_farm_file_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        async with (
            started(launched(tmp_path, SandboxLlmSection(), held)) as (_, url),
            aiohttp.ClientSession(url) as session,
            session.post("/sim/script", json={"name": "empty"}) as answer,
        ):
            assert answer.status == 404


@pytest.mark.slow
async def test_without_its_section_the_process_ends_and_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        child = await Child.start(launched(tmp_path, None, held))
        assert await child.wait() == EXIT_MISCONFIGURED
