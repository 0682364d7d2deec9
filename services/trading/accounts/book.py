"""Whose account is whose, and which one is in use where. Fulfils the port `AccountBook`.

An account belongs to a member and a guild. In direct messages all accounts of the member can be named, and
the one that they chose last anywhere is in use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from config.farm_file import DeskSection
from services.clock import Clock
from services.errors import UserMistake
from services.members.messages import Caller
from services.store.store import Rows, Store
from services.store.trading_rows import AccountRow
from services.trading.account_rows import LISTED, paper_account, use
from services.trading.accounts.ids import account_id_of, paper_name_of
from services.trading.messages import AccountMode, AccountView

PAPER: Final = "paper"
_SHOWN: Final = 32
_NOT_ACTIVE: Final = {
    "unlinked": "The account is unlinked.",
    "refused": "The venue refuses the account's key.",
}


class MemberAccounts:
    """Accounts and choices in `store`; `desk` says whether live ones trade here."""

    def __init__(self, *, store: Store, desk: DeskSection, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._making = asyncio.Lock()

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        """Return the account that a caller means; see `AccountBook.chosen`."""
        if account:
            return await self.named(caller, account)
        async with self._store.read() as rows:
            used = await used_by(rows, caller)
        return used or await self._first(caller)

    async def listed(self, caller: Caller) -> Sequence[AccountRow]:
        """Return the caller's accounts, the one in use first, then the newest; there is always one."""
        used = await self.chosen(caller)
        async with self._store.read() as rows:
            own = await own_of(rows, caller)
        return [used, *(row for row in own if row.id != used.id)]

    async def use(self, caller: Caller, account: str) -> None:
        """Use an account where the caller asks from. Raises `UserMistake` for one that is not theirs."""
        row = await self.named(caller, account)
        async with self._store.write() as rows:
            await self._choose(rows, caller, row.id)

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        """Return an account as its owner sees it."""
        used = None
        if caller is not None:
            async with self._store.read() as rows:
                used = await used_by(rows, caller)
        return self.shown(row, is_used=used is not None and used.id == row.id)

    def shown(self, row: AccountRow, *, is_used: bool) -> AccountView:
        """Return the same where it is known whether it is in use."""
        why = self.may_send(row)
        mode: AccountMode = "paper" if row.mode == "paper" else "live"
        return AccountView(
            id=row.id,
            name=row.name,
            venue=row.venue,
            mode=mode,
            status=row.status,
            is_used=is_used,
            can_trade=not why,
            reason=row.reason or why,
            created_at=row.created_at,
        )

    def may_send(self, row: AccountRow) -> str:
        """Return why no order of this account is sent; see `AccountBook.may_send`."""
        if row.status != "active":
            return _NOT_ACTIVE.get(row.status, "The account is not active.")
        if row.mode == "paper":
            return ""
        if not row.consented_at and self._desk.is_live:
            return "Its owner has not confirmed yet that orders are real."
        return why_on_paper(self._desk)

    async def named(self, caller: Caller, account: str) -> AccountRow:
        """Return the account of that id, name or beginning of an id; raises `UserMistake` for none."""
        async with self._store.read() as rows:
            own = await own_of(rows, caller)
        wanted = account.strip().casefold()
        for fits in (
            [row for row in own if row.id == wanted],
            [row for row in own if row.name.casefold() == wanted],
            [row for row in own if wanted and row.id.startswith(wanted)],
        ):
            if len(fits) == 1:
                return fits[0]
            if fits:
                raise UserMistake(
                    f"Several of your accounts are called {account[:_SHOWN]}.",
                    hint="Name the one you mean by its id.",
                )
        raise UserMistake(
            f"You have no account called {account[:_SHOWN]} here.", hint="/account list shows those you have."
        )

    async def _first(self, caller: Caller) -> AccountRow:
        """Make a paper account, and use it; of several who ask at once, one makes it."""
        async with self._making, self._store.write() as rows:
            used = await used_by(rows, caller)
            if used is not None:
                return used
            row = self._new(caller)
            await rows.trading.accounts.add(row)
            await self._choose(rows, caller, row.id)
            return row

    def _new(self, caller: Caller) -> AccountRow:
        now, guild_id = self._clock.now(), caller.guild_id or ""
        id_ = account_id_of(caller.user_id, guild_id, now.isoformat())
        name_there = paper_name_of(id_)
        return paper_account(
            id_, PAPER, user_id=caller.user_id, guild_id=guild_id, venue_account=name_there, at=now
        )

    async def _choose(self, rows: Rows, caller: Caller, account_id: str) -> None:
        await use(rows, caller.user_id, caller.guild_id or "", account_id, self._clock.now())


def why_on_paper(desk: DeskSection) -> str:
    """Return why no account of a venue trades here, in English; empty where they do."""
    if desk.is_live:
        return ""
    return "This farm does not say who runs it." if desk.mode == "live" else "This farm trades on paper only."


async def own_of(rows: Rows, caller: Caller) -> list[AccountRow]:
    """Return the accounts that a caller can name, the newest first."""
    own = await rows.trading.accounts.where(
        by="created_at", newest=True, user_id=caller.user_id, status=LISTED
    )
    return [row for row in own if caller.guild_id in {None, row.guild_id}]


async def used_by(rows: Rows, caller: Caller) -> AccountRow | None:
    """Return the account in use where a caller asks from; None where they have none there.

    Without a choice it is one on paper: one with real money is only ever in use because it was chosen.
    """
    choices = await rows.trading.choices.where(by="chosen_at", newest=True, user_id=caller.user_id)
    choices = [choice for choice in choices if caller.guild_id in {None, choice.guild_id}]
    own = {row.id: row for row in await own_of(rows, caller)}
    chosen = (own[choice.account_id] for choice in choices if choice.account_id in own)
    return next(chosen, None) or next((row for row in own.values() if row.mode == "paper"), None)
