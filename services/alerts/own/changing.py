"""Changes an alert that is there: pause, resume, snooze, repeat, delete. New ones are for `setting`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from config.farm_file import AlertsSection
from services.alerts.messages import ChangeAlert, DeleteAlert
from services.alerts.own.admission import Admission
from services.alerts.own.checks import COUNTED, check_room
from services.alerts.own.finding import no_such, own_rule
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quote_for
from services.alerts.own.rearming import begun_anew
from services.alerts.own.views import options_of, text_of
from services.clock import Clock
from services.errors import UserMistake
from services.market.messages import Quote
from services.store.rows import RuleRow
from services.store.store import Store

LONGEST_SNOOZE: Final = timedelta(days=30)
_SHORTEST_SNOOZE: Final = timedelta(minutes=1)


class Changing:
    """Changes members' alerts, in the database first and then in the engine.

    `one` is held meanwhile, as it is by whoever else changes them. What may take long is asked before, and of
    an alert that has become another one in that time it is asked again.
    """

    def __init__(
        self,
        *,
        store: Store,
        engine: EnginePort,
        bus: AlertsBus,
        limits: AlertsSection,
        clock: Clock,
        one: asyncio.Lock,
    ) -> None:
        self._store = store
        self._engine = engine
        self._bus = bus
        self._limits = limits
        self._clock = clock
        self._admission = Admission(bus=bus, ways=limits.ways)
        self._one = one

    async def change(self, request: ChangeAlert) -> RuleRow:
        """Change the alert, and return it as it is now. Raises what `ChangeAlert` says."""
        if request.change == "snooze":
            _check_snooze(request.seconds)
        changed = None
        while changed is None:
            row = await self._own(request)
            quote = await self._asked_first(row, request)
            async with self._one:
                now = await self._own(request)
                if _waits_anew(now, request):
                    changed = await self._wait_anew(request, quote, now) if _is_alike(row, now) else None
                else:
                    changed = await self._adjust(request, now.id)
        return changed

    async def delete(self, request: DeleteAlert) -> RuleRow:
        """Delete the alert, and return it as it last was. Raises what `DeleteAlert` says."""
        async with self._one:
            async with self._store.write() as rows:
                row = await own_rule(rows, request.caller.user_id, request.alert)
                await rows.own_alerts.delete(row.id)
            await self._engine.drop(row.id)
        return row

    async def _own(self, request: ChangeAlert) -> RuleRow:
        async with self._store.read() as rows:
            return await own_rule(rows, request.caller.user_id, request.alert)

    async def _asked_first(self, row: RuleRow, request: ChangeAlert) -> Quote | None:
        """Ask whether an alert that shall wait anew may, and for the price from which it does."""
        if not _waits_anew(row, request):
            return None
        _refuse_ended(row, self._clock.now())
        await self._admission.check_again(request.caller, row)
        return await quote_for(self._bus, row.kind, row.market)

    async def _adjust(self, request: ChangeAlert, rule_id: str) -> RuleRow:
        """Change one that goes on as it is: the engine keeps what it remembers of it."""
        at = self._clock.now()
        async with self._store.write() as rows:
            new = await rows.own_alerts.change(
                rule_id, lambda now: replace(_changed(now, request, at), updated_at=at)
            )
        if new is None:
            raise no_such(rule_id)
        if new.status == "active":
            await self._engine.put(new)
        elif request.change == "pause":
            await self._engine.drop(new.id)
        return new

    async def _wait_anew(self, request: ChangeAlert, quote: Quote | None, row: RuleRow) -> RuleRow:
        """Let one that does not wait do so again, from the present price on."""
        at = self._clock.now()
        await self._engine.drop(row.id)
        async with self._store.write() as rows:
            old = await rows.alerts.rule(row.id)
            if old is None:
                raise no_such(row.id)
            await check_room(rows, old, old, self._limits)
            anew = replace(
                _changed(old, request, at),
                status="active",
                state=begun_anew(old.state),
                market_at=None if quote is None else quote.origin.as_of,
                updated_at=at,
            )
            await rows.alerts.put_rule(anew)
        await self._engine.put(anew)
        return anew


def _waits_anew(row: RuleRow, request: ChangeAlert) -> bool:
    """Return whether a change lets an alert that waits for nothing now wait again.

    Raises:
        UserMistake: it is paused, and cannot be snoozed.
    """
    match request.change:
        case "resume":
            return row.status != "active"
        case "snooze":
            if row.status == "paused":
                raise UserMistake(f"Alert {row.id} is paused.", hint="Resume it first with /alerts resume.")
            return row.status != "active"
        case "repeat":
            return row.status not in COUNTED
    return False


def _is_alike(one: RuleRow, other: RuleRow) -> bool:
    """Return whether what was asked first of one is so of the other."""
    names = ("status", "kind", "market", "options", "guild_id", "expires_at")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _changed(row: RuleRow, request: ChangeAlert, at: datetime) -> RuleRow:
    """Return the row as it is asked for.

    Raises:
        UserMistake: it shall pause, and waits for nothing.
    """
    match request.change:
        case "pause":
            if row.status not in COUNTED:
                raise UserMistake(
                    f"Alert {row.id} waits for nothing any more.",
                    hint="/alerts resume lets it wait again from the present price on.",
                )
            return replace(row, status="paused")
        case "resume":
            return replace(row, snoozed_until=None)
        case "snooze":
            return replace(row, snoozed_until=at + timedelta(seconds=request.seconds))
        case "repeat" | "once" as wanted:
            return _repeating(row, repeats=wanted == "repeat")


def _repeating(row: RuleRow, *, repeats: bool) -> RuleRow:
    return replace(row, options=text_of(msgspec.structs.replace(options_of(row), repeats=repeats)))


def _check_snooze(seconds: int) -> None:
    if not _SHORTEST_SNOOZE <= timedelta(seconds=seconds) <= LONGEST_SNOOZE:
        raise UserMistake("A snooze lasts 1 minute to 30 days.", hint="Take a time within that.")


def _refuse_ended(row: RuleRow, now: datetime) -> None:
    if row.expires_at is not None and row.expires_at <= now:
        raise UserMistake(
            f"Alert {row.id} has ended.", hint="Give it another end with /alerts edit, or set a new one."
        )
