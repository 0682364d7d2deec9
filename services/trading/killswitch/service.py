"""The kill switch as a service: who may fire, resume and drill, and how it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast

import msgspec

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import NoAnswer, NotAllowed, Unavailable, UserMistake
from services.members.messages import AuditEntry, Caller, Right
from services.members.rights import ADMIN_ROLE
from services.memory import Answers, Remembered
from services.omega import OmegaService, ServiceConfig
from services.store.trading_rows import AccountRow
from services.trading.killswitch.drill import Drill as Drills
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.messages import Drill, Fire, GetSwitch, Resume, Scope, Switch
from services.trading.killswitch.news import News
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.resuming import Resuming
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.switch import KillSwitch
from services.trading.killswitch.view import SwitchView, shown

_REMEMBERED_FOR: Final = 900.0
"""Seconds; a request that was delivered twice comes within its deadline."""
_ADMIN_FOR: Final = 900.0
"""Seconds for which an admin may fire at everything although nobody can be asked for rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What the service stands on."""

    switch: KillSwitch
    latch: FileLatch
    roster: Roster
    resuming: Resuming
    drills: Drills
    news: News
    right_of: Callable[[Caller], Awaitable[Right]]
    clock: Clock


class KillSwitchService(OmegaService):
    """Answers for the kill switch. Whoever has accounts may fire at them, an admin at everything."""

    name: ClassVar[str] = "killswitch"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (Fire, Resume, Drill, GetSwitch)

    def __init__(self, config: ServiceConfig, parts: ServiceParts) -> None:
        super().__init__(config)
        self._parts = parts
        self._view = SwitchView(parts.switch, parts.latch)
        self._answers: Answers[str, Switch] = Answers(parts.clock, seconds=_REMEMBERED_FOR)
        self._admins: Remembered[str, bool] = Remembered(parts.clock)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def give_up(self, request: Fire) -> None:
        """Tell who fired at everything that it is not done."""
        await self._parts.news.tell_unfired(request.id, request.caller, self._parts.clock.now())

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetSwitch(caller=caller, scope=scope):
                return self._view.of(scope, await self._rows(caller, scope))
            case Fire():
                return await self._fire(request)
            case Resume():
                return await self._once(request, lambda: self._resume(request))
            case Drill():
                return await self._once(request, lambda: self._drill(request))
        raise TypeError(f"killswitch does not answer {type(request).__name__}")

    async def _once(self, request: Resume | Drill, do: Callable[[], Awaitable[Switch]]) -> Switch:
        key = f"{type(request).__name__}:{request.caller.user_id}:{request.id}"
        return await self._answers.once(key, do)

    async def _fire(self, request: Fire) -> Switch:
        """Fire at what was asked for; where nobody knows whether the caller may, at what is theirs."""
        try:
            rows = await self._rows(request.caller, request.scope)
        except Unavailable as error:
            if self._admins.get(request.caller.user_id):
                return await self._fired(request, self._parts.roster.known)
            own = await self._rows(request.caller, "me")
            if not own:
                raise
            await self._fired(msgspec.structs.replace(request, id=f"{request.id}:me", scope="me"), own)
            raise NoAnswer(
                "Your own accounts are halted. Whether you are an admin cannot be asked now.",
                hint="Fire at everything again in a moment, or run `omega flat` on the farm's machine.",
            ) from error
        return await self._fired(request, rows)

    async def _fired(self, request: Fire, rows: Sequence[AccountRow]) -> Switch:
        at, caller = self._parts.clock.now(), request.caller
        if request.scope == "me" and not rows:
            raise UserMistake("You have no account to halt.", hint="Open or link an account first.")
        firing = Firing(
            id=request.id,
            scope=request.scope,
            accounts=[row.id for row in rows] if request.scope == "me" else [],
            why=request.why,
            by=caller.user_id,
            user_id=caller.user_id,
            at=at,
            updated_at=at,
        )
        await self._parts.switch.fire(firing)
        self._audit(request.id, caller, "fire", request.scope)
        return self._view.of(request.scope, rows)

    async def _resume(self, request: Resume) -> Switch:
        rows = await self._rows(request.caller, request.scope)
        right: Right = "admin" if request.scope == "all" else "member"
        is_flat = self._view.is_flat(request.scope, rows)
        await self._parts.resuming.check(request, right, rows, is_flat=is_flat)
        await self._parts.resuming.release(request.id, request.scope, rows, request.caller.user_id)
        return self._view.of(request.scope, rows)

    async def _drill(self, request: Drill) -> Switch:
        await self._check_admin(request.caller)
        firing = await self._parts.drills.run(request.id, request.caller.user_id)
        self._audit(request.id, request.caller, "drill", "drill")
        return shown(firing, "ACTIVE", firing.lines)

    async def _rows(self, caller: Caller, scope: Scope) -> Sequence[AccountRow]:
        """Return the caller's accounts, or with the scope ``all`` everybody's for an admin."""
        if scope == "all":
            await self._check_admin(caller)
            return self._parts.roster.known
        return [row for row in await self._parts.roster.now() if row.user_id == caller.user_id]

    async def _check_admin(self, caller: Caller) -> None:
        is_admin = await self._parts.right_of(caller) == "admin"
        self._admins.keep(caller.user_id, is_admin, seconds=_ADMIN_FOR)
        if not is_admin:
            raise NotAllowed.for_lack_of(ADMIN_ROLE)

    def _audit(self, request_id: str, caller: Caller, action: str, subject: str) -> None:
        entry = AuditEntry(
            id=f"killswitch:{request_id}",
            at=self._parts.clock.now(),
            actor=caller.user_id,
            action=f"killswitch {action}",
            subject=subject,
            outcome="done",
        )
        self._parts.news.audit(entry)
