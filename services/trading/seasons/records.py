"""What seasons and resets write: ids that follow from what they are of, accounts, limits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from services import ids
from services.store.store import Rows
from services.store.trading_rows import AccountRow, RiskLimitRow, SeasonRow
from services.trading.account_rows import paper_account
from services.trading.scopes import account_scope

LEVERAGE: Final = "leverage"
_LENGTH: Final = 12


def id_of(*parts: str) -> str:
    """Return letters and digits that are the same for the same parts."""
    return ids.id_of("paper", *parts, length=_LENGTH)


def season_account_id(season_id: str, user_id: str) -> str:
    """Return the id of the account with which somebody takes part in a season."""
    return id_of("season", season_id, user_id)


def new_account(id_: str, user_id: str, guild_id: str, name: str, *, at: datetime) -> AccountRow:
    """Build a paper account; the local exchange knows it by a name that no earlier one had."""
    name_there = f"paper-{id_of(id_, at.isoformat())}"
    return paper_account(id_, name, user_id=user_id, guild_id=guild_id, venue_account=name_there, at=at)


def cap_of(season: SeasonRow, account_id: str, *, at: datetime) -> RiskLimitRow:
    """Build the limit by which the gate holds an account to the leverage of its season."""
    return RiskLimitRow(
        scope=account_scope(account_id),
        name=LEVERAGE,
        value=season.max_leverage,
        set_by=_setter(season),
        set_at=at,
    )


async def lift_cap(rows: Rows, season: SeasonRow, account_id: str) -> None:
    """Take the limit back, unless its owner has set one of their own meanwhile."""
    await rows.trading.limits.delete(scope=account_scope(account_id), name=LEVERAGE, set_by=_setter(season))


def is_capped(limit: RiskLimitRow | None, most: Decimal) -> bool:
    """Return whether a limit holds an account to so much leverage, now and in what was approved."""
    if limit is None or limit.value is None:
        return False
    approved = limit.pending if limit.approved_by and limit.pending is not None else limit.value
    return max(limit.value, approved) <= most


def _setter(season: SeasonRow) -> str:
    return f"season:{season.id}"
