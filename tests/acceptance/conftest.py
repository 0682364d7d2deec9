"""One default farm for the tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from running_farm import RunningFarm, running_farm

from sandbox.discord.client import SandboxClient


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def farm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningFarm]:
    modules = tmp_path_factory.mktemp("modules")
    async with running_farm(tmp_path_factory.mktemp("farm"), env={"TEST_MODULES": str(modules)}) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(farm: RunningFarm) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(farm.address) as connected:
        yield connected


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
