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
from typing import Any

import structlog

from services.bus.messages import Log, M
from services.errors import BusUnavailable, StoreUnavailable
from services.market.links import Link
from services.market.messages import ClosedCandle
from services.market.ports import HistoryWriter, Outlet

_ROOM = 20_000
_RETRY_SECONDS = 1.0

Sleep = Callable[[float], Awaitable[None]]
log = structlog.get_logger(__name__)


class Appender:
    """Appends what it is offered."""

    def __init__(self, outlet: Outlet, *, link: Link, sleep: Sleep = asyncio.sleep) -> None:
        self._outlet = outlet
        self._link = link
        self._sleep = sleep
        self._waiting: deque[tuple[Log[Any], Any]] = deque()
        self._has_news = asyncio.Event()

    def has_room(self) -> bool:
        """Return whether more may be offered."""
        return len(self._waiting) < _ROOM

    def offer(self, to: Log[M], message: M) -> None:
        """Append `message` to `to` when its turn comes."""
        self._waiting.append((to, message))
        self._has_news.set()

    async def run(self) -> None:
        """Append until cancelled."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._waiting:
                await self._append_next()

    async def _append_next(self) -> None:
        to, message = self._waiting[0]
        try:
            await self._outlet.append(to, message)
        except BusUnavailable as error:
            self._link.fails(error.message)
            await self._sleep(_RETRY_SECONDS)
        else:
            self._link.works()
            self._waiting.popleft()


class Recorder:
    """Writes what it is offered to the history."""

    def __init__(self, writer: HistoryWriter, *, sleep: Sleep = asyncio.sleep) -> None:
        self._writer = writer
        self._sleep = sleep
        self._link = Link("history")
        self._waiting: deque[ClosedCandle] = deque()
        self._has_news = asyncio.Event()

    def offer(self, candle: ClosedCandle) -> None:
        """Write `candle` when its turn comes."""
        if len(self._waiting) >= _ROOM:
            log.error("history_overflowed", dropped=self._waiting.popleft().id)
        self._waiting.append(candle)
        self._has_news.set()

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._waiting:
                await self._write_next()

    async def _write_next(self) -> None:
        candle = self._waiting[0]
        try:
            await self._writer.write(candle)
        except StoreUnavailable as error:
            self._link.fails(error.message)
            await self._sleep(_RETRY_SECONDS)
        else:
            self._link.works()
            if self._waiting and self._waiting[0] is candle:
                self._waiting.popleft()
