from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from services.errors import UserMistake
from services.store.rows import AuditRow, GuildRow, MemberRow
from services.store.store import Store

if TYPE_CHECKING:
    from tests.contracts.store.conftest import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(name: str, at: datetime = NOON) -> AuditRow:
    return AuditRow(id=name, at=at, actor="7", action="bot.toggle", subject="xyko", outcome="done")


async def test_settings_come_back_as_they_were_put(store: Store) -> None:
    member = MemberRow(
        user_id="80351110224678912",
        locale="pt-BR",
        timezone="America/Sao_Paulo",
        persona="xyko",
        favourites=("ETH/USDT", "BTC/USDT:USDT"),
        theme="light",
        palette="colour_blind",
    )
    guild = GuildRow(guild_id="1", admin_channel_id="9", trader_role_ids=("5", "4"))
    async with store.write() as rows:
        await rows.members.put(member)
        await rows.guilds.put(guild)
    async with store.read() as rows:
        assert await rows.members.get(member.user_id) == member
        assert await rows.guilds.get("1") == guild


async def test_what_was_never_put_is_none_and_not_an_empty_row(store: Store) -> None:
    async with store.read() as rows:
        assert await rows.members.get("1") is None
        assert await rows.guilds.get("1") is None


async def test_putting_again_replaces_the_whole_row(store: Store) -> None:
    async with store.write() as rows:
        await rows.members.put(MemberRow(user_id="1", locale="en", favourites=("BTC/USDT",)))
    async with store.write() as rows:
        await rows.members.put(MemberRow(user_id="1", timezone="Europe/London"))
    async with store.read() as rows:
        assert await rows.members.get("1") == MemberRow(user_id="1", timezone="Europe/London")


async def test_a_row_that_is_deleted_is_gone_and_no_other(store: Store) -> None:
    async with store.write() as rows:
        for user_id in ("1", "2"):
            await rows.members.put(MemberRow(user_id=user_id))
    async with store.write() as rows:
        assert [await rows.members.delete("1"), await rows.members.delete("1")] == [1, 0]
    async with store.read() as rows:
        assert await rows.members.get("1") is None
        assert await rows.members.get("2") == MemberRow(user_id="2")


async def test_a_transaction_that_raises_leaves_nothing_behind(store: Store) -> None:
    async def change_its_mind() -> None:
        async with store.write() as rows:
            await rows.members.put(MemberRow(user_id="1"))
            await rows.audit.append(row("a"))
            raise UserMistake("changed my mind")

    with pytest.raises(UserMistake):
        await change_its_mind()
    async with store.read() as rows:
        assert await rows.members.get("1") is None
        assert await rows.audit.newest(5) == []


async def test_a_cancelled_transaction_leaves_nothing_behind_and_frees_the_writer(database: Database) -> None:
    entered = asyncio.Event()

    async def interrupted(store: Store) -> None:
        async with store.write() as rows:
            await rows.members.put(MemberRow(user_id="1"))
            entered.set()
            await asyncio.sleep(60)

    async with database.open(seconds=1) as store:
        task = asyncio.create_task(interrupted(store))
        await entered.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        async with store.write() as rows:
            assert await rows.members.get("1") is None
            await rows.members.put(MemberRow(user_id="2"))


async def test_a_reader_sees_one_unchanging_view_while_another_writes(store: Store) -> None:
    async with store.read() as before:
        assert await before.members.get("1") is None
        async with store.write() as rows:
            await rows.members.put(MemberRow(user_id="1"))
        assert await before.members.get("1") is None
    async with store.read() as after:
        assert await after.members.get("1") == MemberRow(user_id="1")


async def test_times_are_kept_in_utc_whatever_zone_they_came_in(store: Store) -> None:
    two_hours_east = timezone(timedelta(hours=2))
    async with store.write() as rows:
        await rows.audit.append(row("a", at=datetime(2026, 3, 1, 12, 30, 0, 123456, two_hours_east)))
    async with store.read() as rows:
        (found,) = await rows.audit.newest(1)
    assert found.at.isoformat() == "2026-03-01T10:30:00.123456+00:00"


async def test_a_naive_time_is_refused(store: Store) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive datetime"):
        async with store.write() as rows:
            await rows.audit.append(row("a", at=naive))


async def test_writers_in_two_stores_lose_nothing_and_keep_the_chain_whole(database: Database) -> None:
    async def append(store: Store, name: str) -> None:
        async with store.write() as rows:
            await rows.audit.append(row(name))
            await rows.members.put(MemberRow(user_id="shared", persona=name.replace("-", "_")))

    async with database.open() as one, database.open() as two:
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(append(one, f"one-{number}"))
                group.create_task(append(two, f"two-{number}"))
        async with one.read() as rows:
            assert {found.id for found in await rows.audit.newest(100)} == {
                f"{who}-{number}" for who in ("one", "two") for number in range(20)
            }
            assert await rows.audit.first_broken() is None


async def test_what_one_actor_did_comes_newest_first_without_what_others_did(store: Store) -> None:
    async with store.write() as rows:
        for name in "abc":
            await rows.audit.append(row(name))
        await rows.audit.append(replace(row("d"), actor="8"))
    async with store.read() as rows:
        assert [found.id for found in await rows.audit.by("7")] == ["c", "b", "a"]
        assert await rows.audit.by("9") == []


async def test_a_repeated_audit_entry_changes_nothing(store: Store) -> None:
    async with store.write() as rows:
        assert await rows.audit.append(row("a"))
    async with store.write() as rows:
        assert not await rows.audit.append(row("a", at=NOON + timedelta(hours=1)))
    async with store.read() as rows:
        assert await rows.audit.newest(10) == [row("a")]


async def test_audit_entries_come_newest_first_and_only_as_many_as_asked(store: Store) -> None:
    async with store.write() as rows:
        for minutes, name in enumerate(("a", "b", "c")):
            await rows.audit.append(row(name, at=NOON - timedelta(minutes=minutes)))
    async with store.read() as rows:
        assert [found.id for found in await rows.audit.newest(2)] == ["a", "b"]


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("UPDATE audit_log SET actor = 'nobody' WHERE id = 'b'", "b"),
        ("UPDATE audit_log SET at = '2026-03-02 00:00:00' WHERE id = 'c'", "c"),
        ("UPDATE audit_log SET hash = 'x', detail = 'x' WHERE id = 'a'", "a"),
        ("DELETE FROM audit_log WHERE id = 'b'", "c"),
        ("DELETE FROM audit_log WHERE id = 'a'", "b"),
        ("UPDATE audit_log SET position = 5 WHERE id = 'c'", "c"),
    ],
)
async def test_tampering_with_the_audit_log_is_found(
    store: Store, database: Database, tampering: str, first_broken: str
) -> None:
    async with store.write() as rows:
        for name in ("a", "b", "c"):
            await rows.audit.append(row(name))
        assert await rows.audit.first_broken() is None
    await database.sql(tampering)
    async with store.read() as rows:
        assert await rows.audit.first_broken() == first_broken


async def test_the_chain_is_followed_across_pages(store: Store, database: Database) -> None:
    async with store.write() as rows:
        for number in range(210):
            await rows.audit.append(row(str(number)))
    async with store.read() as rows:
        assert await rows.audit.first_broken() is None
    await database.sql("UPDATE audit_log SET outcome = 'refused' WHERE id = '205'")
    async with store.read() as rows:
        assert await rows.audit.first_broken() == "205"
