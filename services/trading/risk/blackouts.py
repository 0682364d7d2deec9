"""Blackouts: adding and removing them, and telling which are on or to come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.clock import Clock
from services.errors import UserMistake
from services.store.rows import AuditRow
from services.store.store import Rows, Store
from services.store.trading_rows import BlackoutRow
from services.trading.risk.messages import AddBlackout, Blackout, Blackouts, RemoveBlackout
from services.trading.risk.rulebook import coming_blackouts
from services.trading.trail import audit_id, audited

_LONGEST: Final = 24 * 60
_FURTHEST: Final = timedelta(days=366)
_EVENT_LENGTH: Final = 100


class BlackoutBook:
    """The blackouts of guilds; who may change them is checked before."""

    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def coming(self, guild: str) -> Blackouts:
        """Return those of a guild and of the farm that are on or to come, the next first."""
        async with self._store.read() as rows:
            return await self._coming(rows, guild)

    async def add(self, request: AddBlackout, guild: str) -> Blackouts:
        """Add one; the same request again adds none."""
        now = self._clock.now()
        _check(request, now)
        row = BlackoutRow(
            id=request.id,
            guild_id=guild,
            event=request.event.strip(),
            from_at=request.at - timedelta(minutes=request.minutes_before),
            until_at=request.at + timedelta(minutes=request.minutes_after),
            set_by=request.caller.user_id,
            created_at=now,
        )
        async with self._store.write() as rows:
            if await rows.audit.append(_audited("blackout add", row, request.id, row.set_by, now)):
                await rows.trading.blackouts.add(row)
            return await self._coming(rows, guild)

    async def remove(self, request: RemoveBlackout, guild: str) -> Blackouts:
        """Remove one by id or event; a repeated request removes none. Raises `UserMistake`."""
        now, by = self._clock.now(), request.caller.user_id
        async with self._store.write() as rows:
            if not await self._was_removed(rows, request):
                row = await self._meant(rows, request.blackout, guild)
                await rows.audit.append(_audited("blackout remove", row, request.id, by, now))
                await rows.trading.blackouts.delete(id=row.id)
            return await self._coming(rows, guild)

    async def _meant(self, rows: Rows, said: str, guild: str) -> BlackoutRow:
        """Return the guild's blackout of an id, else the only one to come of that event."""
        row = await rows.trading.blackouts.get(said)
        if row is not None and row.guild_id == guild:
            return row
        wanted = said.strip().casefold()
        coming = await coming_blackouts(rows, guild, self._clock.now())
        named = [one for one in coming if one.guild_id == guild and one.event.casefold() == wanted]
        if not named:
            raise UserMistake("There is no such blackout.", hint="/blackout list shows those there are.")
        if len(named) > 1:
            raise UserMistake(
                "Several blackouts have that name.", hint="Choose one of those that are offered as you type."
            )
        return named[0]

    async def _was_removed(self, rows: Rows, request: RemoveBlackout) -> bool:
        done = await rows.audit.by(request.caller.user_id)
        return any(one.id == audit_id("blackout remove", request.id) for one in done)

    async def _coming(self, rows: Rows, guild: str) -> Blackouts:
        kept = await coming_blackouts(rows, guild, self._clock.now())
        return Blackouts(
            blackouts=[
                Blackout(
                    id=one.id,
                    event=one.event,
                    from_at=one.from_at,
                    until_at=one.until_at,
                    is_farm_wide=not one.guild_id,
                )
                for one in kept
            ]
        )


def _check(request: AddBlackout, now: datetime) -> None:
    if not request.event.strip() or len(request.event) > _EVENT_LENGTH:
        raise UserMistake("An event has a name of 1 to 100 characters.", hint="Write one such as CPI.")
    around = (request.minutes_before, request.minutes_after)
    if min(around) < 0 or max(around) > _LONGEST or not any(around):
        raise UserMistake(
            "A blackout lasts at most a day before and a day after its event.",
            hint="Choose minutes from 0 to 1440.",
        )
    if not now - timedelta(minutes=request.minutes_after) < request.at < now + _FURTHEST:
        raise UserMistake(
            "That moment is over, or more than a year away.", hint="Choose one within the next year."
        )


def _audited(action: str, row: BlackoutRow, request: str, by: str, at: datetime) -> AuditRow:
    return audited(
        action,
        request,
        at=at,
        by=by,
        subject=row.id,
        detail=f"{row.event}: {row.from_at:%Y-%m-%d %H:%M} to {row.until_at:%Y-%m-%d %H:%M} UTC",
    )
