"""The requests that Discord refused: 10,000 in ten minutes from one address, and it takes none any more.

All bots of a farm share an address, and so a budget far below that. When it is used up, what can wait waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final, Protocol

import structlog

from services.clock import Clock
from services.errors import BusUnavailable
from services.farm.messages import FarmNotice

SHARED: Final = "discord:invalid"
MOST: Final = 200
SECONDS: Final = 600.0
COUNTED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_ONLY_LOOK: Final = -1.0
"""Nothing is reserved within less than no time."""
_GLANCE: Final = 5.0
_TOGETHER: Final = 0.2
"""Seconds in which refusals are gathered before they are told to the others."""

log = structlog.get_logger(__name__)


class Rate(Protocol):
    """The count that all bots share; see `Quota.reserve`."""

    async def reserve(self, units: float, *, within: float) -> float:
        """Reserve `units`, and return the seconds to wait for them."""
        ...


class InvalidRequests:
    """This bot's refusals, added to those of all; where the bus is away it goes by its own."""

    def __init__(self, shared: Rate, tell: Callable[[FarmNotice], Awaitable[object]], clock: Clock) -> None:
        """`tell` tells the operators."""
        self._shared = shared
        self._tell = tell
        self._clock = clock
        self._own: deque[float] = deque(maxlen=MOST)
        self._untold = 0
        self._noted = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()

    @property
    def is_spent(self) -> bool:
        """Whether the budget was used up when it was looked at last."""
        return not self._free.is_set()

    def note(self, status: int, scope: str | None) -> None:
        """Count an answer of Discord if it is one that counts; a 429 that others caused is none."""
        if status in COUNTED and scope != "shared":
            self._own.append(self._clock.monotonic())
            self._untold += 1
            self._noted.set()

    async def until_free(self) -> None:
        """Wait as long as the budget is used up."""
        await self._free.wait()

    async def watch(self) -> None:
        """Tell the others what was refused here, and look how much it is in all; for ever."""
        while True:
            await self.look()
            try:
                async with asyncio.timeout(_GLANCE):
                    await self._noted.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(_TOGETHER)

    async def look(self) -> None:
        """Bring the shared count up to date and go by it."""
        self._noted.clear()
        try:
            wait = await self._waits()
        except BusUnavailable:
            wait = self._own_wait()
        if wait > 0 and not self.is_spent:
            self._free.clear()
            log.error("invalid_requests_spent", most=MOST, seconds=SECONDS, free_in_s=round(wait))
            await self._report()
        elif wait <= 0 and self.is_spent:
            self._free.set()
            log.info("invalid_requests_free")

    async def _waits(self) -> float:
        while self._untold:
            self._untold -= 1
            await self._shared.reserve(1, within=0.0)
        return await self._shared.reserve(1, within=_ONLY_LOOK)

    def _own_wait(self) -> float:
        return self._own[0] + SECONDS - self._clock.monotonic() if len(self._own) == MOST else 0.0

    async def _report(self) -> None:
        try:
            await self._tell(_notice(self._clock.now()))
        except BusUnavailable as error:
            log.warning("notice_not_told", reason=error.message)


def _notice(now: datetime) -> FarmNotice:
    return FarmNotice(
        id=f"invalid-requests-{int(now.timestamp() // SECONDS)}",
        at=now,
        severity="error",
        title="Discord refuses too many requests",
        detail=f"{MOST} within {SECONDS / 60:.0f} minutes. What is not urgent waits until it is fewer.",
    )
