"""A local Discord for the length of a test, recording all that crosses the wire, and bots that run in it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import discord
import yarl
from discord.ext import commands
from discord_com import CDN, GATEWAY, Authority, ToLoopback, connector
from pydantic import SecretStr
from sandbox_member import SandboxMember

from sandbox.discord.app import Options, Running, serve
from sandbox.discord.client import Http, SandboxClient
from sandbox.discord.realm import Addresses
from sandbox.discord.tokens import mint_token
from sandbox.discord.world.snowflake import stable_id
from services.clock import SystemClock

KEY = SecretStr("a key of the tests")
PATIENCE_S = 20.0
RECORD = "record"


@dataclass(frozen=True, slots=True)
class Stage:
    """A running sandbox."""

    running: Running
    client: SandboxClient
    folder: Path

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def port(self) -> int:
        return yarl.URL(self.url).port or 0

    def token(self, bot: str) -> str:
        """Return the token of an application."""
        return mint_token(KEY, bot)

    async def member(self, bot: str) -> SandboxMember:
        """Return a member who talks with `bot` in #general."""
        return SandboxMember(self.client, await self.client.member("mia"), bot)

    async def member_in_private(self, bot: str) -> SandboxMember:
        """Return a member who talks with `bot` in a conversation of their own."""
        mia = await self.client.member("mia")
        return SandboxMember(self.client, mia, bot, await mia.talk_to(stable_id("application", bot)))

    def recorded(self, kind: str) -> list[dict[str, Any]]:
        """Return what was written down so far: ``rest`` or ``gateway``."""
        return [json.loads(line) for line in (self.folder / f"{kind}.jsonl").read_text("utf-8").splitlines()]


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    """Run a sandbox with its state and its record in `folder`."""
    async with serve(_options(folder)) as running, SandboxClient(running.url) as client:
        await client.faults(identify_freely=True)
        yield Stage(running, client, folder / RECORD)


@asynccontextmanager
async def staged_as_discord_com(folder: Path, authority: Authority) -> AsyncIterator[Stage]:
    """Run a sandbox behind TLS that tells its clients Discord's own addresses."""
    options = _options(folder, tls=authority.server, addresses=Addresses(gateway=GATEWAY, cdn=CDN))
    async with serve(options) as running:
        port = yarl.URL(running.url).port or 0
        async with aiohttp.ClientSession(connector=connector(ToLoopback(port), authority)) as session:
            client = SandboxClient(running.url)
            client._http = Http(running.url, session)
            await client.faults(identify_freely=True)
            yield Stage(running, client, folder / RECORD)


def _options(folder: Path, **more: Any) -> Options:
    recording = folder / RECORD
    return Options(
        key=KEY, clock=SystemClock(), var=folder / "var", static=folder, recording=recording, **more
    )


@asynccontextmanager
async def in_process(stage: Stage, bot: commands.Bot, name: str) -> AsyncIterator[commands.Bot]:
    """Run a discord.py bot against the stage by the three addresses of its library."""
    kept = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    discord.http.Route.BASE = f"{stage.url}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(stage.url.replace("http", "ws", 1))
    discord.Asset.BASE = f"{stage.url}/cdn"
    try:
        async with started(bot, stage.token(name)):
            yield bot
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = kept


@asynccontextmanager
async def started(bot: commands.Bot, token: str) -> AsyncIterator[None]:
    """Run a discord.py bot until the context ends; it is ready when the context begins."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bot.start(token))
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not bot.is_ready():
                    if running.done():
                        running.result()
                    await asyncio.sleep(0.01)
            yield
        finally:
            await bot.close()


class Child:
    """A bot in a process of its own, which prints a word a line and ends with its stdin."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._words: list[str] = []

    async def word(self, wanted: str) -> None:
        """Wait until the process prints `wanted`."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while wanted not in self._words:
                line = await self._process.stdout.readline()
                if not line:
                    assert self._process.stderr is not None
                    raise AssertionError((await self._process.stderr.read()).decode()[-2000:])
                self._words.append(line.decode().strip())
        self._words.remove(wanted)

    async def end(self) -> str:
        """Close its stdin, wait for its end, and return what it wrote to stderr."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(PATIENCE_S):
            _, told = await self._process.communicate()
        return told.decode()


@asynccontextmanager
async def child(*command: str) -> AsyncIterator[Child]:
    """Run a bot's process; it is killed if the test does not end it."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def python(script: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a script of this folder."""
    return sys.executable, str(Path(__file__).with_name(script)), *arguments
