"""Reading a Stream as one consumer of a group: what logs and questions have in common.

Groups start at the first entry, not at the newest, so that nothing appended before the first reader came is
skipped; a group that a FLUSHALL took away is made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.exceptions import ResponseError

from services.bus.connection import Command, Reply, Wire, accepted


@dataclass(frozen=True, slots=True)
class Raw:
    """One entry as the server keeps it. `fields` is empty when the entry was trimmed before it was read."""

    id: str
    fields: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Group:
    """One consumer of one group of one Stream."""

    stream: str
    name: str
    consumer: str

    async def create(self, wire: Wire) -> None:
        """Make the group, and the Stream, unless they are there."""
        (reply,) = await wire.exchange([("XGROUP", "CREATE", self.stream, self.name, "0", "MKSTREAM")])
        if not _is_refused(reply, "BUSYGROUP"):
            accepted(reply)

    async def read_new(self, wire: Wire, *, count: int, block: float) -> list[Raw]:
        """Wait up to `block` seconds for entries that no consumer of the group has had."""
        command: Command = (
            *("XREADGROUP", "GROUP", self.name, self.consumer),
            *("COUNT", count, "BLOCK", max(1, round(block * 1000)), "STREAMS", self.stream, ">"),
        )
        (reply,) = await wire.exchange([command], held=block)
        return await self._entries_or_new_group(wire, reply)

    async def read_own(self, wire: Wire, *, after: str, count: int) -> list[Raw]:
        """Return entries that this consumer was given and has not acknowledged, from behind `after` on."""
        command: Command = (
            *("XREADGROUP", "GROUP", self.name, self.consumer),
            *("COUNT", count, "STREAMS", self.stream, after),
        )
        (reply,) = await wire.exchange([command])
        return await self._entries_or_new_group(wire, reply)

    async def owed(self, wire: Wire, *, after: str, count: int) -> dict[str, int]:
        """Return what this consumer was given and has not acknowledged, oldest first, and how often each.

        Nothing counts as given again. `after` is ``-`` for the first, ``(ID`` for those behind an entry.
        """
        command: Command = ("XPENDING", self.stream, self.name, after, "+", count, self.consumer)
        (reply,) = await wire.exchange([command])
        if _is_refused(reply, "NOGROUP"):
            return {}
        match accepted(reply):
            case list(rows):
                return {row[0].decode(): row[3] for row in rows}
        raise _unexpected(reply)

    async def retake(self, wire: Wire, ids: Sequence[str]) -> list[Raw]:
        """Give this consumer `ids` once more; those that the log has lost do not come."""
        (reply,) = await wire.exchange([("XCLAIM", self.stream, self.name, self.consumer, 0, *ids)])
        return [] if _is_refused(reply, "NOGROUP") else raw_entries(accepted(reply))

    async def claim(self, wire: Wire, *, idle: float, cursor: str, count: int) -> tuple[str, list[Raw]]:
        """Take over what some consumer has not touched for `idle` seconds; return the next cursor, too."""
        command: Command = (
            *("XAUTOCLAIM", self.stream, self.name, self.consumer),
            *(round(idle * 1000), cursor, "COUNT", count),
        )
        (reply,) = await wire.exchange([command])
        if _is_refused(reply, "NOGROUP"):
            await self.create(wire)
            return "0-0", []
        match accepted(reply):
            case [bytes(following), list(rows), *_]:
                return following.decode(), raw_entries(rows)
        raise _unexpected(reply)

    async def deliveries(self, wire: Wire, entries: Sequence[Raw]) -> dict[str, int]:
        """Return how often each of `entries`, oldest first, was given to a consumer."""
        if not entries:
            return {}
        span = (entries[0].id, entries[-1].id)
        command: Command = ("XPENDING", self.stream, self.name, *span, 20_000, self.consumer)
        (reply,) = await wire.exchange([command])
        match reply:
            case list(rows):
                return {row[0].decode(): row[3] for row in rows}
        return {}

    async def _entries_or_new_group(self, wire: Wire, reply: Reply) -> list[Raw]:
        if _is_refused(reply, "NOGROUP", "UNBLOCKED"):
            await self.create(wire)
            return []
        match accepted(reply):
            case None:
                return []
            case [[_, list(rows)]]:
                return raw_entries(rows)
        raise _unexpected(reply)


def _is_refused(reply: Reply, *codes: str) -> bool:
    return isinstance(reply, ResponseError) and str(reply).startswith(codes)


def raw_entries(reply: Reply) -> list[Raw]:
    """Return the entries of a reply that lists them."""
    match reply:
        case list(rows):
            return [_raw(row) for row in rows if row is not None]
    raise _unexpected(reply)


def _raw(row: Sequence[bytes | Sequence[bytes] | None]) -> Raw:
    entry, fields = row
    if not isinstance(entry, bytes):
        raise _unexpected(row)
    pairs = iter(fields or ())
    return Raw(entry.decode(), dict(zip(pairs, pairs, strict=True)))  # type: ignore[arg-type]  # hiredis gives bytes


def _unexpected(reply: Reply) -> ResponseError:
    return ResponseError(f"unexpected reply: {str(reply)[:200]}")
