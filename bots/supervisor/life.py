"""One process from its start to its end: heard, guarded against hanging, and stopped when that is asked."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

from bots.control import EXIT_MISCONFIGURED, Address, Beat, Ending
from bots.supervisor.child import Child
from bots.supervisor.timing import Timing
from services.clock import Clock

_TICK = 0.5
_OWN_STALL = 2.0
"""The farm that was itself frozen for longer blames no bot for the silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a process ended. `code` as Python gives it: negative is a signal."""

    code: int
    was_ready: bool
    reason: str
    has_hung: bool = False

    @property
    def is_counted(self) -> bool:
        """Say whether the breaker counts it: it never became ready, or something of its own ended it.

        A signal from outside does not count; a hang does, and so does a signal that a defect raises.
        """
        was_signalled = self.code in {-signal.SIGKILL, -signal.SIGTERM} and not self.has_hung
        return not self.was_ready or (self.code != 0 and not was_signalled)

    @property
    def is_final(self) -> bool:
        """Say whether only an operator can help."""
        return self.code == EXIT_MISCONFIGURED


class Life:
    """Watches one child. `heard` gets every beat and address."""

    def __init__(
        self, child: Child, *, timing: Timing, clock: Clock, heard: Callable[[Beat | Address], None]
    ) -> None:
        self.child = child
        self.was_ready = False
        self._timing = timing
        self._clock = clock
        self._heard = heard
        self._last_beat = clock.monotonic()
        self._reason = ""
        self._has_hung = False

    async def run(self, asked: asyncio.Event) -> Exit:
        """Return when the process has ended, which it is made to once `asked` is set."""
        try:
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(self._hear())
                side = [group.create_task(self._guard()), group.create_task(self._stop(asked))]
                code = await self.child.wait()
                await asyncio.wait([hearing], timeout=_TICK)
                for task in (hearing, *side):
                    task.cancel()
        finally:
            self.child.kill()
        reason = self._reason or _said_by(code)
        return Exit(code=code, was_ready=self.was_ready, reason=reason, has_hung=self._has_hung)

    async def _hear(self) -> None:
        async for line in self.child.lines():
            if isinstance(line, Ending):
                self._reason = self._reason or line.reason
                continue
            if isinstance(line, Beat):
                self._last_beat = self._clock.monotonic()
                self.was_ready = self.was_ready or line.is_ready
            self._heard(line)

    async def _guard(self) -> None:
        last = self._clock.monotonic()
        while True:
            await asyncio.sleep(_TICK)
            now = self._clock.monotonic()
            if now - last > _TICK + _OWN_STALL:
                self._last_beat = now
            last = now
            limit = self._timing.hang_after if self.was_ready else self._timing.start_limit
            if now - self._last_beat > limit:
                self._has_hung = True
                self._reason = f"it hung: no sign of life for {limit:.0f} s"
                self.child.kill()

    async def _stop(self, asked: asyncio.Event) -> None:
        await asked.wait()
        self.child.terminate()
        await asyncio.sleep(self._timing.stop_grace)
        self.child.kill()


def _said_by(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
