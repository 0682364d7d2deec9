"""One client's WebSocket: a bounded queue before it, and an end to it when nobody reads."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

import structlog
from aiohttp import WSMsgType, web

log = structlog.get_logger(__name__)

MOST_FRAMES = 20_000
MOST_BYTES = 8 * 2**20
"""What may wait for one client; a client that lets more pile up is cut off."""


class Line(Protocol):
    """The part of a connection that its listeners and publishers see."""

    def push(self, frame: bytes) -> None:
        """Send a text frame, in order, without waiting for it."""
        ...


class Connection:
    """Sends what is pushed, as fast as the client reads it."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._woken = asyncio.Event()
        self.was_dropped = False
        """Whether it was cut off for reading too slowly."""

    def push(self, frame: bytes) -> None:
        """Send a text frame, in order, without waiting for it; cut off a client that reads too slowly."""
        if self.was_dropped:
            return
        if len(self._waiting) >= MOST_FRAMES or self._size + len(frame) > MOST_BYTES:
            self.was_dropped = True
            log.warning("slow_reader_dropped", frames=len(self._waiting), bytes=self._size)
            self.abort()
            return
        self._waiting.append(frame)
        self._size += len(frame)
        self._woken.set()

    async def write(self) -> None:
        """Keep sending what was pushed until the connection is gone."""
        while not self._socket.closed:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                frame = self._waiting.popleft()
                self._size -= len(frame)
                await self._socket.send_frame(frame, WSMsgType.TEXT)

    def abort(self) -> None:
        """Reset the TCP connection."""
        self._waiting.clear()
        self._size = 0
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self, code: int) -> None:
        """Close it cleanly with `code`."""
        await self._socket.close(code=code)
