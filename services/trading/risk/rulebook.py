"""What the database says before an order is judged: limits, blackouts, states and the orders of a minute.

It is read in one transaction for each order. Nothing of it is remembered: a stricter limit holds at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from config.farm_file import RiskSection
from services.store.store import Rows
from services.store.trading_rows import AccountRow, BlackoutRow, IntentRow, RiskLimitRow, TradingStateRow
from services.trading.risk.limits import Limits, strictest
from services.trading.scopes import FARM, account_scope, watched

OURS: Final = ("risk:", "desk:drawdown")
"""How `by` of a state begins that is taken back here once its cause is gone.

What begins with ``risk`` nobody else lets go of. A person may let an account go on after a drawdown, since
without trading it would never end; its peak then begins anew.
"""
WATCHING: Final = "risk:"
"""How `by` begins of halts under which an account may still close and protect what it holds."""
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What was read for one account."""

    limits: Limits
    blackouts: tuple[BlackoutRow, ...]
    watched: TradingStateRow | None
    """What the gate's own limits hold of the account, as kept."""
    intents: tuple[IntentRow, ...]
    """Those of the last minute."""

    @property
    def resumed_at(self) -> datetime | None:
        """Return since when a person lets the account trade after a halt of the gate; None where nobody did.

        Letting go of the kill switch, or of a difference, is no reason to count anew.
        """
        return None if self.watched is None else _resumed(self.watched)

    def is_kept(self, intent: str) -> bool:
        """Return whether an intent is in the database: it is to be sent, and not only tried on."""
        return any(one.id == intent for one in self.intents)

    def recent(self, intent: str, passed: Collection[str]) -> int:
        """Return how many other orders that open something were sent in the last minute, or will be."""
        known = {one.id: one for one in self.intents if not one.is_reducing}
        sent = {id_ for id_, one in known.items() if one.sent_at is not None or id_ in passed}
        return len(sent - {intent})


def _resumed(state: TradingStateRow) -> datetime | None:
    if state.by.startswith(OURS):
        since = state.by.partition("@")[2]
        return datetime.fromisoformat(since) if since else None
    return state.at if state.state == "ACTIVE" else None


def signed(by: str, resumed_at: datetime | None) -> str:
    """Return who sets a state of ours; it keeps since when a person lets the account trade again."""
    return by if resumed_at is None else f"{by}@{resumed_at.isoformat()}"


def scopes_of(row: AccountRow) -> tuple[str, ...]:
    """Return the scopes whose limits hold for an account."""
    guild = (f"guild:{row.guild_id}",) if row.guild_id else ()
    return (FARM, *guild, account_scope(row.id))


def watched_scope(account: str) -> str:
    """Return the scope in which the gate holds an account by its own limits."""
    return watched(account_scope(account))


async def limit_rows(rows: Rows, row: AccountRow) -> list[RiskLimitRow]:
    """Return every limit that was set and concerns an account."""
    return await rows.trading.limits.where(scope=scopes_of(row))


async def read_papers(rows: Rows, row: AccountRow, section: RiskSection, at: datetime) -> Papers:
    """Read what concerns an account now."""
    intents = await rows.trading.intents.where(account_id=row.id, since=("created_at", at - _MINUTE))
    return Papers(
        limits=strictest(section, await limit_rows(rows, row), at),
        blackouts=tuple(await coming_blackouts(rows, row.guild_id, at)),
        watched=await rows.trading.states.get(watched_scope(row.id)),
        intents=tuple(intents),
    )


async def coming_blackouts(rows: Rows, guild: str, at: datetime) -> Iterable[BlackoutRow]:
    """Return the blackouts of the farm and of a guild that are on or to come, the next first."""
    kept = await rows.trading.blackouts.where(by="from_at", guild_id=sorted({"", guild}))
    return [one for one in kept if one.until_at > at]
