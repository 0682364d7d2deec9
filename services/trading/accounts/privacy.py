"""What the desk keeps of one member, to be read or deleted by the member. Keys and secrets are never told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from services.store.keeping import KeptRows, values_of
from services.store.store import Rows
from services.store.trading_rows import RiskLimitRow, TradingStateRow
from services.trading.accounts.messages import AccountsKept, DeskForgotten
from services.trading.scopes import account_scope, is_of_accounts

SECRET: Final = frozenset({"sealed", "recovery"})
"""Columns that are in no export."""


async def all_kept(rows: Rows, user_id: str) -> AccountsKept:
    """Return every row of trading that is the member's or names the member."""
    kept: dict[str, Sequence[object]] = {
        table: await own.where(user_id=user_id) for table, own in _own(rows).items()
    }
    kept |= {
        "risk_limits": await _limits_of(rows, user_id),
        "trading_states": await _states_of(rows, user_id),
        "blackouts": await rows.trading.blackouts.where(set_by=user_id),
        "seasons": await rows.trading.seasons.where(created_by=user_id),
    }
    return AccountsKept(rows={table: [_text(row) for row in found] for table, found in kept.items()})


async def forget(rows: Rows, user_id: str) -> DeskForgotten:
    """Delete what is the member's, keys first, and take the name off what they set for others."""
    accounts = await _accounts(rows, user_id)
    gone = 0
    for account in accounts:
        gone += await rows.trading.limits.delete(scope=account_scope(account))
    for state in await rows.trading.states.where():
        if is_of_accounts(state.scope, accounts):
            gone += await rows.trading.states.delete(scope=state.scope)
    for own in _own(rows).values():
        gone += await own.delete(user_id=user_id)
    await _take_name_off(rows, user_id)
    return DeskForgotten(rows=gone)


def _own(rows: Rows) -> dict[str, KeptRows[Any]]:
    """Return the tables whose rows are a member's own, by name; those with keys come first."""
    trading = rows.trading
    return {
        "trading_accounts": trading.accounts,
        "second_factors": trading.factors,
        "account_choices": trading.choices,
        "intents": trading.intents,
        "fills": trading.fills,
        "fundings": trading.fundings,
        "journal": trading.journal,
        "equity_marks": trading.equity,
        "tickets": trading.tickets,
        "plans": trading.plans,
        "strategy_runs": trading.runs,
        "proposals": trading.proposals,
        "position_cards": trading.cards,
        "season_entries": trading.entries,
    }


async def _accounts(rows: Rows, user_id: str) -> frozenset[str]:
    return frozenset(account.id for account in await rows.trading.accounts.where(user_id=user_id))


async def _limits_of(rows: Rows, user_id: str) -> list[RiskLimitRow]:
    scopes = {account_scope(account) for account in await _accounts(rows, user_id)}
    every = await rows.trading.limits.where()
    return [one for one in every if one.scope in scopes or user_id in {one.set_by, one.approved_by}]


async def _states_of(rows: Rows, user_id: str) -> list[TradingStateRow]:
    accounts = await _accounts(rows, user_id)
    every = await rows.trading.states.where()
    return [one for one in every if is_of_accounts(one.scope, accounts) or one.by == user_id]


async def _take_name_off(rows: Rows, user_id: str) -> None:
    trading = rows.trading
    for limit in await trading.limits.where(set_by=user_id):
        await trading.limits.change(limit.scope, limit.name, set_by="")
    for limit in await trading.limits.where(approved_by=user_id):
        await trading.limits.change(limit.scope, limit.name, approved_by="")
    for state in await trading.states.where():
        if state.by == user_id:
            await trading.states.change(state.scope, by="")
    for blackout in await trading.blackouts.where(set_by=user_id):
        await trading.blackouts.change(blackout.id, set_by="")
    for season in await trading.seasons.where(created_by=user_id):
        await trading.seasons.change(season.id, created_by="")


def _text(row: object) -> str:
    shown = {name: value for name, value in values_of(row).items() if name not in SECRET}
    return msgspec.json.encode(shown).decode()
