"""What seasons and resets write: ids that follow from what they are of, accounts, limits, the audit log."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Final

from config.venues import SANDBOX
from services.store.rows import AuditRow
from services.store.store import Rows
from services.store.trading_rows import AccountChoiceRow, AccountRow, RiskLimitRow, SeasonRow

LEVERAGE: Final = "leverage"
WAITING: Final = ("new", "sending", "unknown", "open", "partly")
"""How an intent stands whose order may still fill."""
_LISTED: Final = ("active", "refused")
_BYTES: Final = 10
_LENGTH: Final = 12


def id_of(*parts: str) -> str:
    """Return letters and digits that are the same for the same parts."""
    digest = hashlib.blake2b("\0".join(("paper", *parts)).encode(), digest_size=_BYTES).digest()
    return base64.b32encode(digest).decode().lower()[:_LENGTH]


def season_account_id(season_id: str, user_id: str) -> str:
    """Return the id of the account with which somebody takes part in a season."""
    return id_of("season", season_id, user_id)


def new_account(id_: str, user_id: str, guild_id: str, name: str, *, at: datetime) -> AccountRow:
    """Build a paper account; the local exchange knows it by a name that no earlier one had."""
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
        venue_account=f"paper-{id_of(id_, at.isoformat())}",
    )


def cap_of(season: SeasonRow, account_id: str, *, at: datetime) -> RiskLimitRow:
    """Build the limit by which the gate holds an account to the leverage of its season."""
    return RiskLimitRow(
        scope=f"account:{account_id}",
        name=LEVERAGE,
        value=season.max_leverage,
        set_by=_setter(season),
        set_at=at,
    )


async def lift_cap(rows: Rows, season: SeasonRow, account_id: str) -> None:
    """Take the limit back, unless its owner has set one of their own meanwhile."""
    await rows.trading.limits.delete(scope=f"account:{account_id}", name=LEVERAGE, set_by=_setter(season))


def is_capped(limit: RiskLimitRow | None, most: Decimal) -> bool:
    """Return whether a limit holds an account to so much leverage, now and in what was approved."""
    if limit is None or limit.value is None:
        return False
    approved = limit.pending if limit.approved_by and limit.pending is not None else limit.value
    return max(limit.value, approved) <= most


def _setter(season: SeasonRow) -> str:
    return f"season:{season.id}"


async def names_taken(rows: Rows, user_id: str, guild_id: str) -> set[str]:
    """Return what the accounts of a member are called in a guild, casefolded."""
    own = await rows.trading.accounts.where(user_id=user_id, guild_id=guild_id, status=_LISTED)
    return {one.name.casefold() for one in own}


async def use(rows: Rows, account: AccountRow, at: datetime) -> None:
    """Put an account in use where it belongs."""
    await rows.trading.choices.put(
        AccountChoiceRow(
            user_id=account.user_id, guild_id=account.guild_id, account_id=account.id, chosen_at=at
        )
    )


def audited(action: str, key: str, *, by: str, subject: str, at: datetime, detail: str = "") -> AuditRow:
    """Build the row of something that was done, once for each `key`."""
    return AuditRow(
        id=f"desk:{action}:{key}",
        at=at,
        actor=by,
        action=action,
        subject=subject,
        outcome="done",
        detail=detail,
    )
