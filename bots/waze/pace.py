"""How fast one bot speaks to Discord, and who goes first where several want to speak in one place.

Discord allows a token 50 requests a second. Here it is 45 unless farm.yaml says otherwise, and of these the
last are kept for what cannot wait: urgent deliveries, and answers to members. Deliveries that can wait also
slow down when Discord turns requests away, and come back as it takes them again, so that a storm costs few
refusals.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from services.clock import Clock

USUAL: Final = 45
KEPT: Final = 5
_WINDOW: Final = 1.0
_LEAST: Final = 2.0
"""Requests a second, however much is turned away."""
_SLOWER: Final = 0.5
_FASTER: Final = 0.75
"""What each request that is taken adds."""


class Pace:
    """At most `most` requests in any second."""

    def __init__(self, clock: Clock, *, most: int = USUAL) -> None:
        self._clock = clock
        self._most = most
        self._sent: deque[float] = deque(maxlen=most)
        self._patient: float = most - KEPT
        self._lines = {True: asyncio.Lock(), False: asyncio.Lock()}

    async def take(self, *, is_urgent: bool) -> None:
        """Wait until one more request may be sent; among equals in the order of asking."""
        async with self._lines[is_urgent]:
            wait = self._wait(is_urgent=is_urgent)
            while wait > 0:
                await asyncio.sleep(wait)
                wait = self._wait(is_urgent=is_urgent)
            self._sent.append(self._clock.monotonic())

    def slow_down(self) -> None:
        """Note a request that was turned away."""
        self._patient = max(_LEAST, self._patient * _SLOWER)

    def speed_up(self) -> None:
        """Note a request that was taken."""
        self._patient = min(self._most - KEPT, self._patient + _FASTER)

    def _wait(self, *, is_urgent: bool) -> float:
        allowed = self._most if is_urgent else int(self._patient)
        if len(self._sent) < allowed:
            return 0.0
        return self._sent[-allowed] + _WINDOW - self._clock.monotonic()


class Turns:
    """One at a time in each place; whoever is urgent goes before all who wait there."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[deque[asyncio.Future[None]], deque[asyncio.Future[None]]]] = {}

    @asynccontextmanager
    async def at(self, place: str, *, is_urgent: bool) -> AsyncIterator[None]:
        """Have the turn at `place` inside the ``async with``."""
        if place in self._waiting:
            await self._wait(place, is_urgent=is_urgent)
        else:
            self._waiting[place] = (deque(), deque())
        try:
            yield
        finally:
            self._hand_on(place)

    async def _wait(self, place: str, *, is_urgent: bool) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[place][0 if is_urgent else 1].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._hand_on(place)
            raise

    def _hand_on(self, place: str) -> None:
        for line in self._waiting[place]:
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        del self._waiting[place]
