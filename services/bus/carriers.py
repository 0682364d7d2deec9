"""carry: entries are worked on side by side, in order where it matters, and what comes of each is appended.

What came of an entry and its acknowledgement are one transaction: a crash leaves both or neither. Entries of
one order key form a line and go strictly one after the other; a line that hangs or waits stops no other. So
that it does not either when a line grows, only some entries are held whole; of the rest the process knows
the ids and fetches each when its turn comes.

The order holds for one process a group: another one that takes over what a dead one held starts anew.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog

from services.bus.connection import Command, Dial, Wire
from services.bus.entries import DELIVERIES, DIED, InHand, Reading, Unreadable, told, until_possible
from services.bus.groups import Group, Raw, raw_entries
from services.bus.guard import Done
from services.bus.lane import Lane
from services.bus.messages import Entry, Log, M, Message
from services.bus.reconnecting import use_for_ever
from services.bus.streams import Logs
from services.clock import Clock
from services.errors import BusUnavailable

_AT_ONCE: Final = 64
_WHOLE: Final = 256
"""Entries held with their bodies."""
_KNOWN: Final = 10_000
"""Entries in hand, by their ids."""
_AGAIN: Final = 0.2

N = TypeVar("N", bound=Message)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Course(Generic[M, N]):
    """What is done with the entries of a log, and where what comes of them goes."""

    handle: Callable[[Entry[M]], Awaitable[N]]
    into: Log[N]
    order: Callable[[M], str]
    buried: Callable[[M | None, str], N]
    at_once: int


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry in a line; without fields it is fetched when its turn comes."""

    raw: Raw
    deliveries: int


