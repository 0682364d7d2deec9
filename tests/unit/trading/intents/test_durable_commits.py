from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.store.engines import engines_for

FULL, NORMAL = 2, 1
"""As SQLite counts them: https://www.sqlite.org/pragma.html#pragma_synchronous."""


@pytest.mark.parametrize(("is_durable", "level"), [(True, FULL), (False, NORMAL)])
async def test_what_must_outlast_a_loss_of_power_is_synced_at_every_commit(
    tmp_path: Path, *, is_durable: bool, level: int
) -> None:
    engines = engines_for(
        None, path=tmp_path / "omega.db", busy_timeout=timedelta(seconds=1), is_durable=is_durable
    )
    async with engines.writer.connect() as connection:
        assert await connection.scalar(text("PRAGMA synchronous")) == level
    await engines.dispose()
