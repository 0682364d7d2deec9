"""Tells the admins of rules that were set aside, a few seconds after it happened: many of them together."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, Protocol

import structlog

from services.clock import Clock
from services.errors import Unavailable
from services.farm.messages import FarmNotice
from services.ids import id_of

_NAMED: Final = 5

log = structlog.get_logger(__name__)


class Tell(Protocol):
    """Tells the admins."""

    def __call__(self, notice: FarmNotice) -> Awaitable[object]:
        """Append it to where they read. Raises `Unavailable`."""
        ...


class Faults:
    """Collects what was set aside; `send` tells of it, once."""

    def __init__(self, tell: Tell | None, *, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._waiting: dict[str, str] = {}
        """By rule, the kind of error."""

    def note(self, rule: str, error: Exception, *, why: str) -> None:
        """Have the admins hear of a rule; the log gets the error itself."""
        log.error("rule_set_aside", rule=rule, why=why, exc_info=error)
        self._waiting[rule] = f"{why} ({type(error).__name__})"

    async def send(self) -> None:
        """Tell what waits; what cannot be told now is told the next time."""
        if not self._waiting or self._tell is None:
            return
        waiting, count = dict(self._waiting), len(self._waiting)
        named = "; ".join(f"{rule}: {why}" for rule, why in [*waiting.items()][:_NAMED])
        now = self._clock.now()
        notice = FarmNotice(
            id=f"alerts-set-aside-{id_of(named, str(count), f'{now:%Y-%m-%d}')}",
            at=now,
            severity="error",
            title="Alerts were set aside",
            detail=f"{count} cannot be decided or kept. {named}. The log of the alerts process says more.",
        )
        try:
            await self._tell(notice)
        except Unavailable as error:
            log.warning("set_aside_not_told", reason=error.message)
            return
        for rule in waiting:
            self._waiting.pop(rule, None)
