"""Keeps one entry as it is wanted: running, restarted after it ended, left stopped, or off."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from bots.control import EXIT_CRASHED, Address, Beat
from bots.supervisor.breaker import Breaker
from bots.supervisor.child import Child, Launch
from bots.supervisor.life import Exit, Life
from bots.supervisor.plan import Plan
from bots.supervisor.procfs import rss_mb
from bots.supervisor.timing import Timing
from services.clock import Clock
from services.farm.messages import BotState, BotStatus


class Journal(Protocol):
    """Where a bot tells what happens to it."""

    def moved(self, status: BotStatus) -> None:
        """Take note of a new state or reason."""
        ...

    def ended(self, name: str, exit_: Exit) -> None:
        """Take note that a process ended although nobody had asked it to."""
        ...

    def gave_up(self, name: str, reason: str) -> None:
        """Take note that a bot is left stopped until somebody acts."""
        ...


class Bot:
    """One entry of the farm file."""

    def __init__(
        self,
        plan: Plan,
        *,
        launch: Callable[[Plan], Launch],
        timing: Timing,
        clock: Clock,
        journal: Journal,
    ) -> None:
        self.plan = plan
        self.addresses: dict[str, str] = {}
        self._launch = launch
        self._timing = timing
        self._clock = clock
        self._journal = journal
        self._breaker = Breaker(
            allowed=timing.breaker_exits, window=timing.breaker_window, longest=timing.backoff_max
        )
        self._asked = asyncio.Event()
        self._is_over = False
        self._life: Life | None = None
        self._state: BotState = "disabled" if plan.off else "starting"
        self._reason = plan.off
        self._since = clock.now()
        self._restarts = 0

    def status(self) -> BotStatus:
        """Return how it is now."""
        pid = self._life.child.pid if self._life else None
        return BotStatus(
            name=self.plan.spec.name,
            kind=self.plan.kind,
            state=self._state,
            reason=self._reason,
            pid=pid,
            restarts=self._restarts,
            since=self._since,
            rss_mb=rss_mb(pid) if pid else None,
        )

    def follow(self, plan: Plan) -> None:
        """Run by `plan` from now on; a running process is stopped for it."""
        self.plan = plan
        self.restart()

    def restart(self) -> None:
        """Stop a running process, forget how it ended before, and start it anew if it is wanted."""
        self._breaker.reset()
        self._ask()

    def end(self) -> None:
        """Stop for good: `run` returns."""
        self._is_over = True
        self._ask()

    def kill(self) -> None:
        """End for good and without grace."""
        self.end()
        if self._life:
            self._life.child.kill()

    async def run(self) -> None:
        """Keep the entry as it is wanted until `end`."""
        self._journal.moved(self.status())
        while not self._is_over:
            self._asked.clear()
            if self.plan.off:
                self._move("disabled", self.plan.off)
                await self._asked.wait()
            elif self.plan.held:
                await self._leave_stopped(self.plan.held)
            else:
                exit_ = await self._one_life()
                if not self._asked.is_set():
                    await self._after(exit_)
        self._move("disabled", "the farm stops")

    def _ask(self) -> None:
        self._asked.set()
        if self._life:
            self._move("stopping", "")

    async def _one_life(self) -> Exit:
        self._move("starting", "")
        try:
            child = await Child.start(self._launch(self.plan))
        except OSError as error:
            reason = f"it cannot be started: {error.strerror or type(error).__name__}"
            return Exit(code=EXIT_CRASHED, was_ready=False, reason=reason)
        self._life = Life(child, timing=self._timing, clock=self._clock, heard=self._hear)
        self._journal.moved(self.status())
        try:
            return await self._life.run(self._asked)
        finally:
            self._life = None
            self.addresses = {}

    def _hear(self, line: Beat | Address) -> None:
        if isinstance(line, Address):
            self.addresses[line.name] = line.url
        elif not self._asked.is_set() and self._life:
            waiting: BotState = "unready" if self._life.was_ready else "starting"
            self._move("ready" if line.is_ready else waiting, line.reason)

    async def _after(self, exit_: Exit) -> None:
        self._journal.ended(self.plan.spec.name, exit_)
        if exit_.is_final:
            await self._leave_stopped(exit_.reason)
            return
        delay = self._breaker.delay_after(self._clock.monotonic(), counts=exit_.is_counted)
        if delay is None:
            often = f"it ended {self._timing.breaker_exits + 1} times in {self._timing.breaker_window:.0f} s"
            await self._leave_stopped(f"{often}; the last time: {exit_.reason}")
            return
        self._restarts += 1
        self._move("backoff", exit_.reason)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._asked.wait()

    async def _leave_stopped(self, reason: str) -> None:
        is_news = (self._state, self._reason) != ("broken", reason)
        self._move("broken", reason)
        if is_news:
            self._journal.gave_up(self.plan.spec.name, reason)
        await self._asked.wait()

    def _move(self, state: BotState, reason: str) -> None:
        if (state, reason) == (self._state, self._reason):
            return
        if state != self._state:
            self._since = self._clock.now()
        self._state, self._reason = state, reason
        self._journal.moved(self.status())
