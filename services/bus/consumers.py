"""consume: one process takes its share of a log, at least once, with a dead letter after five deliveries.

A handler that raises `Unavailable` is not at fault for what it stands on: the entry is tried again in place,
for as long as it takes, and does not count as delivered again. Any other error counts. Entries behind a
failing one do not wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Generic

import msgspec
import structlog

from services.bus.codec import decoder
from services.bus.connection import LOST, Command, Dial, Wire
from services.bus.groups import Group, Raw
from services.bus.guard import Done, Failed, attempt
from services.bus.lane import Lane, pause
from services.bus.messages import Entry, Log, M
from services.clock import Clock
from services.errors import BusUnavailable, Unavailable

DELIVERIES = 5
_AT_ONCE = 32
_DEAD_KEPT = 10_000

log = structlog.get_logger(__name__)


class Consumer(Generic[M]):
    """One `consume`: its place in the group, and what it still owes."""

    def __init__(
        self,
        source: Log[M],
        group: Group,
        handle: Callable[[Entry[M]], Awaitable[None]],
        *,
        dial: Dial,
        lane: Lane,
        clock: Clock,
    ) -> None:
        self._source = source
        self._group = group
        self._handle = handle
        self._dial = dial
        self._lane = lane
        self._clock = clock
        self._decoder = decoder(source.message)
        self._in_hand: set[str] = set()
        self._done: set[str] = set()
        self._retry_at: float | None = None
        self._claim_at = 0.0
        self._cursor = "0-0"

    async def run(self) -> None:
        """Take entries until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._keep_what_is_in_hand())
            failures = 0
            while True:
                try:
                    async with self._dial.open() as wire:
                        failures = 0
                        await self._take(wire)
                except (*LOST, BusUnavailable) as error:
                    log.debug("consumer_lost_the_bus", log=self._source.name, reason=str(error))
                await asyncio.sleep(pause(failures))
                failures += 1

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
            entries = await self._group.read_new(wire, count=_AT_ONCE, block=block)
            await self._deal(entries, {})

    async def _take_own(self, wire: Wire) -> None:
        """Take up what this consumer was given before: by an earlier life of it, or without success."""
        self._retry_at = None
        after = "0"
        while entries := await self._group.read_own(wire, after=after, count=_AT_ONCE):
            after = entries[-1].id
            await self._deal(entries, await self._group.deliveries(wire, entries))
        self._done.clear()

    async def _take_over(self, wire: Wire) -> None:
        """Take up one batch of what dead consumers hold; the cursor remembers where the next one begins."""
        idle = self._dial.timing.reclaim
        self._cursor, entries = await self._group.claim(wire, idle=idle, cursor=self._cursor, count=_AT_ONCE)
        if self._cursor == "0-0":
            self._claim_at = self._clock.monotonic() + idle / 3
        await self._deal(entries, await self._group.deliveries(wire, entries))

    async def _deal(self, entries: Sequence[Raw], deliveries: dict[str, int]) -> None:
        self._in_hand.update(entry.id for entry in entries)
        try:
            for entry in entries:
                await self._deal_with(entry, deliveries.get(entry.id, 1))
                self._in_hand.discard(entry.id)
        finally:
            self._in_hand.clear()

    async def _deal_with(self, raw: Raw, deliveries: int) -> None:
        if raw.id in self._done or not raw.fields:
            await self._acknowledge(raw)
            return
        if deliveries > DELIVERIES:
            await self._bury(raw, deliveries, "its consumer died each time it had it")
            return
        try:
            entry = self._read(raw, deliveries)
        except (msgspec.DecodeError, KeyError, ValueError) as error:
            await self._bury(raw, deliveries, f"it cannot be read: {error!r}")
            return
        await self._hand_over(raw, entry)

    async def _hand_over(self, raw: Raw, entry: Entry[M]) -> None:
        outcome = await self._attempt_until_possible(entry)
        if isinstance(outcome, Done):
            await self._acknowledge(raw)
            return
        facts = {"log": self._source.name, "entry": entry.id, "deliveries": entry.deliveries}
        log.warning("entry_failed", **facts, exc_info=outcome.error)
        if entry.deliveries >= DELIVERIES:
            await self._bury(raw, entry.deliveries, f"{type(outcome.error).__name__}: {outcome.error}")
        elif self._retry_at is None:
            wait = self._dial.timing.retry * 2 ** (entry.deliveries - 1)
            self._retry_at = self._clock.monotonic() + wait

    async def _attempt_until_possible(self, entry: Entry[M]) -> Done[None] | Failed:
        wait = self._dial.timing.retry
        while True:
            outcome = await attempt(self._handle(entry))
            if not (isinstance(outcome, Failed) and isinstance(outcome.error, Unavailable)):
                return outcome
            log.info("entry_waits", log=self._source.name, entry=entry.id, reason=str(outcome.error))
            await asyncio.sleep(wait)
            wait = min(2 * wait, 2.0)

    def _read(self, raw: Raw, deliveries: int) -> Entry[M]:
        return Entry(
            id=raw.fields[b"i"].decode(),
            message=self._decoder.decode(raw.fields[b"m"]),
            deliveries=deliveries,
            appended_at=datetime.fromtimestamp(int(raw.fields[b"t"]) / 1000, UTC),
        )

    async def _acknowledge(self, raw: Raw) -> None:
        try:
            await self._lane.do("XACK", self._group.stream, self._group.name, raw.id)
        except BusUnavailable:
            self._done.add(raw.id)
            raise

    async def _bury(self, raw: Raw, deliveries: int, reason: str) -> None:
        """Move the entry to the dead letters, where an operator finds it with the reason."""
        fields = [part for pair in raw.fields.items() for part in pair]
        dead = f"omega:dead:{self._source.name}"
        note = ("group", self._group.name, "deliveries", deliveries, "error", reason[:2000])
        bury: Command = ("XADD", dead, "MAXLEN", "~", _DEAD_KEPT, "*", *fields, *note)
        await self._lane.send(bury, ("XACK", self._group.stream, self._group.name, raw.id))
        log.error("entry_buried", log=self._source.name, entry=raw.id, deliveries=deliveries, reason=reason)

    async def _keep_what_is_in_hand(self) -> None:
        """Tell the group that this consumer lives, so that a slow handler's entries are not taken over."""
        me = (self._group.stream, self._group.name, self._group.consumer, 0)
        while True:
            await asyncio.sleep(self._dial.timing.reclaim / 3)
            if self._in_hand:
                try:
                    await self._lane.send(("XCLAIM", *me, *self._in_hand, "JUSTID"))
                except BusUnavailable as error:
                    log.debug("claim_not_renewed", log=self._source.name, reason=str(error))
