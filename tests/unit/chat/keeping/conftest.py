from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from chat_keeping_stage import KeepingStage, a_database


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[KeepingStage]:
    async with a_database(tmp_path) as opened:
        yield opened
