"""Carries closed candles to the bus and to the history: in order, each offered until it is taken.

Both queues are bounded. While the bus is away and 20,000 messages wait, no more candles are closed; the
builders hold what comes as long as they can, and what they give up is filled from the venue's history later.
What the history does not take is dropped from its end of the queue, the oldest first, and counted in the log:
the venue still has it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import structlog

from services.bus.messages import Log, M
from services.errors import Unavailable
from services.market.links import Link
from services.market.messages import ClosedCandle
from services.market.ports import HistoryWriter, Outlet

_ROOM = 20_000
_RETRY_SECONDS = 1.0

T = TypeVar("T")

Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class _Queue(Generic[T]):
    """What waits to be carried by `carry`, which raises `Unavailable` when it has to be tried again."""

    def __init__(self, carry: Callable[[T], Awaitable[object]], *, link: Link, sleep: Sleep) -> None:
        self.waiting: deque[T] = deque()
        self._carry = carry
        self._link = link
        self._sleep = sleep
        self._has_news = asyncio.Event()

    def add(self, item: T) -> None:
        self.waiting.append(item)
        self._has_news.set()

    async def run(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self.waiting:
                await self._carry_next()

    async def _carry_next(self) -> None:
        item = self.waiting[0]
        try:
            await self._carry(item)
        except Unavailable as error:
            self._link.fails(error.message)
            await self._sleep(_RETRY_SECONDS)
        else:
            self._link.works()
            if self.waiting and self.waiting[0] is item:  # or it was dropped meanwhile
                self.waiting.popleft()


class Appender:
    """Appends what it is offered."""

    def __init__(self, outlet: Outlet, *, link: Link, sleep: Sleep = asyncio.sleep) -> None:
        self._outlet = outlet
        self._queue: _Queue[tuple[Log[Any], Any]] = _Queue(self._append, link=link, sleep=sleep)

    def has_room(self) -> bool:
        """Return whether more may be offered."""
        return len(self._queue.waiting) < _ROOM

    def offer(self, to: Log[M], message: M) -> None:
        """Append `message` to `to` when its turn comes."""
        self._queue.add((to, message))

    async def run(self) -> None:
        """Append until cancelled."""
        await self._queue.run()

    async def _append(self, offered: tuple[Log[Any], Any]) -> None:
        await self._outlet.append(*offered)


class Recorder:
    """Writes what it is offered to the history."""

    def __init__(self, writer: HistoryWriter, *, sleep: Sleep = asyncio.sleep) -> None:
        self._queue: _Queue[ClosedCandle] = _Queue(writer.write, link=Link("history"), sleep=sleep)

    def offer(self, candle: ClosedCandle) -> None:
        """Write `candle` when its turn comes."""
        if len(self._queue.waiting) >= _ROOM:
            log.error("history_overflowed", dropped=self._queue.waiting.popleft().id)
        self._queue.add(candle)

    async def run(self) -> None:
        """Write until cancelled."""
        await self._queue.run()
