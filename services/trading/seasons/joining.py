"""Who takes part in a season: each with a paper account of its own, and a limit on its leverage."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from services.errors import UserMistake
from services.store.rows import AuditRow
from services.store.store import Rows
from services.store.trading_rows import AccountRow, SeasonEntryRow, SeasonRow
from services.trading.account_rows import names_taken, use
from services.trading.seasons import messages as said
from services.trading.seasons.ground import Ground, equity_of
from services.trading.seasons.naming import free_name, shown_name
from services.trading.seasons.records import cap_of, lift_cap, new_account, season_account_id
from services.trading.trail import audited

_ACCOUNT: Final = "season"
_LEFT: Final = "paper.leave"
_NAMELESS: Final = "Trader"


class Joining:
    """Lets members, and the farm's temperaments, into seasons."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def join(self, request: said.JoinSeason, season: SeasonRow) -> None:
        """Let the caller take part, or change what they are called; see `JoinSeason`."""
        user_id, name = request.caller.user_id, shown_name(request.name) if request.name.strip() else ""
        async with self._ground.store.write() as rows:
            _check_on(season, self._ground.clock.now())
            taken = await self._names_taken(rows, season, user_id)
            _check_free(name, taken)
            known = await rows.trading.entries.get(season.id, user_id)
            if known is not None:
                await rows.trading.entries.put(replace(known, shown_name=name or known.shown_name))
                return
            if await _has_left(rows, season, user_id):
                raise UserMistake(
                    "You have left this season, and nobody begins twice.", hint="The next season is yours."
                )
        await self.enter(season, user_id, name or free_name(_NAMELESS, taken))

    async def leave(self, request: said.JoinSeason, season: SeasonRow) -> None:
        """Let the caller take part no more; their account stays, without the season's limit."""
        now = self._ground.clock.now()
        async with self._ground.store.write() as rows:
            entry = await rows.trading.entries.get(season.id, request.caller.user_id)
            if entry is not None:
                _check_on(season, now)
                await leave(rows, season, entry, now)

    async def enter(self, season: SeasonRow, user_id: str, name: str) -> None:
        """Give somebody an account for a season, and count it from what it is worth now.

        Raises:
            ExchangeUnavailable: what it is worth is not known; the same again goes on from there.
        """
        account = await self._account(season, user_id)
        equity, now = await equity_of(self._ground, account.id), self._ground.clock.now()
        entry = SeasonEntryRow(
            season_id=season.id,
            user_id=user_id,
            account_id=account.id,
            joined_at=now,
            start_equity=equity,
            shown_name=name,
        )
        async with self._ground.store.write() as rows:
            _check_on(season, now)
            _check_free(name, await self._names_taken(rows, season, user_id))
            if await rows.trading.entries.add(entry):
                await use(rows, account.user_id, account.guild_id, account.id, now)
                await rows.audit.append(_joined(season, user_id, at=now))

    async def _account(self, season: SeasonRow, user_id: str) -> AccountRow:
        now, id_ = self._ground.clock.now(), season_account_id(season.id, user_id)
        async with self._ground.store.write() as rows:
            known = await rows.trading.accounts.get(id_)
            if known is not None:
                return known
            name = free_name(_ACCOUNT, await names_taken(rows, user_id, season.guild_id))
            account = new_account(id_, user_id, season.guild_id, name, at=now)
            await rows.trading.accounts.add(account)
            await rows.trading.limits.put(cap_of(season, id_, at=now))
            return account

    async def _names_taken(self, rows: Rows, season: SeasonRow, user_id: str) -> set[str]:
        """Return what the others of a season are called, casefolded; nobody takes a temperament's name."""
        entries = await rows.trading.entries.where(season_id=season.id)
        taken = {one.shown_name.casefold() for one in entries if one.user_id != user_id}
        if user_id.startswith(said.HOUSE):
            return taken
        return taken | {one.casefold() for one in self._ground.temperaments}


async def leave(rows: Rows, season: SeasonRow, entry: SeasonEntryRow, now: datetime) -> None:
    """Take somebody out of a season."""
    await rows.trading.entries.delete(season_id=season.id, user_id=entry.user_id)
    await lift_cap(rows, season, entry.account_id)
    await rows.audit.append(_left(season, entry.user_id, at=now))


def _check_free(name: str, taken: set[str]) -> None:
    if name.casefold() in taken:
        raise UserMistake("Somebody in this season has that name already.", hint="Choose another name.")


def _check_on(season: SeasonRow, now: datetime) -> None:
    if season.ends_at <= now:
        raise UserMistake("This season is over.", hint="An admin can start the next one.")


async def _has_left(rows: Rows, season: SeasonRow, user_id: str) -> bool:
    done = await rows.audit.by(user_id)
    return any(one.action == _LEFT and one.subject == _subject(season) for one in done)


def _subject(season: SeasonRow) -> str:
    return f"season {season.id}"


def _joined(season: SeasonRow, user_id: str, *, at: datetime) -> AuditRow:
    return audited("paper.join", f"{season.id}:{user_id}", by=user_id, subject=_subject(season), at=at)


def _left(season: SeasonRow, user_id: str, *, at: datetime) -> AuditRow:
    return audited(_LEFT, f"{season.id}:{user_id}", by=user_id, subject=_subject(season), at=at)
