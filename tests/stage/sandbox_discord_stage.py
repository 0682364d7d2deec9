"""A local Discord for the length of a test, and discord.py clients that live in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from sandbox.discord.app import Options, Running, serve
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.tokens import mint_token
from sandbox.discord.world.seed import GUILD_ID
from sandbox.discord.world.snowflake import stable_id
from services.clock import SystemClock

KEY = SecretStr("the key of the tests")
PATIENCE_S = 10.0


@dataclass(slots=True)
class Stage:
    """A running sandbox, a client of its member API, and its three people."""

    running: Running
    client: SandboxClient
    var: Path
    people: dict[str, Member] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.running.url

    @property
    def mia(self) -> Member:
        return self.people["mia"]

    @property
    def ana(self) -> Member:
        return self.people["ana"]

    @property
    def theo(self) -> Member:
        return self.people["theo"]

    @property
    def general(self) -> str:
        return stable_id("channel", "general")

    @property
    def guild(self) -> str:
        return GUILD_ID

    def token(self, name: str) -> str:
        return mint_token(KEY, name)

    @asynccontextmanager
    async def rest(self, bot: str = "Raw") -> AsyncIterator[Raw]:
        """Call the REST API as a bot, without any client library."""
        headers = {"Authorization": f"Bot {self.token(bot)}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            yield Raw(f"{self.url}/api/v10", session, stable_id("application", bot))


@dataclass(slots=True)
class Raw:
    """Plain REST calls."""

    base: str
    session: aiohttp.ClientSession
    id: str

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return the status and the JSON of an answer, None where it has none."""
        async with self.session.request(method, self.base + path, json=body) as response:
            raw = await response.read()
            return response.status, json.loads(raw) if raw else None


@asynccontextmanager
async def open_stage(var: Path, **options: Any) -> AsyncIterator[Stage]:
    """Run a sandbox with its state in `var`."""
    settings = {"key": KEY, "clock": SystemClock(), "var": var, "static": var, **options}
    async with serve(Options(**settings)) as running, SandboxClient(running.url) as client:
        await client.faults(identify_freely=True)
        stage = Stage(running, client, var)
        for name in ("ana", "theo", "mia"):
            stage.people[name] = await client.member(name)
        yield stage


@asynccontextmanager
async def redirected(url: str) -> AsyncIterator[None]:
    """Point discord.py at a sandbox for a while."""
    kept = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE
    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1))
    discord.Asset.BASE = f"{url}/cdn"
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE = kept


@asynccontextmanager
async def connected(stage: Stage, bot: discord.Client, name: str) -> AsyncIterator[None]:
    """Run a discord.py client until the context ends; it is ready when the context begins."""
    async with redirected(stage.url), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(bot.start(stage.token(name)))
        try:
            await until(bot.is_ready, also=running)
            yield
        finally:
            await bot.close()


async def until(is_so: Any, *, also: asyncio.Task[None] | None = None, within: float = PATIENCE_S) -> None:
    """Wait until `is_so()`; a task that ends meanwhile has its error raised."""
    async with asyncio.timeout(within):
        while not is_so():
            if also is not None and also.done():
                also.result()
            await asyncio.sleep(0.005)
