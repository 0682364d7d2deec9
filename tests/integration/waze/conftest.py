from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from persona_fakes import FakeBus
from persona_stage import farm_bus, local_discord

from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient


@pytest.fixture
def bus() -> FakeBus:
    return farm_bus()


@pytest.fixture
async def discord_server(tmp_path: Path) -> AsyncIterator[Running]:
    async with local_discord(tmp_path) as running:
        yield running


@pytest.fixture
async def client(discord_server: Running) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(discord_server.url) as client:
        await client.faults(identify_freely=True)
        yield client
