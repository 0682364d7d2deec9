"""One gateway session: numbering, what can be replayed, and the socket that is attached to it, if any."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from sandbox.discord.wire import encode

REPLAYABLE_EVENTS = 2000


class Op(IntEnum):
    """What a payload is, in either direction. Sounds and channel info are asked for and never answered."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    SOUNDS = 31
    CHANNEL_INFO = 43


class Wire(Protocol):
    """Where a session's frames go while a client is connected."""

    def push(self, frame: bytes) -> None:
        """Queue a frame."""
        ...

    def push_op(self, op: Op, payload: object) -> None:
        """Queue a frame that is no event."""
        ...

    def close(self, code: int) -> None:
        """Close with Discord's close code once what is queued has been sent."""
        ...

    def drop(self) -> None:
        """Cut the connection without a word."""
        ...

    def invalidate(self, *, is_resumable: bool) -> None:
        """Say that the session is void; one that cannot be resumed is forgotten."""
        ...


class Session:
    """A client's subscription to events; it outlives its socket, so that RESUME loses nothing."""

    def __init__(
        self, session_id: str, application_id: str, *, intents: int, shard: tuple[int, int], base: int = 0
    ) -> None:
        self.id = session_id
        self.application_id = application_id
        self.intents = intents
        self.shard = shard
        self.sequence = base
        self.socket: Wire | None = None
        self.expiry: asyncio.TimerHandle | None = None
        self._base = base
        self._replayable: deque[tuple[int, bytes]] = deque(maxlen=REPLAYABLE_EVENTS)

    def dispatch(self, name: str, payload: bytes) -> None:
        """Number an event, keep it for a replay and send it if a client is connected."""
        self.sequence += 1
        frame = b'{"t":"%b","s":%d,"op":0,"d":%b}' % (name.encode(), self.sequence, payload)
        self._replayable.append((self.sequence, frame))
        if self.socket is not None:
            self.socket.push(frame)

    def attach(self, socket: Wire) -> None:
        """Send to `socket` from now on; a socket that was attached before is closed."""
        if self.expiry is not None:
            self.expiry.cancel()
            self.expiry = None
        if self.socket is not None:
            self.socket.close(4000)
        self.socket = socket

    def detach(self, *, lifetime: float, forget: Callable[[], None]) -> None:
        """Keep numbering without a socket, for `lifetime` seconds."""
        self.socket = None
        self.expiry = asyncio.get_running_loop().call_later(lifetime, forget)

    def can_replay_from(self, sequence: int) -> bool:
        """Return whether everything after `sequence` is still kept.

        A session from before a restart goes on at its `base`; what was sent shortly before is gone by then.
        """
        if sequence < self._base:
            return len(self._replayable) < REPLAYABLE_EVENTS
        oldest = self._replayable[0][0] if self._replayable else self.sequence + 1
        return sequence + 1 >= oldest

    def replay_from(self, sequence: int) -> None:
        """Send everything after `sequence` again, then RESUMED."""
        if self.socket is None:
            return
        for number, frame in tuple(self._replayable):
            if number > sequence:
                self.socket.push(frame)
        self.dispatch("RESUMED", encode({"_trace": []}))

    def is_in_shard(self, guild_id: str | None) -> bool:
        """Return whether this session's shard carries a guild; direct messages belong to shard 0."""
        number, count = self.shard
        return number == (int(guild_id) >> 22) % count if guild_id else number == 0
