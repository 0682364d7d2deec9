"""How much may be asked of a venue: a budget of units per time, counted for every process on one address.

Belongs here: the port that the client draws from, and the budget of a process that is alone. A budget that
several processes share lives where their common store is. What a call costs comes from ccxt's own tables.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from services.clock import Clock
from services.errors import ExchangeBusy

PATIENCE_SECONDS = 5.0
"""How long a call waits for its turn before it is told when to come back instead."""

RESOURCE: ContextVar[str] = ContextVar("resource", default="")
"""What the call asks for that a budget is drawn from, for venues that count each resource by itself."""

_IS_URGENT: ContextVar[bool] = ContextVar("is_urgent", default=False)

Sleep = Callable[[float], Awaitable[None]]


@contextmanager
def ahead_of_reads() -> Iterator[None]:
    """Let whatever is asked within go before what waits outside: orders, and what the kill switch reads."""
    token = _IS_URGENT.set(True)
    try:
        yield
    finally:
        _IS_URGENT.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a venue allows one address: `units` in any `seconds`. `key` names the venue's address."""

    key: str
    venue: str
    units: float
    seconds: float


class Budget(Protocol):
    """What is left of an allowance."""

    async def take(self, units: float) -> None:
        """Wait until `units` may be spent, and spend them.

        Raises:
            ExchangeBusy: that would take longer than the caller should wait.
        """
        ...

    async def rest(self, seconds: float) -> None:
        """Let nobody spend anything for `seconds`: the venue has said so."""
        ...


BudgetOf = Callable[[Allowance], Budget]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """Calls that wait for each other; `most` is how much may be spent in all for one of them to go."""

    most: float
    queue: list[float] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class LocalBudget:
    """The budget of a process that is the only one on its address: units within a rolling window.

    What is asked `ahead_of_reads` waits for nothing else, and a share of the units is kept for it.
    """

    def __init__(
        self,
        allowance: Allowance,
        *,
        clock: Clock,
        patience: float = PATIENCE_SECONDS,
        sleep: Sleep = asyncio.sleep,
        reserve: float = 0.0,
    ) -> None:
        """`patience` is the longest wait in seconds, `reserve` the share that reads leave to the rest."""
        self._allowance = allowance
        self._clock = clock
        self._patience = patience
        self._sleep = sleep
        self._spent: deque[tuple[float, float]] = deque()
        self._rests_until = 0.0
        self._usual = _Lane(most=allowance.units * (1 - reserve))
        self._urgent = _Lane(most=allowance.units)

    async def take(self, units: float) -> None:
        """Wait until `units` may be spent, first come first served in each lane; see `Budget.take`."""
        lane = self._urgent if _IS_URGENT.get() else self._usual
        self._refuse_if_beyond_patience(self._wait_behind_others(units, lane))
        lane.queue.append(units)
        try:
            async with lane.turn:
                while (wait := self._wait_for(units, lane)) > 0:
                    self._refuse_if_beyond_patience(self._rests_until - self._clock.monotonic())
                    await self._sleep(wait)
                self._spent.append((self._clock.monotonic(), units))
        finally:
            lane.queue.remove(units)

    async def rest(self, seconds: float) -> None:
        """Let nobody spend anything for `seconds`; a shorter rest does not end a longer one."""
        self._rests_until = max(self._rests_until, self._clock.monotonic() + seconds)

    def _refuse_if_beyond_patience(self, seconds: float) -> None:
        if seconds > self._patience:
            raise busy(self._allowance.venue, seconds)

    def _wait_behind_others(self, units: float, lane: _Lane) -> float:
        """Return how many seconds `units` would wait for their turn, after all of the lane that wait."""
        now = self._clock.monotonic()
        at = max(now, self._rests_until)
        self._forget_before(now)
        spent, total = deque(self._spent), sum(cost for _, cost in self._spent)
        for cost in (*lane.queue, units):
            while spent and total + cost > lane.most:
                moment, freed = spent.popleft()
                total -= freed
                at = max(at, moment + self._allowance.seconds)
            spent.append((at, cost))
            total += cost
        return at - now

    def _forget_before(self, now: float) -> None:
        while self._spent and self._spent[0][0] <= now - self._allowance.seconds:
            self._spent.popleft()

    def _wait_for(self, units: float, lane: _Lane) -> float:
        now = self._clock.monotonic()
        self._forget_before(now)
        if now < self._rests_until:
            return self._rests_until - now
        if not self._spent or sum(cost for _, cost in self._spent) + units <= lane.most:
            return 0.0
        return self._spent[0][0] + self._allowance.seconds - now


def busy(venue: str, seconds: float) -> ExchangeBusy:
    """Return the error that says when `venue` may be asked again."""
    return ExchangeBusy(
        f"{venue} is being asked too often.",
        hint=f"Ask again in {max(seconds, 1):.0f} s.",
        facts={"venue": venue, "retry_after": round(seconds, 1)},
    )
