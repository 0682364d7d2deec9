"""Work that is done beside its cause, in order: one line of work for each key, all keys at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from services.errors import OmegaError
from services.loops import Loops

log = structlog.get_logger(__name__)

Work = Callable[[], Awaitable[object]]


class Turns:
    """What fails with an error of ours is logged, and the next one has its turn."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Work]] = {}
        self._begun: asyncio.Queue[str] = asyncio.Queue()

    def put(self, key: str, work: Work) -> None:
        """Let `work` have its turn after all that was put under the same key."""
        if key in self._waiting:
            self._waiting[key].append(work)
            return
        self._waiting[key] = deque([work])
        self._begun.put_nowait(key)

    async def run(self) -> None:
        """Do what is put, until cancelled."""
        async with Loops() as crew:
            while True:
                crew.start(self._line(await self._begun.get()))

    async def _line(self, key: str) -> None:
        line = self._waiting[key]
        while line:
            try:
                await line.popleft()()
            except OmegaError as error:
                log.warning("turn_failed", key=key, code=error.code, error=error.message)
        del self._waiting[key]
