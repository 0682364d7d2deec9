"""The watchdog: it watches the desk's files, and acts in its place when the desk does not.

Two things make it act. A silent desk: its open orders are canceled, what protects a position stays. A firing
of the kill switch that the desk does not carry out in time: everything is canceled and closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from services.bus.guard import Failed, attempt, foreseen, trace_of
from services.clock import Clock
from services.loops import Loops
from services.trading.killswitch.flattening import Flattening
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import FlatLine
from services.trading.killswitch.reach import Pace, Target
from services.trading.killswitch.report_file import Firing
from services.trading.watchdog.heartbeat import BeatAccount
from services.trading.watchdog.own_keys import OwnKeys
from services.trading.watchdog.pulse import Pulse
from services.trading.watchdog.silence import cancel_unprotected
from services.trading.watchdog.wanted import Wanted, updated

GRACE_SECONDS: Final = 15.0
"""So long a desk that lives may take to report flat."""
_LOOK_SECONDS: Final = 0.25
_AGAIN_SECONDS: Final = 10.0
_PART: Final = "desk"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """When the watchdog acts; seconds."""

    silence: float
    """Of the desk, after which its open orders are canceled and a firing is carried out at once."""
    grace: float = GRACE_SECONDS
    look: float = _LOOK_SECONDS
    again: float = _AGAIN_SECONDS
    """Between two rounds of canceling, as long as the silence lasts."""
    pace: Pace | None = None


class Watchdog:
    """Watches.

    Args:
        folder: var/desk.
        keys: accounts that are opened when it acts.
        patience: when it acts.
        report: says whether the desk lives, and what is done where it does not.
        clock: durations.
    """

    def __init__(
        self,
        folder: DeskFolder,
        keys: OwnKeys,
        *,
        patience: Patience,
        report: Callable[..., None],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._patience = patience
        self._report = report
        self._clock = clock
        self._pulse = Pulse(folder.heartbeat, clock=clock)
        self._wanted = Wanted(folder, clock=clock)
        self._flattening = Flattening(keys, pace=patience.pace)
        self._first_seen: dict[str, float] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._canceled_at: float | None = None
        self._canceling: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Watch until cancelled."""
        async with Loops() as loops:
            while True:
                ended = await attempt(self._look(loops))
                if isinstance(ended, Failed):
                    error = ended.error
                    log.error("watchdog_look_failed", reason=str(error), exc_info=trace_of(error))
                await asyncio.sleep(self._patience.look)

    async def _look(self, loops: Loops) -> None:
        silent_for = self._pulse.feel()
        is_silent = silent_for >= self._patience.silence
        self._keys.know(self._pulse.accounts)
        wanted = self._wanted.firings(self._pulse.accounts)
        for firing in wanted:
            if self._is_due(firing, is_silent=is_silent) and firing.id not in self._at_work:
                self._at_work[firing.id] = loops.start(self._see_through(firing))
        self._stop_what_is_over({firing.id for firing in wanted})
        if self._pulse.has_beaten and self._is_to_cancel(is_silent=is_silent):
            self._canceling = loops.start(self._cancel())
        self._tell(silent_for, is_silent=is_silent)

    def _is_due(self, firing: Firing, *, is_silent: bool) -> bool:
        now = self._clock.monotonic()
        since = self._first_seen.setdefault(firing.id, now)
        return self._pulse.has_beaten and (is_silent or now - since >= self._patience.grace)

    def _stop_what_is_over(self, wanted: set[str]) -> None:
        """Let go of firings that the desk has reported flat, or that were resumed."""
        for name in self._at_work.keys() - wanted:
            self._at_work.pop(name).cancel()
        self._first_seen = {name: at for name, at in self._first_seen.items() if name in wanted}

    def _is_to_cancel(self, *, is_silent: bool) -> bool:
        if not is_silent:
            self._canceled_at = None
            return False
        if self._canceling is not None and not self._canceling.done():
            return False
        now = self._clock.monotonic()
        is_time = self._canceled_at is None or now - self._canceled_at >= self._patience.again
        if is_time:
            self._canceled_at = now
        return is_time and not self._at_work

    async def _cancel(self) -> None:
        log.error("desk_silent", accounts=len(self._pulse.accounts))
        await cancel_unprotected(self._keys, self._pulse.accounts)

    async def _see_through(self, firing: Firing) -> None:
        """Carry a firing out; one that ended in a defect is taken up at the next look."""
        ended = await attempt(self._carry_out(firing))
        if isinstance(ended, Failed):
            error = ended.error
            log.error("firing_failed", firing=firing.id, reason=str(error), exc_info=trace_of(error))
        self._at_work.pop(firing.id, None)

    async def _carry_out(self, firing: Firing) -> None:
        log.error("watchdog_flattens", firing=firing.id, why=firing.why)
        latching = await foreseen(asyncio.to_thread(self._wanted.latch, firing))
        if isinstance(latching, Failed):
            log.error("latch_unwritten", reason=str(latching.error))
        progress = _Progress(self._wanted, firing, self._clock)
        async with asyncio.TaskGroup() as group:
            for account in self._concerned(firing):
                target = Target(id=account.id, name=account.name, mode=account.mode)
                group.create_task(self._flattening.flatten(target, firing.id, progress.tell))
        progress.flat()

    def _concerned(self, firing: Firing) -> Sequence[BeatAccount]:
        return [account for account in self._pulse.accounts if firing.concerns(account.id)]

    def _tell(self, silent_for: float, *, is_silent: bool) -> None:
        if self._at_work:
            self._report(_PART, is_ready=False, reason="flattening in the desk's place")
        elif self._pulse.unread:
            self._report(_PART, is_ready=False, reason=self._pulse.unread)
        elif not self._pulse.has_beaten:
            self._report(_PART, is_ready=True)
        elif is_silent:
            reason = (
                f"the desk is silent for {silent_for:.0f} s; its open orders are canceled, stops are kept"
            )
            self._report(_PART, is_ready=False, reason=reason)
        else:
            self._report(_PART, is_ready=True)


class _Progress:
    """Writes how a firing goes on, in the desk's place."""

    def __init__(self, wanted: Wanted, firing: Firing, clock: Clock) -> None:
        self._report = wanted.report
        self._firing = firing
        self._clock = clock

    def tell(self, lines: list[FlatLine]) -> None:
        own = {line.account for line in lines}
        others = [line for line in self._firing.lines if line.account not in own]
        self._change(lines=[*others, *lines])
        self._report.note(self._firing)

    def flat(self) -> None:
        self._change(is_flat=True, flat_after_ms=self._firing.after_ms(self._clock.now()))
        self._report.put(self._firing)

    def _change(self, **changes: object) -> None:
        self._firing = updated(self._firing, self._clock.now(), **changes)