class Carrier(Generic[M, N]):
    """One `carry`: its place in the group, and the lines of what it has in hand."""

    def __init__(
        self,
        source: Log[M],
        group: Group,
        course: Course[M, N],
        *,
        dial: Dial,
        lane: Lane,
        logs: Logs,
        clock: Clock,
    ) -> None:
        self._source = source
        self._group = group
        self._course = course
        self._dial = dial
        self._lane = lane
        self._logs = logs
        self._clock = clock
        self._reading = Reading(source, group)
        self._in_hand = InHand(group, lane=lane, timing=dial.timing)
        self._slots = asyncio.Semaphore(course.at_once)
        self._lines: dict[str, deque[_Item]] = {}
        self._whole = 0
        self._has_room = asyncio.Event()
        self._claim_at = 0.0
        self._cursor = "0-0"

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._in_hand.keep())
            await use_for_ever(self._dial, lambda wire: self._take(wire, tasks), of=self._source.name)

    async def _take(self, wire: Wire, tasks: asyncio.TaskGroup) -> None:
        await self._group.create(wire)
        await self._in_hand.renew()
        await self._take_own(wire, tasks)
        while True:
            if self._clock.monotonic() >= self._claim_at:
                await self._take_over(wire, tasks)
            await self._room()
            new = await self._group.read_new(wire, count=_AT_ONCE, block=self._dial.timing.block)
            self._line_up(new, {}, tasks)

    async def _take_own(self, wire: Wire, tasks: asyncio.TaskGroup) -> None:
        """Take up what this consumer was given and does not have: by an earlier life, or a lost reply."""
        after = "-"
        while owed := await self._group.owed(wire, after=after, count=_AT_ONCE):
            after = f"({next(reversed(owed))}"
            lacking = [id_ for id_ in owed if id_ not in self._in_hand.ids]
            if lacking:
                await self._room()
                again = {id_: count + 1 for id_, count in owed.items()}
                self._line_up(await self._group.retake(wire, lacking), again, tasks)

    async def _take_over(self, wire: Wire, tasks: asyncio.TaskGroup) -> None:
        """Take up one batch of what dead consumers hold; the cursor remembers where the next one begins."""
        idle = self._dial.timing.reclaim
        self._cursor, found = await self._group.claim(wire, idle=idle, cursor=self._cursor, count=_AT_ONCE)
        if self._cursor == "0-0":
            self._claim_at = self._clock.monotonic() + idle / 3
        self._line_up(found, await self._group.deliveries(wire, found), tasks)

    async def _room(self) -> None:
        while len(self._in_hand.ids) >= _KNOWN:
            self._has_room.clear()
            await self._has_room.wait()

    def _line_up(self, found: Sequence[Raw], deliveries: dict[str, int], tasks: asyncio.TaskGroup) -> None:
        for raw in found:
            if raw.id in self._in_hand.ids:
                continue
            self._in_hand.ids.add(raw.id)
            key = self._key_of(raw)
            if (line := self._lines.get(key)) is None:
                line = self._lines[key] = deque()
                tasks.create_task(self._work(key, line))
            is_whole = self._whole < _WHOLE
            self._whole += is_whole
            line.append(_Item(raw if is_whole else Raw(raw.id, {}), deliveries.get(raw.id, 1)))

    def _key_of(self, raw: Raw) -> str:
        try:
            return f"of {self._course.order(self._reading.entry(raw, 1).message)}"
        except Unreadable:
            return raw.id

    async def _work(self, key: str, line: deque[_Item]) -> None:
        while line:
            item = line[0]
            await self._carry(item)
            line.popleft()
            self._whole -= bool(item.raw.fields)
            self._in_hand.ids.discard(item.raw.id)
            self._has_room.set()
        del self._lines[key]

    async def _carry(self, item: _Item) -> None:
        raw = item.raw if item.raw.fields else await self._fetched(item.raw)
        if not raw.fields:
            await self._settle(raw)
            return
        try:
            entry = self._reading.entry(raw, item.deliveries)
        except Unreadable as error:
            await self._bury(raw, None, item.deliveries, str(error))
            return
        await self._try(raw, entry)

    async def _try(self, raw: Raw, entry: Entry[M]) -> None:
        for count in range(entry.deliveries, DELIVERIES + 1):
            this = Entry(id=entry.id, message=entry.message, deliveries=count, appended_at=entry.appended_at)
            outcome = await until_possible(
                lambda this=this: self._handle(this),  # type: ignore[misc]  # mypy takes the default for an argument
                timing=self._dial.timing,
                log_name=self._source.name,
                entry=entry.id,
            )
            if isinstance(outcome, Done):
                await self._settle(raw, comes_of_it=outcome.value)
                return
            facts = {"log": self._source.name, "entry": entry.id, "deliveries": count}
            log.warning("entry_failed", **facts, exc_info=outcome.error)
            if count == DELIVERIES:
                await self._bury(raw, entry.message, count, told(outcome.error))
                return
            await self._wait_after(raw, count)
        await self._bury(raw, entry.message, entry.deliveries, DIED)

    async def _handle(self, entry: Entry[M]) -> N:
        async with self._slots:
            return await self._course.handle(entry)

    async def _wait_after(self, raw: Raw, count: int) -> None:
        with suppress(BusUnavailable):  # the count is then one short after a restart
            await self._in_hand.count(raw.id, count + 1)
        await asyncio.sleep(self._dial.timing.retry * 2 ** (count - 1))

    async def _bury(self, raw: Raw, message: M | None, deliveries: int, reason: str) -> None:
        burial = self._reading.burial(raw, deliveries, reason)
        await self._settle(raw, burial, comes_of_it=self._course.buried(message, reason))

    async def _settle(self, raw: Raw, *more: Command, comes_of_it: N | None = None) -> None:
        """Acknowledge the entry together with what comes of it, however long the bus is away."""
        into = self._course.into
        appends = () if comes_of_it is None else (self._logs.appending(into, comes_of_it)[1],)
        while True:
            try:
                await self._lane.transact(*more, *appends, self._reading.acknowledgement(raw.id))
            except BusUnavailable as error:
                log.debug("entry_not_settled", log=self._source.name, entry=raw.id, reason=str(error))
                await asyncio.sleep(_AGAIN)
            else:
                break
        with suppress(BusUnavailable):  # the next one tidies up
            await self._logs.tidy(into, added=len(appends))

    async def _fetched(self, raw: Raw) -> Raw:
        """Return the whole entry; without fields when the log has lost it."""
        while True:
            try:
                reply = await self._lane.do("XRANGE", self._group.stream, raw.id, raw.id)
            except BusUnavailable:
                await asyncio.sleep(_AGAIN)
            else:
                return next(iter(raw_entries(reply)), raw)
