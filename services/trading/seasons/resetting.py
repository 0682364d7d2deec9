"""Starts over on paper: a new account takes the place of the one in use, whose journal stays."""

from __future__ import annotations

from datetime import datetime

from services.errors import UserMistake
from services.store.store import Rows
from services.store.trading_rows import AccountRow
from services.trading.account_rows import names_taken, use
from services.trading.seasons import messages as said
from services.trading.seasons.clearing import Clearing, check_idle, check_unworked
from services.trading.seasons.ground import Ground, equity_of
from services.trading.seasons.joining import leave
from services.trading.seasons.naming import free_name
from services.trading.seasons.records import id_of, new_account
from services.trading.trail import audited

_PAPER = "paper"


class Resetting:
    """Carries out `ResetPaper`."""

    def __init__(self, ground: Ground, clearing: Clearing) -> None:
        self._ground = ground
        self._clearing = clearing

    async def reset(self, request: said.ResetPaper) -> said.PaperReset:
        """Start over, once for each request; see `ResetPaper`."""
        new_id, canceled = id_of("reset", request.caller.user_id, request.id), 0
        async with self._ground.store.read() as rows:
            new = await rows.trading.accounts.get(new_id)
        if new is None:
            old = await self._ground.book.chosen(request.caller)
            canceled = await self._cleared(old)
            new = await self._replaced(old, new_id)
        return said.PaperReset(
            account=await self._ground.book.view(new, request.caller),
            equity=await equity_of(self._ground, new.id),
            canceled=canceled,
        )

    async def _cleared(self, old: AccountRow) -> int:
        if old.mode != _PAPER:
            raise UserMistake(
                "The account in use is not on paper.", hint="Use a paper one with /account use first."
            )
        async with self._ground.store.read() as rows:
            await check_unworked(rows, old.id)
        return await self._clearing.clear(old.id)

    async def _replaced(self, old: AccountRow, new_id: str) -> AccountRow:
        now = self._ground.clock.now()
        async with self._ground.store.write() as rows:
            await check_idle(rows, old.id)
            is_given_up = await rows.trading.accounts.change(
                old.id, only_if={"status": "active"}, status="unlinked", updated_at=now
            )
            if not is_given_up:
                raise UserMistake(
                    "This account is not in use any more.", hint="Look at your accounts with /account list."
                )
            name = free_name(_PAPER, await names_taken(rows, old.user_id, old.guild_id))
            new = new_account(new_id, old.user_id, old.guild_id, name, at=now)
            await rows.trading.accounts.add(new)
            await use(rows, new.user_id, new.guild_id, new.id, now)
            await _leave_with(rows, old, now)
            await rows.audit.append(
                audited(
                    "paper.reset",
                    new_id,
                    by=old.user_id,
                    subject=f"account {old.id}",
                    at=now,
                    detail=f"account {new_id} in its place",
                )
            )
        return new


async def _leave_with(rows: Rows, old: AccountRow, now: datetime) -> None:
    """Leave the season that an account is of, if it is still on."""
    for entry in await rows.trading.entries.where(user_id=old.user_id, account_id=old.id):
        season = await rows.trading.seasons.get(entry.season_id)
        if season is not None and season.ends_at > now:
            await leave(rows, season, entry, now)
