from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bus_stage import Server, bus_of, running, wipe

from services.bus.bus import Bus


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["unix", "tcp"])
async def shared_server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    async with running(request.param) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def server(shared_server: Server) -> Server:
    await wipe(shared_server.url)
    return shared_server


@pytest_asyncio.fixture(loop_scope="module")
async def one(server: Server) -> AsyncIterator[Bus]:
    async with bus_of(server, "one") as bus:
        yield bus


@pytest_asyncio.fixture(loop_scope="module")
async def two(server: Server) -> AsyncIterator[Bus]:
    async with bus_of(server, "two") as bus:
        yield bus
