from __future__ import annotations

import asyncio
import secrets
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from sqlalchemy import event

from services.clock import SystemClock
from services.errors import Misconfigured, StoreUnavailable
from services.store.migrate import migrate
from services.store.rows import AuditRow, MemberRow
from services.store.store import Store, open_store

if TYPE_CHECKING:
    from tests.contracts.store.conftest import Database, PostgresServer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BUSY = 0.4


def row(name: str, size: int = 0) -> AuditRow:
    detail = secrets.token_hex(size // 2)  # nothing a database could compress much
    return AuditRow(id=name, at=NOON, actor="7", action="a", subject="s", outcome="done", detail=detail)


async def put_member(store: Store, user_id: str) -> None:
    async with store.write() as rows:
        await rows.members.put(MemberRow(user_id=user_id))


async def append(store: Store, *added: AuditRow) -> None:
    async with store.write() as rows:
        for one in added:
            await rows.audit.append(one)


async def append_until_full(store: Store) -> tuple[set[str], StoreUnavailable]:
    """Append 32 kB at a time; return the ids that were acknowledged, and the refusal."""
    acknowledged: set[str] = set()
    for number in range(200):
        try:
            await append(store, row(str(number), size=32_000))
        except StoreUnavailable as error:
            return acknowledged, error
        acknowledged.add(str(number))
    raise AssertionError("6 MB went onto a disk of 3 MB")


async def stored_ids(store: Store) -> set[str]:
    async with store.read() as rows:
        assert await rows.audit.first_broken() is None
        return {found.id for found in await rows.audit.newest(1000)}


async def test_a_lock_that_another_holds_is_an_error_within_the_busy_timeout(database: Database) -> None:
    async with database.open(BUSY) as store:
        async with database.locked():
            began = time.monotonic()
            with pytest.raises(StoreUnavailable) as refusal:
                await put_member(store, "1")
            waited = time.monotonic() - began
        assert BUSY * 0.9 <= waited < BUSY * 2
        assert refusal.value.facts["reason"] == "locked"
        assert refusal.value.hint
        await put_member(store, "2")
        async with store.read() as rows:
            assert await rows.members.get("1") is None


async def test_a_lock_that_is_freed_in_time_is_only_a_wait(database: Database) -> None:
    async with database.open(seconds=5) as store:
        async with database.locked():
            waiting = asyncio.create_task(put_member(store, "1"))
            await asyncio.sleep(0.2)
            assert not waiting.done()
        await waiting


async def test_reading_goes_on_while_another_holds_the_write_lock(database: Database) -> None:
    async with database.open(BUSY) as store:
        await put_member(store, "1")
        async with database.locked(), store.read() as rows:
            assert await rows.members.get("1") == MemberRow(user_id="1")


async def test_every_writer_that_waits_behind_a_lock_gives_up_in_time(database: Database) -> None:
    async with database.open(BUSY) as store, database.locked():
        began = time.monotonic()
        ends = await asyncio.gather(*(put_member(store, str(n)) for n in range(12)), return_exceptions=True)
        assert time.monotonic() - began < BUSY * 3
    assert {type(end) for end in ends} == {StoreUnavailable}


async def test_a_full_disk_is_an_error_and_loses_nothing_that_was_acknowledged(
    small_database: Database,
) -> None:
    async with small_database.open() as store:
        acknowledged, refusal = await append_until_full(store)
        assert refusal.facts["reason"] == "full"
        assert await stored_ids(store) == acknowledged

        assert small_database.ballast is not None
        small_database.ballast.unlink()
        await append(store, row("after"))
        assert await stored_ids(store) == {*acknowledged, "after"}
    await check_integrity(small_database)


async def test_a_full_disk_undoes_the_whole_transaction(small_database: Database) -> None:
    async with small_database.open() as store:
        with pytest.raises(StoreUnavailable):
            await fill_after_a_small_change(store)
        async with store.read() as rows:
            assert await rows.members.get("1") is None
        assert await stored_ids(store) == set()


async def fill_after_a_small_change(store: Store) -> None:
    async with store.write() as rows:
        await rows.members.put(MemberRow(user_id="1"))
        for number in range(200):
            await rows.audit.append(row(str(number), size=32_000))


async def check_integrity(database: Database) -> None:
    if database.server is None:
        assert await database.sql("PRAGMA integrity_check") == [("ok",)]


async def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        async with store.read() as rows:
            await rows.members.put(MemberRow(user_id="1"))
    assert refusal.value.facts["reason"] == "read_only"


async def test_ping_is_silent_while_the_database_answers(store: Store) -> None:
    await store.ping()


async def test_a_page_limit_stands_for_a_full_disk_where_none_can_be_mounted(tmp_path: Path) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=1), clock=SystemClock()) as store:
        writer = store._engines.writer.sync_engine
        event.listen(writer, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=99"))
        acknowledged, refusal = await append_until_full(store)
        assert refusal.facts["reason"] == "full"
        assert await stored_ids(store) == acknowledged


async def test_a_folder_that_is_missing_is_named_as_the_file_s_trouble(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable) as refusal:
        await migrate(None, path=tmp_path / "nowhere" / "omega.db")
    assert refusal.value.facts["reason"] == "unreadable"


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_read_only_disk_is_named(small_database: Database) -> None:
    make_read_only(small_database.path.parent)
    with pytest.raises(StoreUnavailable) as refusal:
        await migrate(None, path=small_database.path)
    assert refusal.value.facts["reason"] == "read_only"


async def test_a_file_that_is_no_database_needs_an_operator(tmp_path: Path) -> None:
    path = tmp_path / "omega.db"
    path.write_text("this is a letter to my grandmother\n" * 100)
    with pytest.raises(Misconfigured, match="no database"):
        await migrate(None, path=path)
    assert path.read_text().startswith("this is a letter")


def modes_in(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o077 for file in folder.iterdir()}


async def test_a_new_sqlite_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=1), clock=SystemClock()) as store:
        await put_member(store, "1")
        modes = modes_in(tmp_path)
    assert set(modes) >= {"omega.db", "omega.db-wal"}
    assert set(modes.values()) == {0}


