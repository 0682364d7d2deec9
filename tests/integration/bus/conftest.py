from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from bus_stage import Server, running


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started
