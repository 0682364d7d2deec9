"""What everybody who reads a log does with an entry: decode it, try it, bury it, and hold on to it.

`consumers` and `carriers` say in which order and what follows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, Generic, NoReturn, TypeVar

import msgspec
import structlog

from services.bus.codec import decoder
from services.bus.connection import Command, Timing
from services.bus.groups import Group, Raw
from services.bus.guard import Done, Failed, attempt
from services.bus.lane import Lane
from services.bus.messages import Entry, Log, M
from services.errors import BusUnavailable, Unavailable

DELIVERIES: Final = 5
DIED: Final = "its consumer died each time it had it"
_DEAD_KEPT: Final = 10_000
_LONGEST_PAUSE: Final = 2.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Unreadable(ValueError):
    """The entry is not a message of its log."""


class Reading(Generic[M]):
    """The entries of one log for one group, as messages, and as dead letters."""

    def __init__(self, source: Log[M], group: Group) -> None:
        self._log = source.name
        self._group = group
        self._decoder = decoder(source.message)

    def entry(self, raw: Raw, deliveries: int) -> Entry[M]:
        """Decode `raw`. Raises `Unreadable`."""
        try:
            return Entry(
                id=raw.fields[b"i"].decode(),
                message=self._decoder.decode(raw.fields[b"m"]),
                deliveries=deliveries,
                appended_at=datetime.fromtimestamp(int(raw.fields[b"t"]) / 1000, UTC),
            )
        except (msgspec.DecodeError, KeyError, ValueError) as error:
            raise Unreadable(f"it cannot be read: {error!r}") from error

    def acknowledgement(self, *ids: str) -> Command:
        """Return the command that acknowledges entries."""
        return ("XACK", self._group.stream, self._group.name, *ids)

    def burial(self, raw: Raw, deliveries: int, reason: str) -> Command:
        """Return the command that puts the entry to the dead letters, with the reason, and log it."""
        fields = [part for pair in raw.fields.items() for part in pair]
        note = ("group", self._group.name, "deliveries", deliveries, "error", reason[:2000])
        log.error("entry_buried", log=self._log, entry=raw.id, deliveries=deliveries, reason=reason)
        return ("XADD", dead_stream_of(self._log), "MAXLEN", "~", _DEAD_KEPT, "*", *fields, *note)


def dead_stream_of(log_name: str) -> str:
    """Return the key of the Stream that holds the dead letters of the log."""
    return f"omega:dead:{log_name}"


def told(error: Exception) -> str:
    """Return what a dead letter says of an error."""
    return f"{type(error).__name__}: {error}"


async def until_possible(
    handle: Callable[[], Awaitable[T]], *, timing: Timing, log_name: str, entry: str
) -> Done[T] | Failed:
    """Try `handle` until what it stands on is there: an `Unavailable` is no failure of the entry."""
    wait = timing.retry
    while True:
        outcome = await attempt(handle())
        if not (isinstance(outcome, Failed) and isinstance(outcome.error, Unavailable)):
            return outcome
        log.info("entry_waits", log=log_name, entry=entry, reason=str(outcome.error))
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_PAUSE)


class InHand:
    """The entries that this consumer is at work on: others of its group leave them alone while it lives."""

    def __init__(self, group: Group, *, lane: Lane, timing: Timing) -> None:
        self.ids: set[str] = set()
        self._group = group
        self._lane = lane
        self._timing = timing

    async def keep(self) -> NoReturn:
        """Renew for ever."""
        while True:
            await asyncio.sleep(self._timing.reclaim / 3)
            try:
                await self.renew()
            except BusUnavailable as error:
                log.debug("claim_not_renewed", stream=self._group.stream, reason=str(error))

    async def renew(self) -> None:
        """Tell the group that this consumer lives. Raises `BusUnavailable`."""
        if self.ids:
            await self._claim(0, *self.ids, "JUSTID")

    async def count(self, entry: str, deliveries: int) -> None:
        """Let the group remember how often an entry was delivered. Raises `BusUnavailable`."""
        await self._claim(0, entry, "RETRYCOUNT", deliveries, "JUSTID")

    async def _claim(self, *what: str | int) -> None:
        await self._lane.send(("XCLAIM", self._group.stream, self._group.name, self._group.consumer, *what))
