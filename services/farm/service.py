"""The farm on the bus: checks who asks, asks the supervisor, and writes the audit log."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Protocol, cast

from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import Fault, NotAllowed, OmegaError, UserMistake
from services.farm.messages import (
    Done,
    FarmStatus,
    GetFarm,
    GetLogs,
    LogLines,
    ReloadConfig,
    RestartBot,
    ToggleBot,
)
from services.members.messages import AuditEntry, Caller, Right
from services.omega import OmegaService, ServiceConfig

MAX_LINES = 200
_REMEMBERED = 256

Change = ToggleBot | RestartBot | ReloadConfig


class Supervisor(Protocol):
    """What the service needs of whoever runs the processes. Every method raises `OmegaError` only."""

    def toggle(self, bot: str, *, enabled: bool, actor: str) -> str:
        """Write `enabled:` of a bot and follow it; return what was done."""
        ...

    def restart(self, bot: str) -> str:
        """Restart a bot; return what was done."""
        ...

    def reload(self, *, actor: str) -> str:
        """Read the config; return what that changed."""
        ...

    def log_lines(self, bot: str, count: int) -> list[str]:
        """Return the last lines of a bot's log, oldest first."""
        ...


class FarmService(OmegaService):
    """Answers for the supervisor. Everything needs the right admin, whoever checked it before."""

    name: ClassVar[str] = "farm"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        GetFarm,
        ToggleBot,
        RestartBot,
        ReloadConfig,
        GetLogs,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        supervisor: Supervisor,
        status: Callable[[], Awaitable[FarmStatus]],
        right_of: Callable[[Caller], Awaitable[Right]],
        audit: Callable[[AuditEntry], None],
        clock: Clock,
        is_guide: Callable[[str], bool],
    ) -> None:
        super().__init__(config)
        self._supervisor = supervisor
        self._status = status
        self._right_of = right_of
        self._audit = audit
        self._clock = clock
        self._is_guide = is_guide
        self._done: OrderedDict[str, Done] = OrderedDict()

    async def process(self, request: Request[R]) -> R:
        """Answer `request`.

        Raises:
            NotAllowed: the caller is no admin.
            UserMistake: there is no such bot, or it is the guide that is to be switched off.
            Misconfigured: the config is read-only or refused.
        """
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case GetFarm(caller=caller):
                await self._admit(caller)
                return await self._status()
            case GetLogs(caller=caller, bot=bot, lines=lines):
                await self._admit(caller)
                return LogLines(lines=self._supervisor.log_lines(bot, min(lines, MAX_LINES)))
            case ToggleBot() | RestartBot() | ReloadConfig():
                return await self._change(request)
        raise Fault(f"The farm does not answer {type(request).__name__}.")

    async def _admit(self, caller: Caller) -> None:
        if await self._right_of(caller) != "admin":
            raise NotAllowed.for_lack_of("Admin")

    async def _change(self, request: Change) -> Done:
        """Make a change once, however often it is delivered, and write down how it ended."""
        if (known := self._done.get(request.id)) is not None:
            return known
        try:
            await self._admit(request.caller)
            if (known := self._done.get(request.id)) is not None:  # another delivery was admitted first
                return known
            done = Done(detail=self._make(request))
        except OmegaError as error:
            self._write(request, outcome=f"refused: {error.code}", detail=error.message)
            raise
        self._write(request, outcome="done", detail=done.detail)
        self._done[request.id] = done
        while len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        return done

    def _make(self, request: Change) -> str:
        actor = request.caller.user_id
        match request:
            case ToggleBot(bot=bot, enabled=enabled):
                if not enabled and self._is_guide(bot):
                    raise UserMistake(
                        f"{bot} answers /farm: switched off, nobody could switch it on again from here.",
                        hint=f"Set `enabled: false` under `{bot}` in farm.yaml, where you can also undo it.",
                    )
                return self._supervisor.toggle(bot, enabled=enabled, actor=actor)
            case RestartBot(bot=bot):
                return self._supervisor.restart(bot)
            case ReloadConfig():
                return self._supervisor.reload(actor=actor)

    def _write(self, request: Change, *, outcome: str, detail: str) -> None:
        entry = AuditEntry(
            id=request.id,
            at=self._clock.now(),
            actor=request.caller.user_id,
            action=_ACTIONS[type(request)],
            subject="farm.yaml" if isinstance(request, ReloadConfig) else request.bot,
            outcome=outcome,
            detail=detail,
        )
        self._audit(entry)


_ACTIONS: dict[type[Change], str] = {ToggleBot: "toggle", RestartBot: "restart", ReloadConfig: "reload"}
