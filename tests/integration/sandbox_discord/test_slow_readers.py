"""Clients of the gateway that do not read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from sandbox_discord_stage import Stage, until

from sandbox.discord.gateway.session import Session
from sandbox.discord.gateway.socket import MOST_QUEUED

LARGE = b'"' + b"x" * 2**21 + b'"'
MORE_THAN_BUFFERS_HOLD = 20


@asynccontextmanager
async def not_reading(stage: Stage) -> AsyncIterator[Session]:
    """Identify, read no more, and wait until the server's writer stands still."""
    identify = {"token": stage.token("Slow"), "intents": 1, "properties": {}}
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/?v=10") as client:
        await client.send_json({"op": 2, "d": identify})
        hub = stage.running.realm.hub
        await until(lambda: list(hub.sessions_of()))
        (slow,) = hub.sessions_of()
        for _ in range(MORE_THAN_BUFFERS_HOLD):
            hub.send(slow, "LARGE", LARGE)
        await asyncio.sleep(0.1)
        assert slow.socket is not None
        yield slow


async def test_a_client_that_does_not_read_is_cut_off_and_may_resume(stage: Stage) -> None:
    async with not_reading(stage) as slow:
        for _ in range(MOST_QUEUED + 1):
            stage.running.realm.hub.send(slow, "SMALL", b"{}")
        await until(lambda: slow.socket is None, within=1.0)
        assert slow.expiry is not None


async def test_a_close_that_a_client_does_not_read_does_not_wait_for_ever(stage: Stage) -> None:
    async with not_reading(stage) as slow:
        assert slow.socket is not None
        slow.socket.close(4000)
        await until(lambda: slow.socket is None, within=3.0)


async def test_a_silent_client_that_does_not_read_is_cut_off(stage: Stage) -> None:
    await stage.client.faults(heartbeat_interval_ms=100)
    async with not_reading(stage) as slow:
        await until(lambda: slow.socket is None, within=3.0)