async def test_the_sqlite_file_is_in_wal_mode(tmp_path: Path) -> None:
    path = tmp_path / "omega.db"
    await migrate(None, path=path)
    async with (
        open_store(None, path=path, busy_timeout=timedelta(seconds=1), clock=SystemClock()) as store,
        store._engines.writer.begin() as connection,
    ):
        told = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert told == ["wal", 1, 1, 1000]


async def test_a_server_that_restarts_is_used_again_at_once(postgres: PostgresServer) -> None:
    url, path = postgres.url("migrated"), Path("/nonexistent")
    async with open_store(url, path=path, busy_timeout=timedelta(seconds=2), clock=SystemClock()) as store:
        await store.ping()
        postgres.stop()
        try:
            with pytest.raises(StoreUnavailable) as refusal:
                await store.ping()
        finally:
            postgres.start()  # by this thread: the server dies with the one that starts it
        assert refusal.value.facts["reason"] == "away"
        await store.ping()


async def test_a_server_that_was_never_there_is_away(tmp_path: Path) -> None:
    for host in (f"/?host={tmp_path}", "127.0.0.1:1/"):
        url = SecretStr(f"postgresql://farm:secret-word@{host}")
        with pytest.raises(StoreUnavailable) as refusal:
            await migrate(url, path=tmp_path)
        assert refusal.value.facts["reason"] == "away"
        assert "secret-word" not in f"{refusal.value.message} {refusal.value.hint}"


async def test_a_wrong_password_needs_an_operator_and_is_not_repeated(postgres: PostgresServer) -> None:
    url = SecretStr(f"postgresql://farm:secret-word@/migrated?host={postgres.folder}")
    with pytest.raises(Misconfigured) as refusal:
        await migrate(url, path=Path("/nonexistent"))
    assert refusal.value.facts["reason"] == "refused"
    assert "secret-word" not in f"{refusal.value.message} {refusal.value.hint} {refusal.value.__cause__}"


async def test_a_database_that_does_not_exist_needs_an_operator(postgres: PostgresServer) -> None:
    with pytest.raises(Misconfigured):
        await migrate(postgres.url("nowhere"), path=Path("/nonexistent"))
