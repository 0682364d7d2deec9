"""append: at least once, kept until every group has acknowledged. `consumers` reads what is appended here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import structlog
from redis.exceptions import ResponseError

from services.bus.codec import encode
from services.bus.connection import Command, Reply, accepted
from services.bus.lane import Lane
from services.bus.messages import Log, M
from services.clock import Clock

_TRIM_EVERY = 256
_AT_ONCE = 250

log = structlog.get_logger(__name__)


def stream_of(log_name: str) -> str:
    """Return the key of the Stream that holds the log."""
    return f"omega:log:{log_name}"


class Logs:
    """The writing side of logs."""

    def __init__(self, lane: Lane, *, clock: Clock, nonce: str) -> None:
        """`nonce` is unlike that of any other process, past or present; ids begin with it."""
        self._lane = lane
        self._clock = clock
        self._ids = (f"{nonce}-{number}" for number in count())
        self._appended: dict[str, int] = {}

    async def append(self, to: Log[M], message: M) -> str:
        """Append `message` and return its id.

        The id stands inside the entry: the message's own `id` where it has one, so that appending it again
        after a `BusUnavailable` is recognised by its consumers as the same.
        """
        entry, command = self.appending(to, message)
        await self._lane.do(*command)
        await self.tidy(to, added=1)
        return entry

    async def append_all(self, to: Log[M], messages: Sequence[M]) -> list[str]:
        """Append `messages` in their order, many in one round trip, and return their ids."""
        ids: list[str] = []
        for begin in range(0, len(messages), _AT_ONCE):
            some = [self.appending(to, message) for message in messages[begin : begin + _AT_ONCE]]
            for reply in await self._lane.send(*(command for _, command in some)):
                accepted(reply)
            ids += [entry for entry, _ in some]
        await self.tidy(to, added=len(ids))
        return ids

    def appending(self, to: Log[M], message: M) -> tuple[str, Command]:
        """Return the id of the entry and the command that appends it; `tidy` is due after it."""
        own = getattr(message, "id", None)
        entry = own if isinstance(own, str) and own else next(self._ids)
        at = round(self._clock.now().timestamp() * 1000)
        return entry, ("XADD", stream_of(to.name), "*", "i", entry, "t", at, "m", encode(message))

    async def tidy(self, to: Log[M], *, added: int) -> None:
        """Now and then, after `added` more, drop what nobody needs."""
        before = self._appended.get(to.name, 0)
        self._appended[to.name] = before + added
        if added and (before == 0 or before // _TRIM_EVERY != (before + added) // _TRIM_EVERY):
            await self._trim(to)

    async def _trim(self, to: Log[M]) -> None:
        """Once a log is half full, drop what all groups acknowledged; more only when it is over `keep`."""
        stream = stream_of(to.name)
        length, groups = await self._lane.send(("XLEN", stream), ("XINFO", "GROUPS", stream))
        if not isinstance(length, int) or length <= to.keep // 2:
            return
        needed = await self._oldest_needed(stream, groups)
        if needed is not None:
            await self._lane.send(("XTRIM", stream, "MINID", "~", needed))
        (dropped,) = await self._lane.send(("XTRIM", stream, "MAXLEN", "~", to.keep))
        if needed is not None and isinstance(dropped, int) and dropped > 0:
            log.error("log_overflowed", log=to.name, keep=to.keep, unread_dropped=dropped)

    async def _oldest_needed(self, stream: str, groups: Reply) -> str | None:
        """Return the lowest id that some group has not acknowledged; None without groups."""
        if isinstance(groups, ResponseError) or not isinstance(groups, list) or not groups:
            return None
        facts = [dict(zip(row[::2], row[1::2], strict=True)) for row in groups]
        pending = await self._lane.send(*(("XPENDING", stream, fact[b"name"]) for fact in facts))
        lowest = [
            row[1] if isinstance(row, list) and row[0] else fact[b"last-delivered-id"]
            for fact, row in zip(facts, pending, strict=True)
        ]
        return min((str(entry, "ascii") for entry in lowest), key=_order)


def _order(entry: str) -> tuple[int, int]:
    milliseconds, _, sequence = entry.partition("-")
    return int(milliseconds), int(sequence or 0)
