"""What must get onto the bus although Redis may be away: notices and audit entries, in order and bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from services.bus.bus import Bus
from services.bus.messages import Log, M
from services.errors import Unavailable

_KEEP = 200
_RETRY_SECONDS = 1.0
_Append = Callable[[Bus], Awaitable[str]]


class Outbox:
    """Takes messages at any time and appends them when it can; beyond 200 the oldest is given up."""

    def __init__(self) -> None:
        self._waiting: deque[_Append] = deque(maxlen=_KEEP)
        self._news = asyncio.Event()

    def put(self, log: Log[M], message: M) -> None:
        """Append `message` to `log` as soon as that is possible."""
        self._waiting.append(lambda bus: bus.append(log, message))
        self._news.set()

    async def run(self, bus: Bus) -> None:
        """Append what was put, in its order, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self._drain(bus)

    async def _drain(self, bus: Bus) -> None:
        while self._waiting:
            first = self._waiting[0]
            try:
                await first(bus)
            except Unavailable:
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if self._waiting and self._waiting[0] is first:
                self._waiting.popleft()
