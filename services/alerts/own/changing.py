"""Changes an alert that is there: pause, resume, snooze, repeat, delete. New ones are for `setting`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import msgspec

from config.farm_file import AlertsSection
from services.alerts.messages import ChangeAlert, DeleteAlert
from services.alerts.own.checks import check_room
from services.alerts.own.finding import no_such, own_rule
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quote_for
from services.alerts.own.rearming import begun_anew
from services.alerts.own.views import options_of, text_of
from services.clock import Clock
from services.errors import UserMistake
from services.members.messages import Caller
from services.store.rows import RuleRow
from services.store.store import Store

LONGEST_SNOOZE: Final = timedelta(days=30)
_SHORTEST_SNOOZE: Final = timedelta(minutes=1)
_WAITING: Final = frozenset({"active", "paused"})


class Changing:
    """Changes members' alerts, in the database first and then in the engine."""

    def __init__(
        self, *, store: Store, engine: EnginePort, bus: AlertsBus, limits: AlertsSection, clock: Clock
    ) -> None:
        self._store = store
        self._engine = engine
        self._bus = bus
        self._limits = limits
        self._clock = clock

    async def change(self, request: ChangeAlert) -> RuleRow:
        """Change the alert, and return it as it is now. Raises what `ChangeAlert` says."""
        async with self._store.read() as rows:
            row = await own_rule(rows, request.caller.user_id, request.alert)
        match request.change:
            case "pause":
                return await self._pause(row)
            case "resume":
                return await self._resume(row, request.caller)
            case "snooze":
                return await self._snooze(row, request)
            case "repeat" | "once" as wanted:
                return await self._let_repeat(row, request.caller, repeats=wanted == "repeat")

    async def delete(self, request: DeleteAlert) -> RuleRow:
        """Delete the alert, and return it as it last was. Raises what `DeleteAlert` says."""
        async with self._store.write() as rows:
            row = await own_rule(rows, request.caller.user_id, request.alert)
            await rows.own_alerts.delete(row.id)
        await self._engine.drop(row.id)
        return row

    async def _pause(self, row: RuleRow) -> RuleRow:
        if row.status not in _WAITING:
            raise UserMistake(
                f"Alert {row.id} waits for nothing any more.",
                hint="/alerts resume lets it wait again from the present price on.",
            )
        paused = await self._changed(row, lambda now: replace(now, status="paused"))
        await self._engine.drop(row.id)
        return paused

    async def _resume(self, row: RuleRow, caller: Caller) -> RuleRow:
        if row.status == "active":
            return await self._adjusted(row, lambda now: replace(now, snoozed_until=None))
        return await self._waiting_anew(replace(row, snoozed_until=None), caller)

    async def _snooze(self, row: RuleRow, request: ChangeAlert) -> RuleRow:
        until = self._clock.now() + _snooze_of(request.seconds)
        if row.status == "paused":
            raise UserMistake(f"Alert {row.id} is paused.", hint="Resume it first with /alerts resume.")
        if row.status == "active":
            return await self._adjusted(row, lambda now: replace(now, snoozed_until=until))
        return await self._waiting_anew(replace(row, snoozed_until=until), request.caller)

    async def _let_repeat(self, row: RuleRow, caller: Caller, *, repeats: bool) -> RuleRow:
        """Let it repeat or not; one that has fired and shall repeat waits again."""
        if repeats and row.status not in _WAITING:
            return await self._waiting_anew(_repeating(row, repeats=True), caller)
        return await self._adjusted(row, lambda now: _repeating(now, repeats=repeats))

    async def _adjusted(self, row: RuleRow, changed: Callable[[RuleRow], RuleRow]) -> RuleRow:
        adjusted = await self._changed(row, changed)
        if adjusted.status == "active":
            await self._engine.put(adjusted)
        return adjusted

    async def _changed(self, row: RuleRow, changed: Callable[[RuleRow], RuleRow]) -> RuleRow:
        at = self._clock.now()
        async with self._store.write() as rows:
            new = await rows.own_alerts.change(row.id, lambda now: replace(changed(now), updated_at=at))
        if new is None:
            raise no_such(row.id)
        return new

    async def _waiting_anew(self, row: RuleRow, caller: Caller) -> RuleRow:
        """Let one that does not wait do so again, from the present price on."""
        _refuse_ended(row, self._clock.now())
        quote = await quote_for(self._bus, row.kind, row.market)
        anew = replace(
            row,
            status="active",
            state=begun_anew(row.state),
            market_at=None if quote is None else quote.origin.as_of,
            updated_at=self._clock.now(),
        )
        await self._engine.drop(row.id)
        async with self._store.write() as rows:
            if row.status not in _WAITING:
                await check_room(rows, caller, self._limits)
            if await rows.alerts.rule(row.id) is None:
                raise no_such(row.id)
            await rows.alerts.put_rule(anew)
        await self._engine.put(anew)
        return anew


def _repeating(row: RuleRow, *, repeats: bool) -> RuleRow:
    return replace(row, options=text_of(msgspec.structs.replace(options_of(row), repeats=repeats)))


def _snooze_of(seconds: int) -> timedelta:
    wanted = timedelta(seconds=seconds)
    if not _SHORTEST_SNOOZE <= wanted <= LONGEST_SNOOZE:
        raise UserMistake("A snooze lasts 1 minute to 30 days.", hint="Take a time within that.")
    return wanted


def _refuse_ended(row: RuleRow, now: datetime) -> None:
    if row.expires_at is not None and row.expires_at <= now:
        raise UserMistake(
            f"Alert {row.id} has ended.", hint="Give it another end with /alerts edit, or set a new one."
        )
