"""What one member's socket still has to send, in order. How it is written stands in `socket`."""

from __future__ import annotations

import asyncio
from collections import deque

MOST_EVENTS = 2000
READY = "READY"
REPLY = "REPLY"


class Outbox:
    """A queue whose reader, if it is too slow, is shown everything anew instead of each event.

    A reply is sent in any case: whoever asked waits for it, and nothing else tells it.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._events = 0
        self._filled = asyncio.Event()

    def event(self, name: str, payload: bytes) -> None:
        """Queue an event, or READY in place of all that wait."""
        if self._events >= MOST_EVENTS:
            self._waiting = deque(one for one in self._waiting if one[0] == REPLY)
            self._events = 0
            name, payload = READY, b""
        self._events += 1
        self._add(name, payload)

    def renew(self) -> None:
        """Queue READY; its payload is made when it is written."""
        self.event(READY, b"")

    def reply(self, payload: bytes) -> None:
        """Queue the answer to something that was asked."""
        self._add(REPLY, payload)

    async def take(self) -> tuple[str, bytes]:
        """Wait for what comes next, and return its name and payload."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        name, payload = self._waiting.popleft()
        self._events -= name != REPLY
        return name, payload

    def _add(self, name: str, payload: bytes) -> None:
        self._waiting.append((name, payload))
        self._filled.set()
