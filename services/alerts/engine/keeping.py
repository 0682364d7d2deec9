"""What was decided and is not in the database yet: kept in one step, or kept here until it can be.

What is decided again after a crash comes out the same, so what is here may be lost with the process: the
entries of the logs that led to it are not acknowledged before it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from services.alerts.engine.held import Held
from services.alerts.firing import Firing, Outbox, Standing, Step
from services.bus.guard import Failed, attempt
from services.errors import StoreUnavailable, Unavailable

log = structlog.get_logger(__name__)

SetAside = Callable[[str, Exception], None]
"""Is told of a rule of which nothing can be kept, and why."""


@dataclass(slots=True)
class _Waiting:
    firings: list[Firing] = field(default_factory=list)
    changed: dict[str, Held] = field(default_factory=dict)
    learnt: dict[str, Held] = field(default_factory=dict)
    marks: dict[str, datetime] = field(default_factory=dict)

    def step(self) -> Step:
        return Step(
            firings=tuple(self.firings),
            standings=tuple(held.standing() for held in (self.learnt | self.changed).values()),
            marks=tuple(self.marks.items()),
        )

    def with_newer(self, newer: _Waiting) -> _Waiting:
        return _Waiting(
            self.firings + newer.firings,
            self.changed | newer.changed,
            self.learnt | newer.learnt,
            self.marks | newer.marks,
        )


class Unkept:
    """Collects, and hands to the outbox.

    What a rule only remembers, such as a peak, changes with every price; it is kept with the next mark, from
    which it would come again.

    One rule of which something cannot be kept, whatever the reason, must not hold up all others: it is set
    aside with the status ``failed``.
    """

    def __init__(self, outbox: Outbox, *, set_aside: SetAside) -> None:
        self._outbox = outbox
        self._set_aside = set_aside
        self._lock = asyncio.Lock()
        self._here = _Waiting()

    def __len__(self) -> int:
        """Return how many firings are here."""
        return len(self._here.firings)

    def note(self, held: Held, *, is_memory_only: bool = False) -> None:
        """Have the rule kept as it then is."""
        (self._here.learnt if is_memory_only else self._here.changed)[held.id] = held

    def tell(self, firing: Firing) -> None:
        """Have an alert sent."""
        self._here.firings.append(firing)

    def mark(self, market: str, at: datetime) -> None:
        """Have it kept up to when a market is decided."""
        self._here.marks[market] = at

    async def forget(self, rule: str) -> None:
        """Let go what is here of a rule, once nothing of it is on its way any more."""
        async with self._lock:
            self._here.changed.pop(rule, None)
            self._here.learnt.pop(rule, None)
            self._here.firings = [one for one in self._here.firings if one.told.rule != rule]

    async def keep(self) -> None:
        """Keep all that changed, with what was learnt if there is a mark.

        Raises:
            Unavailable: nothing was kept, or not all of it; all of it is tried again the next time.
        """
        async with self._lock:
            here = self._here
            if not (here.firings or here.changed or here.marks):
                return
            self._here = _Waiting(learnt={} if here.marks else here.learnt)
            taken = here if here.marks else replace(here, learnt={})
            is_kept = False
            try:
                await self._keep(taken)
                is_kept = True
            finally:
                if not is_kept:
                    self._here = taken.with_newer(self._here)

    async def _keep(self, taken: _Waiting) -> None:
        step = taken.step()
        error = await self._refused(step)
        if error is None:
            return
        log.warning("step_refused", firings=len(step.firings), rules=len(step.standings), exc_info=error)
        refused = await self._one_by_one(step, error)
        for rule, why in refused.items():
            for held in (taken.changed.get(rule), taken.learnt.get(rule)):
                if held is not None:
                    held.status = "failed"
            self._set_aside(rule, why)

    async def _one_by_one(self, step: Step, error: Exception) -> dict[str, Exception]:
        """Keep what can be kept, the marks last; return of which rules something could not be, and why.

        Raises:
            StoreUnavailable: nothing at all can be kept, so that it is not the fault of a rule.
        """
        parts = [(one.told.rule, Step(firings=(one,))) for one in step.firings]
        parts += [(one.rule, Step(standings=(one,))) for one in step.standings]
        refused: dict[str, Exception] = {}
        has_kept = False
        for rule, part in parts:
            why = None if rule in refused else await self._refused(part)
            if why is not None:
                refused[rule] = why
            elif rule not in refused:
                has_kept = True
        failed = [_failed(one) for one in step.standings if one.rule in refused]
        for standing in failed:
            has_kept = await self._stands(standing) or has_kept
        if await self._refused(Step(marks=step.marks)) is not None or not has_kept:
            raise StoreUnavailable("The database keeps nothing of the alerts.") from error
        return refused

    async def _stands(self, standing: Standing) -> bool:
        """Keep that a rule has failed, without what it remembers where that is what cannot be kept."""
        if await self._refused(Step(standings=(standing,))) is None:
            return True
        return await self._refused(Step(standings=(replace(standing, state=""),))) is None

    async def _refused(self, step: Step) -> Exception | None:
        """Commit; return what went wrong with the step itself. Raises `Unavailable`."""
        done = await attempt(self._outbox.commit(step))
        if not isinstance(done, Failed):
            return None
        if isinstance(done.error, Unavailable):
            raise done.error
        return done.error


def _failed(standing: Standing) -> Standing:
    return replace(standing, status="failed")
