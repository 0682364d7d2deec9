from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from services.errors import Misconfigured, StoreUnavailable
from services.store.engines import engines_for
from services.store.metadata import METADATA
from services.store.migrate import migrate

if TYPE_CHECKING:
    from tests.contracts.store.conftest import Database

ROOT = Path(__file__).parents[3]
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
MIGRATE = """
import asyncio, sys
from pathlib import Path
from pydantic import SecretStr
from services.store.migrate import migrate
url = SecretStr(sys.argv[2]) if len(sys.argv) > 2 else None
print("ready", flush=True)
sys.stdin.readline()
print(asyncio.run(migrate(url, path=Path(sys.argv[1]))))
"""


async def tables(database: Database) -> set[object]:
    listing = TABLES
    if database.server is not None:
        listing = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {name for (name,) in await database.sql(listing)}


def differences(connection: Connection) -> object:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


async def test_the_tables_and_the_migrations_agree(database: Database) -> None:
    engines = engines_for(database.url, path=database.path, busy_timeout=timedelta(seconds=5))
    async with engines.writer.begin() as connection:
        assert await connection.run_sync(differences) == []
    await engines.dispose()


async def test_migrating_again_changes_nothing_and_names_the_same_revision(empty_database: Database) -> None:
    first = await migrate(empty_database.url, path=empty_database.path)
    made = await tables(empty_database)
    assert await migrate(empty_database.url, path=empty_database.path) == first
    assert await tables(empty_database) == made
    assert made >= {"guild_settings", "member_settings", "audit_log", "alembic_version"}


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty_database: Database) -> None:
    await create_by_hand(empty_database, "audit_log")
    with pytest.raises(Exception, match="already exists"):
        await migrate(empty_database.url, path=empty_database.path)
    assert await tables(empty_database) == {"audit_log"}


async def create_by_hand(database: Database, table: str) -> None:
    await database.sql(f"CREATE TABLE {table} (other integer)")


async def test_a_database_of_a_newer_farm_is_refused_and_left_alone(database: Database) -> None:
    await database.sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Misconfigured, match="9999") as refusal:
        await migrate(database.url, path=database.path)
    assert "newer" in refusal.value.hint
    assert await database.sql("SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_migration_waits_for_the_lock_file_and_then_gives_up(empty_database: Database) -> None:
    lock = os.open(empty_database.path.with_name("omega.db.lock"), os.O_CREAT | os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(StoreUnavailable) as refusal:
        await migrate(None, path=empty_database.path, patience=timedelta(seconds=0.2))
    assert refusal.value.facts["reason"] == "locked"
    os.close(lock)
    await migrate(None, path=empty_database.path)


@pytest.mark.slow
async def test_processes_that_migrate_at_the_same_moment_all_succeed(empty_database: Database) -> None:
    arguments = [str(empty_database.path)]
    if empty_database.url is not None:
        arguments.append(empty_database.url.get_secret_value())
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-c", MIGRATE, *arguments),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    ends = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [(process.returncode, out) for process, (out, _) in zip(processes, ends, strict=True)] == [
        (0, b"0006\n")
    ] * 3, ends
