"""Whatever the database keeps of a member is given to the member, and goes when the member says so.

A new table fails here until it is in the export and in the deletion, or stands below with a reason.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Integer, Table, func, insert, select, update

from services.alerts.messages import AlertsKept
from services.alerts.own import privacy as of_alerts
from services.chat.keeping import privacy as of_chat
from services.chat.messages import ChatKept
from services.members import privacy as of_members
from services.members.messages import Kept
from services.store.columns import Money, Strings, UtcDateTime
from services.store.metadata import METADATA
from services.store.store import Rows, Store
from services.store.tables import AUDIT_LOG
from services.trading.accounts import privacy as of_trading
from services.trading.accounts.messages import AccountsKept

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MEMBER, OTHER = "7", "8"
NAMES_A_MEMBER = ("user_id", "actor", "set_by", "created_by", "by")
OF_NOBODY = {
    "guild_settings": "what a guild's admins chose, without who did",
    "leases": "which process of ours may do what",
    "market_marks": "how far a market has been looked at",
}
STAYS = {"audit_log": "each entry seals those before it, so that one taken out would break all later ones"}
SHARED = (
    *("subscriptions", "schedules", "risk_limits", "trading_states", "blackouts", "seasons"),
    "chat_spend",
)
PERSONAL = [table for name, table in METADATA.tables.items() if name not in OF_NOBODY]
every_table = pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)


def owner_of(table: Table) -> Column[Any]:
    """Return the column that names the member."""
    return next(table.c[name] for name in NAMES_A_MEMBER if name in table.c)


def some(column: Column[Any], user: str) -> object:
    """Return a value that the column takes; texts differ from member to member."""
    match column.type:
        case Strings():
            return ("BTC/USDT",)
        case UtcDateTime():
            return NOON
        case Money():
            return Decimal(user)
        case Boolean():
            return True
        case Integer():
            return int(user)
    return user if column.name in NAMES_A_MEMBER else f"{column.name} {user}"


async def put(store: Store, table: Table, user: str) -> None:
    """Put one row of `user` into `table`, with what it must have and whose it is."""
    needed = [column for column in table.columns if not column.nullable or column is owner_of(table)]
    row = {column.name: some(column, user) for column in needed}
    async with store.write() as rows:
        await rows.learning._connection.execute(insert(table).values(row))


async def all_kept(rows: Rows, user: str) -> tuple[Kept, AlertsKept, AccountsKept, ChatKept]:
    """Return what each process that owns rows gives to the member."""
    return (
        await of_members.all_kept(rows, user),
        await of_alerts.all_kept(rows, user),
        await of_trading.all_kept(rows, user),
        await of_chat.all_kept(rows, user),
    )


async def forget(rows: Rows, user: str) -> None:
    """Let each process that owns rows forget the member."""
    await of_members.forget(rows, user, at=NOON)
    await of_alerts.forget(rows, user)
    await of_trading.forget(rows, user)
    await of_chat.forget(rows, user)


async def rows_of(store: Store, table: Table, user: str) -> int | None:
    count = select(func.count()).select_from(table).where(owner_of(table) == user)
    async with store.read() as rows:
        return await rows.learning._connection.scalar(count)


def test_every_table_names_the_member_it_is_about_or_is_known_to_be_about_nobody() -> None:
    named = {name for name, table in METADATA.tables.items() if set(NAMES_A_MEMBER) & {*table.c.keys()}}
    assert {*METADATA.tables} - named == OF_NOBODY.keys()
    assert STAYS.keys() == {AUDIT_LOG.name}


@every_table
async def test_a_row_about_a_member_is_in_the_export_of_that_member_alone(store: Store, table: Table) -> None:
    async with store.read() as rows:
        before = await all_kept(rows, MEMBER)
    await put(store, table, OTHER)
    async with store.read() as rows:
        assert await all_kept(rows, MEMBER) == before
    await put(store, table, MEMBER)
    async with store.read() as rows:
        assert await all_kept(rows, MEMBER) != before


@every_table
async def test_a_row_about_a_member_goes_with_the_member_or_is_known_to_stay(
    store: Store, table: Table
) -> None:
    for user in (MEMBER, OTHER):
        await put(store, table, user)
    async with store.write() as rows:
        await forget(rows, MEMBER)
    assert await rows_of(store, table, OTHER) == 1
    assert bool(await rows_of(store, table, MEMBER)) == (table.name in STAYS)


async def test_what_a_member_set_for_others_stays_there_without_the_name(store: Store) -> None:
    for name in SHARED:
        await put(store, METADATA.tables[name], MEMBER)
    async with store.write() as rows:
        await forget(rows, MEMBER)
    for name in SHARED:
        assert await rows_of(store, METADATA.tables[name], "") == 1


async def test_limits_and_states_of_a_member_s_own_accounts_go_with_the_member(store: Store) -> None:
    for name in ("trading_accounts", "risk_limits", "trading_states"):
        await put(store, METADATA.tables[name], MEMBER)
    scopes = {"risk_limits": f"account:id {MEMBER}", "trading_states": f"market:id {MEMBER}:BTC/USDT:USDT"}
    async with store.write() as rows:
        for name, scope in scopes.items():
            await rows.learning._connection.execute(
                update(METADATA.tables[name]).values({"scope": scope, owner_of(METADATA.tables[name]): OTHER})
            )
        await of_trading.forget(rows, MEMBER)
    for name in scopes:
        assert await rows_of(store, METADATA.tables[name], OTHER) == 0


async def test_no_export_has_a_secret(store: Store) -> None:
    for name in ("trading_accounts", "second_factors"):
        await put(store, METADATA.tables[name], MEMBER)
    async with store.read() as rows:
        told = await of_trading.all_kept(rows, MEMBER)
    assert len(told.rows["trading_accounts"]) == len(told.rows["second_factors"]) == 1
    assert not any(word in str(told) for word in ("sealed", "recovery"))


async def test_a_row_of_a_feed_is_nobody_s(store: Store) -> None:
    await put(store, METADATA.tables["alerts"], MEMBER)
    async with store.write() as rows:
        await rows.learning._connection.execute(update(METADATA.tables["alerts"]).values(user_id=None))
    async with store.read() as rows:
        assert (await of_alerts.all_kept(rows, MEMBER)).rows["alerts"] == []
