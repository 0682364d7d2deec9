"""What the database says of accounts, for the parts that make them, name them, use them and give them up."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from config.venues import SANDBOX
from services.store.store import Rows
from services.store.trading_rows import AccountChoiceRow, AccountRow
from services.trading.intents.intent import LIVE

LISTED: Final = ("active", "refused")
"""The statuses of an account that its owner can name."""


def paper_account(
    id_: str, name: str, *, user_id: str, guild_id: str, venue_account: str, at: datetime
) -> AccountRow:
    """Build a paper account; `venue_account` is what the local exchange knows it by."""
    return AccountRow(
        id=id_,
        user_id=user_id,
        guild_id=guild_id,
        name=name,
        venue=SANDBOX,
        mode="paper",
        status="active",
        created_at=at,
        updated_at=at,
        venue_account=venue_account,
    )


async def use(rows: Rows, user_id: str, guild_id: str, account_id: str, at: datetime) -> None:
    """Put an account in use for a member in a guild, or where the guild is empty in direct messages."""
    await rows.trading.choices.put(
        AccountChoiceRow(user_id=user_id, guild_id=guild_id, account_id=account_id, chosen_at=at)
    )


async def names_taken(rows: Rows, user_id: str, guild_id: str) -> set[str]:
    """Return what the accounts of a member are called in a guild, casefolded."""
    own = await rows.trading.accounts.where(user_id=user_id, guild_id=guild_id, status=LISTED)
    return {one.name.casefold() for one in own}


async def has_open(rows: Rows, account_id: str) -> bool:
    """Return whether a plan of an account goes on, or an order of ours may still fill."""
    plans = await rows.trading.plans.count(account_id=account_id, status="active")
    return bool(plans or await rows.trading.intents.count(account_id=account_id, status=LIVE))


async def is_worked(rows: Rows, account_id: str) -> bool:
    """Return whether a strategy works an account."""
    return bool(await rows.trading.runs.count(account_id=account_id, status="active"))
