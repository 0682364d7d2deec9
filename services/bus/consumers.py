"""consume: one process takes its share of a log, at least once, with a dead letter after five deliveries.

A handler that raises `Unavailable` is not at fault for what it stands on: the entry is tried again in place,
for as long as it takes, and does not count as delivered again. Any other error counts. Entries behind a
failing one do not wait for it. A handler that takes several at once gets them one by one when they fail
together, so that the one at fault is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic

import structlog

from services.bus.connection import Dial, Wire
from services.bus.entries import DELIVERIES, DIED, InHand, Reading, Unreadable, told, until_possible
from services.bus.groups import Group, Raw
from services.bus.guard import Done
from services.bus.lane import Lane
from services.bus.messages import Entry, Log, M
from services.bus.reconnecting import use_for_ever
from services.clock import Clock
from services.errors import BusUnavailable

_AT_ONCE = 32

log = structlog.get_logger(__name__)

Some = list[tuple[Raw, Entry[M]]]


class Consumer(Generic[M]):
    """One `consume`: its place in the group, and what it still owes."""

    def __init__(
        self,
        source: Log[M],
        group: Group,
        handle: Callable[[Sequence[Entry[M]]], Awaitable[None]],
        *,
        together: int = 1,
        dial: Dial,
        lane: Lane,
        clock: Clock,
    ) -> None:
        """`handle` gets up to `together` entries in one call."""
        self._source = source
        self._group = group
        self._handle = handle
        self._together = together
        self._at_once = max(_AT_ONCE, together)
        self._dial = dial
        self._lane = lane
        self._clock = clock
        self._reading = Reading(source, group)
        self._in_hand = InHand(group, lane=lane, timing=dial.timing)
        self._done: set[str] = set()
        self._retry_at: float | None = None
        self._claim_at = 0.0
        self._cursor = "0-0"

    async def run(self) -> None:
        """Take entries until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._in_hand.keep())
            await use_for_ever(self._dial, self._take, of=self._source.name)

    async def _take(self, wire: Wire) -> None:
        await self._group.create(wire)
        await self._take_own(wire)
        while True:
            now = self._clock.monotonic()
            if self._retry_at is not None and now >= self._retry_at:
                await self._take_own(wire)
            if now >= self._claim_at:
                await self._take_over(wire)
            block = self._dial.timing.block
            if self._retry_at is not None:
                block = min(block, max(0.01, self._retry_at - self._clock.monotonic()))
            entries = await self._group.read_new(wire, count=self._at_once, block=block)
            await self._deal(entries, {})

    async def _take_own(self, wire: Wire) -> None:
        """Take up what this consumer was given before: by an earlier life of it, or without success."""
        self._retry_at = None
        after = "0"
        while entries := await self._group.read_own(wire, after=after, count=self._at_once):
            after = entries[-1].id
            await self._deal(entries, await self._group.deliveries(wire, entries))
        self._done.clear()

    async def _take_over(self, wire: Wire) -> None:
        """Take up one batch of what dead consumers hold; the cursor remembers where the next one begins."""
        idle = self._dial.timing.reclaim
        self._cursor, entries = await self._group.claim(
            wire, idle=idle, cursor=self._cursor, count=self._at_once
        )
        if self._cursor == "0-0":
            self._claim_at = self._clock.monotonic() + idle / 3
        await self._deal(entries, await self._group.deliveries(wire, entries))

    async def _deal(self, entries: Sequence[Raw], deliveries: dict[str, int]) -> None:
        self._in_hand.ids.update(entry.id for entry in entries)
        try:
            some: Some[M] = []
            for raw in entries:
                entry = await self._fit(raw, deliveries.get(raw.id, 1))
                if entry is not None:
                    some.append((raw, entry))
                if len(some) == self._together:
                    await self._hand_over(some)
                    some = []
            if some:
                await self._hand_over(some)
        finally:
            self._in_hand.ids.clear()

    async def _fit(self, raw: Raw, deliveries: int) -> Entry[M] | None:
        """Return the entry if it is to be handed over; put away what is done, unreadable or deadly."""
        if raw.id in self._done or not raw.fields:
            await self._acknowledge(raw.id)
            return None
        if deliveries > DELIVERIES:
            await self._bury(raw, deliveries, DIED)
            return None
        try:
            return self._reading.entry(raw, deliveries)
        except Unreadable as error:
            await self._bury(raw, deliveries, str(error))
            return None

    async def _hand_over(self, some: Some[M]) -> None:
        entries = [entry for _, entry in some]
        outcome = await until_possible(
            lambda: self._handle(entries),
            timing=self._dial.timing,
            log_name=self._source.name,
            entry=entries[0].id,
        )
        if isinstance(outcome, Done):
            await self._acknowledge(*(raw.id for raw, _ in some))
        elif len(some) > 1:
            for one in some:
                await self._hand_over([one])
        else:
            await self._fail(*some[0], outcome.error)

    async def _fail(self, raw: Raw, entry: Entry[M], error: Exception) -> None:
        facts = {"log": self._source.name, "entry": entry.id, "deliveries": entry.deliveries}
        log.warning("entry_failed", **facts, exc_info=error)
        if entry.deliveries >= DELIVERIES:
            await self._bury(raw, entry.deliveries, told(error))
        elif self._retry_at is None:
            wait = self._dial.timing.retry * 2 ** (entry.deliveries - 1)
            self._retry_at = self._clock.monotonic() + wait

    async def _acknowledge(self, *ids: str) -> None:
        try:
            await self._lane.do(*self._reading.acknowledgement(*ids))
        except BusUnavailable:
            self._done.update(ids)
            raise
        self._in_hand.ids.difference_update(ids)

    async def _bury(self, raw: Raw, deliveries: int, reason: str) -> None:
        """Move the entry to the dead letters, where an operator finds it with the reason."""
        burial = self._reading.burial(raw, deliveries, reason)
        await self._lane.transact(burial, self._reading.acknowledgement(raw.id))
