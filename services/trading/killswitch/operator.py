"""The file RESUME: the operator's way to trade again, from the machine that the farm runs on.

Who may write to var/desk may do anything here; the command line asks for a typed confirmation before it
writes the file. An old one is dropped: nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.bus.messages import Message
from services.clock import Clock
from services.trading.files import Print, fingerprint
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.resuming import Resuming, check_flat
from services.trading.killswitch.roster import Roster
from services.trading.killswitch.switch import KillSwitch

_LOOK_SECONDS: Final = 0.2
_GOOD_FOR: Final = timedelta(seconds=60)

log = structlog.get_logger(__name__)


class ResumeOrder(Message, frozen=True, kw_only=True):
    """Let go of everything that is halted."""

    id: str
    by: str
    at: datetime
    is_forced: bool = False
    """Although not everything is flat."""


def read_resume(path: Path) -> ResumeOrder | None:
    """Return the order; None where there is none, or none that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ResumeOrder)
    except (OSError, msgspec.DecodeError):
        return None


class Operator:
    """Does what the file says, once.

    Args:
        folder: where the file is looked for.
        switch: whether everything is flat.
        resuming: lets go.
        roster: whose accounts they are.
        clock: how old the order is.
    """

    def __init__(
        self, folder: DeskFolder, switch: KillSwitch, resuming: Resuming, roster: Roster, *, clock: Clock
    ) -> None:
        self._path = folder.resume
        self._switch = switch
        self._resuming = resuming
        self._roster = roster
        self._clock = clock
        self._taken: Print = None

    async def run(self) -> None:
        """Look for the file, until cancelled."""
        while True:
            if self._path.exists():
                ended = await attempt(self._obey_once())
                if isinstance(ended, Failed):
                    error = ended.error
                    log.error("operator_resume_failed", reason=str(error), exc_info=trace_of(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _obey_once(self) -> None:
        """Do what the file says and remove it. One that cannot be removed is not done again."""
        seen = fingerprint(self._path)
        if seen == self._taken:
            return
        self._taken = seen
        try:
            await self._obey()
        finally:
            self._path.unlink(missing_ok=True)

    async def _obey(self) -> None:
        order = read_resume(self._path)
        if order is None or abs(self._clock.now() - order.at) > _GOOD_FOR:
            log.warning("operator_resume_dropped", reason="unreadable or old")
            return
        is_flat = not any(one.is_open for one in self._switch.firings())
        check_flat(is_flat=is_flat, is_forced=order.is_forced)
        await self._resuming.release(order.id, "all", self._roster.known, order.by)
