"""Posts what is due by the clock: once a slot, whatever the clock does, and by the leader alone.

The post and the name of its slot are kept in one transaction, in which the leader's token must be valid and
the slot before still the last. From there on it is a delivery like any other.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from config.semantics import GUIDE
from services.alerts.delivery.ledger import Ledger
from services.alerts.posts import Brief, Delivery
from services.alerts.schedules.agenda import Agenda
from services.alerts.schedules.brief import Briefs
from services.alerts.schedules.triggers import Slot
from services.clock import Clock
from services.errors import StoreUnavailable
from services.ids import id_of
from services.store.leader import Leader
from services.store.rows import AT_ONCE, DeliveryRow, ScheduleRow

LEASE: Final = "schedules"
_LOOK_SECONDS: Final = 1.0
_READ_EVERY: Final = 15.0
_AT_ONCE: Final = 16
_WAIT_FOR_PRICES: Final = timedelta(minutes=10)
_AGAIN_AFTER: Final = 20.0

log = structlog.get_logger(__name__)


class ScheduledPosts:
    """Looks every second for what is due.

    Args:
        ledger: the schedules and the deliveries, which others write too.
        leader: who may post.
        briefs: what is posted.
        clock: wall time says what is due.
        on_posted: called when there is something to be sent.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        leader: Leader,
        briefs: Briefs,
        clock: Clock,
        on_posted: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._leader = leader
        self._briefs = briefs
        self._clock = clock
        self._on_posted = on_posted
        self._schedules: dict[str, ScheduleRow] = {}
        self._read_at: float | None = None
        self._not_before: dict[str, float] = {}
        self._agenda = Agenda()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Post what is due until cancelled."""
        while True:
            await self.step()
            await asyncio.sleep(_LOOK_SECONDS)

    async def step(self) -> None:
        """Post what is due now, if this process leads. While the database is away nothing is posted."""
        if self._leader.token is None:
            self._read_at = None
            return
        try:
            await self._read()
        except StoreUnavailable as error:
            log.warning("schedules_not_read", reason=error.message)
            return
        async with asyncio.TaskGroup() as posts:
            for row, slot in self._due():
                posts.create_task(self._try_to_post(row, slot))

    async def _read(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is not None and now - self._read_at < _READ_EVERY:
            return
        async with self._ledger.read() as rows:
            found = await rows.schedules.all()
        self._schedules = {row.id: row for row in found}
        self._read_at = now

    def _due(self) -> list[tuple[ScheduleRow, Slot]]:
        now = self._clock.monotonic()
        ready = [row for row in self._schedules.values() if self._not_before.get(row.id, now) <= now]
        return [*self._agenda.due(ready, self._clock.now())]

    async def _try_to_post(self, row: ScheduleRow, slot: Slot) -> None:
        token = self._leader.token
        if token is None:
            return
        async with self._room:
            brief = await self._briefs.make(row, slot)
        late = self._clock.now() - slot.at
        if not brief.markets and late < _WAIT_FOR_PRICES:
            self._not_before[row.id] = self._clock.monotonic() + _AGAIN_AFTER
            return
        try:
            is_kept = await self._keep(row, slot, brief, token)
        except StoreUnavailable as error:
            log.warning("scheduled_post_waits", schedule=row.id, slot=slot.name, reason=error.message)
            return
        if not is_kept:
            self._read_at = None
            return
        self._schedules[row.id] = dataclasses.replace(row, last_slot=slot.name)
        log.info("scheduled_post_made", schedule=row.id, slot=slot.name, late_s=int(late.total_seconds()))
        self._on_posted()

    async def _keep(self, row: ScheduleRow, slot: Slot, brief: Brief, token: int) -> bool:
        """Keep a post with its slot; False where another leads, or has posted it, or it was removed."""
        delivery = delivery_of(row, slot, brief, now=self._clock.now())
        async with self._ledger.write() as rows:
            if not await rows.leases.is_valid(self._leader.name, token):
                return False
            if not await rows.schedules.posted(row.id, slot.name, after=row.last_slot):
                return False
            await rows.deliveries.add([delivery])
        return True


def delivery_of(row: ScheduleRow, slot: Slot, brief: Brief, *, now: datetime) -> DeliveryRow:
    """Return the delivery of a slot; its id is the slot's own, so that a second one is the same."""
    persona = row.persona or GUIDE
    body = Delivery(
        id=id_of(row.id, slot.name),
        persona=persona,
        locale=row.locale,
        body=brief,
        channel_id=row.place.removeprefix("channel:"),
        created_at=now,
    )
    return DeliveryRow(
        id=body.id,
        alert_id=None,
        user_id=row.user_id,
        place=row.place,
        kind="brief",
        persona=persona,
        status="waiting",
        body=msgspec.json.encode(body).decode(),
        is_urgent=False,
        due_at=AT_ONCE,
        created_at=now,
        updated_at=now,
        channel_id=body.channel_id,
    )
