"""What was decided and is not in the database yet: kept in one step, or kept here until it can be.

What is decided again after a crash comes out the same, so what is here may be lost with the process: the
entries of the logs that led to it are not acknowledged before it is kept.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.alerts.engine.held import Held
from services.alerts.firing import Firing, Outbox, Step


class Unkept:
    """Collects, and hands to the outbox.

    What a rule only remembers, such as a peak, changes with every price; it is kept with the next mark, from
    which it would come again.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = asyncio.Lock()
        self._firings: list[Firing] = []
        self._changed: dict[str, Held] = {}
        self._learnt: dict[str, Held] = {}
        self._marks: dict[str, datetime] = {}

    def __len__(self) -> int:
        """Return how many firings are here."""
        return len(self._firings)

    def note(self, held: Held, *, is_memory_only: bool = False) -> None:
        """Have the rule kept as it then is."""
        (self._learnt if is_memory_only else self._changed)[held.id] = held

    def tell(self, firing: Firing) -> None:
        """Have an alert sent."""
        self._firings.append(firing)

    def mark(self, market: str, at: datetime) -> None:
        """Have it kept up to when a market is decided."""
        self._marks[market] = at

    async def forget(self, rule: str) -> None:
        """Let go what is here of a rule, once nothing of it is on its way any more."""
        async with self._lock:
            self._changed.pop(rule, None)
            self._learnt.pop(rule, None)
            self._firings = [firing for firing in self._firings if firing.told.rule != rule]

    async def keep(self) -> None:
        """Keep all that changed, with what was learnt if there is a mark.

        Raises:
            StoreUnavailable: nothing was kept; all of it is tried again the next time.
        """
        async with self._lock:
            if not (self._firings or self._changed or self._marks):
                return
            firings, changed, marks = self._firings, self._changed, self._marks
            learnt = self._learnt if marks else {}
            self._firings, self._changed, self._marks = [], {}, {}
            self._learnt = {} if marks else self._learnt
            step = Step(
                firings=tuple(firings),
                standings=tuple(held.standing() for held in (learnt | changed).values()),
                marks=tuple(marks.items()),
            )
            is_kept = False
            try:
                await self._outbox.commit(step)
                is_kept = True
            finally:
                if not is_kept:
                    self._firings = firings + self._firings
                    self._changed, self._marks = changed | self._changed, marks | self._marks
                    self._learnt = learnt | self._learnt
