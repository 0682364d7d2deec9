"""Whether there are prices at all: the venue may be connected and tell nothing, or nothing that is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.clock import Clock
from services.market.board import Board
from services.market.links import Health

LOOK_SECONDS = 1.0


class Freshness:
    """Tells when the newest price of all is older than `limit`, and when there is a fresh one again."""

    def __init__(
        self,
        board: Board,
        tell: Health,
        *,
        clock: Clock,
        limit: timedelta,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._board = board
        self._tell = tell
        self._clock = clock
        self._limit = limit
        self._sleep = sleep

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            self._look()
            await self._sleep(LOOK_SECONDS)

    def _look(self) -> None:
        newest = max((kept.received_at for kept in self._board.quotes.all()), default=None)
        if newest is None:
            self._tell(False, "no price has come yet")
            return
        age = self._clock.now() - newest
        is_old = age > self._limit
        self._tell(
            not is_old, f"the newest price is older than {self._limit.total_seconds():g} s" if is_old else ""
        )
