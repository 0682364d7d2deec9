"""Puts deliveries into the logs of the bots, at once and in order, and knows what it is not sure of.

The database says what is to be sent, `sweep` brings what was left over. Here is only what happens between
a commit and Redis. A persona whose log is in doubt, because an append failed or this process is new, is sent
nothing until `sweep` has found out what its log holds, so that nothing overtakes what is lost.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NoReturn, Protocol

import msgspec
import structlog

from config.semantics import GUIDE
from services.alerts.delivery.making import body_of
from services.alerts.delivery.places import is_outside
from services.alerts.posts import Delivery, deliveries
from services.bus.messages import Log, M
from services.errors import BusUnavailable
from services.store.rows import DeliveryRow

ROOM: Final = 2_000
"""Deliveries of one persona that are in Redis at a time, besides urgent ones."""
URGENT_ROOM: Final = 5_000
"""Urgent deliveries of one persona that are in Redis at a time."""
_AT_ONCE: Final = 250
"""Deliveries that are made into messages without a breath."""

Line = tuple[str, bool]
"""A log: whose bot reads it, and whether it is the one for what is urgent."""

log = structlog.get_logger(__name__)


class Appending(Protocol):
    """The part of the bus that appends."""

    async def append_all(self, log: Log[M], messages: Sequence[M]) -> list[str]:
        """Append all of them in order. Raises `BusUnavailable`; some may have been appended then."""
        ...


class Relay:
    """The way from the database into Redis.

    Args:
        bus: where the logs are.
        is_alone: whether one application speaks for all personas, so that the guide's bot posts everything.
        room: how many deliveries of a persona may be in its log.
        urgent_room: how many may be in its log for what is urgent.
    """

    def __init__(
        self, bus: Appending, *, is_alone: bool = False, room: int = ROOM, urgent_room: int = URGENT_ROOM
    ) -> None:
        self._bus = bus
        self._is_alone = is_alone
        self._most = {False: room, True: urgent_room}
        self._queued: dict[Line, int] = defaultdict(int)
        self._crowded: set[Line] = set()
        self._handed: list[DeliveryRow] = []
        self._has_work = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()
        self._in_doubt: set[str] = set()
        self.is_well = True
        """Whether Redis took what it was last given."""

    def carrier(self, persona: str) -> str:
        """Return whose bot posts the deliveries of `persona`."""
        return GUIDE if self._is_alone else persona

    def room(self, carrier: str, *, is_urgent: bool = False) -> int:
        """Return how many more deliveries the log of a bot takes."""
        return max(0, self._most[is_urgent] - self._queued[carrier, is_urgent])

    def learn(self, queued: Mapping[Line, int], waiting: Collection[Line]) -> None:
        """Hear how many deliveries are queued in truth, by persona and urgency, and of which some wait."""
        self._queued = defaultdict(int)
        for (persona, is_urgent), count in queued.items():
            self._queued[self.carrier(persona), is_urgent] += count
        self._crowded = {(self.carrier(persona), is_urgent) for persona, is_urgent in waiting}

    def may_send(self, carrier: str) -> bool:
        """Return whether the bot's log can be appended to now."""
        return self.is_well and carrier not in self._in_doubt

    def assign(self, rows: Sequence[DeliveryRow], behind: frozenset[str], now: datetime) -> list[DeliveryRow]:
        """Return new rows, those queued that can go at once; they are handed over once they are kept.

        `behind` are bots of which something waits already: what is not urgent waits behind it, and what is
        urgent waits behind what is urgent.
        """
        waiting = {(carrier, False) for carrier in behind}
        waiting |= {line for line in self._crowded if line[0] in behind}
        assigned = []
        for row in rows:
            line = self.carrier(row.persona), row.is_urgent
            if not is_due(row, now):
                assigned.append(row)
            elif line not in waiting and self._fits(line):
                self._queued[line] += 1
                assigned.append(replace(row, status="queued", tries=row.tries + 1, updated_at=now))
            else:
                waiting.add(line)
                assigned.append(row)
        self._crowded |= waiting
        return assigned

    def _fits(self, line: Line) -> bool:
        carrier, is_urgent = line
        return self.may_send(carrier) and self.room(carrier, is_urgent=is_urgent) > 0

    def hand(self, rows: Iterable[DeliveryRow]) -> None:
        """Send those of `rows` that are queued; right after the commit that queued them."""
        queued = [row for row in rows if row.status == "queued"]
        if queued:
            self._handed += queued
            self._is_idle.clear()
            self._has_work.set()

    def doubt(self, carriers: Iterable[str]) -> None:
        """Send nothing more to these bots until their logs are known."""
        self._in_doubt.update(carriers)

    def trust(self, carrier: str) -> None:
        """Send to that bot again: what its log lacked has been handed over."""
        self._in_doubt.discard(carrier)

    @property
    def in_doubt(self) -> frozenset[str]:
        """Return the bots whose logs are in doubt."""
        return frozenset(self._in_doubt)

    async def until_idle(self) -> None:
        """Wait until nothing is on its way."""
        await self._is_idle.wait()

    async def run(self) -> NoReturn:
        """Append what is handed over until cancelled."""
        while True:
            await self._has_work.wait()
            await self.append_handed()

    async def append_handed(self) -> None:
        """Append what was handed over so far, the logs side by side, each in order."""
        self._has_work.clear()
        handed, self._handed = self._handed, []
        lines: dict[tuple[str, bool], list[DeliveryRow]] = defaultdict(list)
        for row in handed:
            lines[self.carrier(row.persona), row.is_urgent].append(row)
        async with asyncio.TaskGroup() as appends:
            for (carrier, is_urgent), rows in lines.items():
                appends.create_task(self._append(carrier, rows, is_urgent=is_urgent))
        if not self._handed:
            self._is_idle.set()

    async def _append(self, carrier: str, rows: Sequence[DeliveryRow], *, is_urgent: bool) -> None:
        if carrier in self._in_doubt:
            return
        to = deliveries(carrier, is_urgent=is_urgent)
        try:
            for first in range(0, len(rows), _AT_ONCE):
                await self._bus.append_all(to, [message_of(row) for row in rows[first : first + _AT_ONCE]])
                await asyncio.sleep(0)
        except BusUnavailable as error:
            self.doubt([carrier])
            self.is_well = False
            log.warning("deliveries_not_appended", bot=carrier, count=len(rows), reason=error.message)
        else:
            self.is_well = True


def is_due(row: DeliveryRow, now: datetime) -> bool:
    """Return whether a row is to be put into Redis now."""
    return row.status == "waiting" and row.due_at <= now and not is_outside(row.place)


def message_of(row: DeliveryRow) -> Delivery:
    """Return what is appended; after the first try it says that it may have been posted before."""
    body = body_of(row)
    return msgspec.structs.replace(body, is_again=True) if row.tries > 1 else body
