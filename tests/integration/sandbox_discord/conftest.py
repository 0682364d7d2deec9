from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sandbox_discord_bot import FlowBot
from sandbox_discord_stage import Stage, connected, open_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[FlowBot]:
    flow_bot = FlowBot()
    async with connected(stage, flow_bot, "Xyko"):
        yield flow_bot
