"""How many conversations with members a bot may open just now, by what Discord said last.

All of them have one limit, and discord.py lets requests wait for it in the order in which they came. Who is
urgent would wait there behind everybody; so those who are not leave the last ones of each window.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

ROUTE: Final = "/users/@me/channels"
_KEPT: Final = 3
_SHARE: Final = 4
"""Of a small limit no more than one of so many is kept."""
_UNLIMITED: Final = 1_000_000
_GLANCE: Final = 0.05


class Openings:
    """The limit on conversations that one bot opens; none is known before Discord tells of one."""

    def __init__(self) -> None:
        self._limit = _UNLIMITED
        self._left = _UNLIMITED
        self._resets_at = 0.0
        self._outgoing = 0

    def note(self, headers: Mapping[str, str]) -> None:
        """Hear what came with an answer of Discord to such a request."""
        if "X-RateLimit-Remaining" in headers:
            self._limit = int(headers["X-RateLimit-Limit"])
            self._left = int(headers["X-RateLimit-Remaining"])
            now = asyncio.get_running_loop().time()
            self._resets_at = now + float(headers["X-RateLimit-Reset-After"])

    @asynccontextmanager
    async def turn(self, *, is_urgent: bool) -> AsyncIterator[None]:
        """Open one inside the ``async with``; who is not urgent waits while only the kept ones are left."""
        wait = 0.0 if is_urgent else self._wait()
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._wait()
        self._outgoing += 1
        try:
            yield
        finally:
            self._outgoing -= 1

    def _wait(self) -> float:
        now = asyncio.get_running_loop().time()
        if now >= self._resets_at:
            self._left = self._limit
        kept = min(_KEPT, self._limit // _SHARE)
        return 0.0 if self._left - self._outgoing > kept else max(_GLANCE, self._resets_at - now)
