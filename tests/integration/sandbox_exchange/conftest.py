from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, ccxt_client, running_exchange


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running_exchange() as opened:
        yield opened


@pytest.fixture
async def classic(stage: Stage) -> AsyncIterator[Any]:
    """Unmodified ccxt with a classic account."""
    async with ccxt_client(stage.url, key=CLASSIC) as client:
        yield client


@pytest.fixture
async def unified(stage: Stage) -> AsyncIterator[Any]:
    """Unmodified ccxt with a unified account."""
    async with ccxt_client(stage.url, key=UNIFIED, is_unified=True) as client:
        yield client
