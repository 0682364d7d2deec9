"""Brings what is left over on its way: what waits, what Redis lost, what an absent persona cannot post.

The database is the truth. A log in doubt is compared with it before anything more is appended: what is
queued and neither in the log nor told by a receipt was lost and is appended again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, NoReturn, Protocol

import structlog

from config.semantics import GUIDE
from services.alerts.delivery.absence import Absence, LatestValues
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import given_to
from services.alerts.delivery.places import Bell
from services.alerts.delivery.relay import Relay
from services.alerts.posts import EPOCH, RECEIPTS, Epoch, deliveries
from services.alerts.subscribing.digests import MOST_PLACES, gather
from services.bus.messages import Key, M
from services.clock import Clock
from services.errors import Unavailable
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow
from services.store.store import Rows

EVERY: Final = 1.0
OVERDUE: Final = timedelta(seconds=30)
"""After so long without a receipt it is found out whether a delivery is still in its log."""
_AT_ONCE: Final = 500
_GIVEN_AT_ONCE: Final = 1_000
_MOST: Final = 20_000
"""Entries of a log that are looked at; of a longer one it is not known what it lacks."""
_BREATH: Final = 250
_CATCHING_UP: Final = 30
_LOOK_AGAIN: Final = 0.1

log = structlog.get_logger(__name__)


class Outstanding(Protocol):
    """The part of the bus that looks at logs from outside."""

    async def outstanding(self, log_name: str, *, most: int) -> frozenset[str]:
        """Return the ids of entries that some group has not acknowledged. Raises `BusUnavailable`."""
        ...


class SweptBus(LatestValues, Protocol):
    """The part of the bus that a sweep needs."""

    @property
    def shelf(self) -> Outstanding:
        """Return the logs as seen from outside."""
        ...

    async def put(self, key: Key[M], value: M) -> None:
        """Replace the newest value. Raises `BusUnavailable`."""
        ...


class Sweep:
    """Looks every second, and sooner when the bell rings.

    Args:
        bus: the logs from outside, and the mark of the Redis they are in.
        ledger: the deliveries.
        relay: the way into Redis.
        absence: who is away.
        bell: rung for what waits.
        personas: every persona, the guide among them.
        nonce: unlike that of any other process, for the mark.
        clock: when something is due.
    """

    def __init__(
        self,
        bus: SweptBus,
        ledger: Ledger,
        *,
        relay: Relay,
        absence: Absence,
        bell: Bell,
        personas: Collection[str],
        nonce: str,
        clock: Clock,
    ) -> None:
        self._bus = bus
        self._ledger = ledger
        self._relay = relay
        self._absence = absence
        self._bell = bell
        self._personas = frozenset((*personas, GUIDE))
        self._carriers = sorted({relay.carrier(persona) for persona in self._personas})
        self._nonce = nonce
        self._epochs = 0
        self._epoch = ""
        self._clock = clock
        self._checked_at: dict[str, float] = {}
        relay.doubt(self._carriers)

    async def run(self) -> NoReturn:
        """Sweep until cancelled."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._bring_for_ever())
            while True:
                await self.look()
                await asyncio.sleep(EVERY)

    async def _bring_for_ever(self) -> NoReturn:
        while True:
            try:
                await self.bring()
            except Unavailable as error:
                log.warning("sweep_waits", reason=error.message)
                await asyncio.sleep(EVERY)
            await self._bell.heard(EVERY)

    async def look(self) -> None:
        """Look once for digests, for what was lost, and for what others must post."""
        try:
            await self._look_at_redis()
            await self._gather_digests()
            await self._give_away()
            for carrier in await self._doubtful():
                await self._compare(carrier)
        except Unavailable as error:
            log.warning("sweep_waits", reason=error.message)

    async def bring(self) -> None:
        """Append what waits and is due, in order, as far as there is room."""
        now = self._clock.now()
        async with self._ledger.read() as rows:
            waiting = await rows.outbox.counts("waiting", now)
            self._relay.learn(await rows.outbox.counts("queued", now), waiting.keys())
        carriers = {self._relay.carrier(persona) for persona, _ in waiting}
        for carrier in sorted(carriers):
            while self._relay.may_send(carrier):
                if await self._bring_some(carrier) < _AT_ONCE:
                    break

    async def _bring_some(self, carrier: str) -> int:
        now = self._clock.now()
        async with self._ledger.write() as rows:
            some = [
                *await rows.deliveries.find(self._waiting(carrier, is_urgent=True)),
                *await rows.deliveries.find(self._waiting(carrier, is_urgent=False)),
            ]
            assigned = self._relay.assign(some, frozenset(), now)
            queued = [row for row in assigned if row.status == "queued"]
            await rows.deliveries.queue([row.id for row in queued], at=now)
        self._relay.hand(queued)
        return len(queued)

    def _waiting(self, carrier: str, *, is_urgent: bool) -> Sought:
        return Sought(
            status="waiting",
            persona=self._whose(carrier),
            due_by=self._clock.now(),
            is_urgent=is_urgent,
            is_outside=False,
            limit=min(_AT_ONCE, self._relay.room(carrier, is_urgent=is_urgent)),
        )

    def _whose(self, carrier: str) -> str:
        """Return the persona that a bot posts for; empty for all."""
        return carrier if len(self._carriers) > 1 else ""

    async def _look_at_redis(self) -> None:
        """See whether Redis is there, and the one it was; another one, or an empty one, has no log."""
        found = await self._bus.latest(EPOCH)
        self._relay.is_well = True
        epoch = "" if found is None else found.value.id
        if not epoch:
            self._epochs += 1
            epoch = f"{self._nonce}-{self._epochs}"
            await self._bus.put(EPOCH, Epoch(id=epoch))
        if self._epoch and epoch != self._epoch:
            log.warning("redis_was_emptied", epoch=epoch)
            self._relay.doubt(self._carriers)
        self._epoch = epoch

    async def _gather_digests(self) -> None:
        async with self._ledger.read() as rows:
            is_due = bool(await rows.held.due_places(self._clock.now(), 1))
        while is_due:
            async with self._ledger.write() as rows:
                made = await gather(rows, self._clock.now())
            self._bell.ring()
            is_due = len(made) >= MOST_PLACES

    async def _give_away(self) -> None:
        """Let the guide post what absent or unknown personas have not; edits stay with who can make them."""
        now = self._clock.now()
        async with self._ledger.read() as rows:
            lines = [*await rows.outbox.counts("waiting", now), *await rows.outbox.counts("queued", now)]
        owing = frozenset(persona for persona, _ in lines)
        for persona in sorted(owing & (self._absence.absent() | (owing - self._personas))):
            count = 0
            while given := await self._give_some(persona):
                count += given
                self._bell.ring()
            if count:
                log.warning("deliveries_given_away", persona=persona, to=GUIDE, count=count)

    async def _give_some(self, persona: str) -> int:
        """Give away the first of a persona's deliveries; return how many, 0 where none is left."""
        await self._relay.until_idle()
        async with self._ledger.write() as rows:
            if persona in self._personas - self._absence.absent():  # it came while this waited
                return 0
            own = Sought(
                statuses=("waiting", "queued"),
                persona=persona,
                is_outside=False,
                has_message=False,
                limit=_GIVEN_AT_ONCE,
            )
            now = self._clock.now()
            given = []
            for row in await rows.deliveries.find(own):
                given.append(given_to(row, GUIDE, now))
                await _breathe(len(given))
            await rows.deliveries.put(given)
        return len(given)

    async def _doubtful(self) -> Sequence[str]:
        """Return the bots whose logs must be looked at: those in doubt, and those that are overdue."""
        now = self._clock.monotonic()
        overdue = {
            carrier
            for carrier in self._carriers
            if now - self._checked_at.get(carrier, now) >= OVERDUE.total_seconds()
        }
        for carrier in self._carriers:
            self._checked_at.setdefault(carrier, now)
        if overdue:
            async with self._ledger.read() as rows:
                late = await rows.outbox.overdue(self._clock.now() - OVERDUE)
            bots = {self._relay.carrier(persona) for persona in late}
            self._checked_at.update(dict.fromkeys(overdue - bots, now))
            self._relay.doubt(overdue & bots)
        return sorted(self._relay.in_doubt)

    async def _compare(self, carrier: str) -> None:
        """Find out what the log of a bot lacks, append that again, and trust it then."""
        await self._relay.until_idle()
        there: set[str] = set()
        unknown: set[bool] = set()
        for is_urgent in (False, True):
            name = deliveries(carrier, is_urgent=is_urgent).name
            found = await self._bus.shelf.outstanding(name, most=_MOST)
            there |= found
            if len(found) >= _MOST:
                unknown.add(is_urgent)
        await self._catch_up()
        async with self._ledger.write() as rows:
            lost = await self._lost(rows, carrier, there, unknown)
        self._checked_at[carrier] = self._clock.monotonic()
        self._relay.trust(carrier)
        self._relay.hand(replace(row, tries=row.tries + 1) for row in lost)
        self._bell.ring()
        if lost:
            log.warning("deliveries_appended_again", bot=carrier, count=len(lost))

    async def _lost(
        self, rows: Rows, carrier: str, there: Collection[str], unknown: Collection[bool]
    ) -> list[DeliveryRow]:
        """Queue again what is not `there`, and return it; of logs that are not `unknown`."""
        ids: list[str] = []
        for is_urgent in sorted({False, True}.difference(unknown)):
            queued = Sought(
                status="queued", persona=self._whose(carrier), is_urgent=is_urgent, is_outside=False
            )
            ids += [id_ for id_ in await rows.deliveries.ids(queued) if id_ not in there]
        lost = await rows.deliveries.of(ids)
        await rows.deliveries.queue(ids, at=self._clock.now())
        return lost

    async def _catch_up(self) -> None:
        """Wait until the receipts that are there by now are kept; for a while, should that not go on."""
        then = await self._bus.shelf.outstanding(RECEIPTS.name, most=_MOST)
        for _ in range(_CATCHING_UP):
            if not then & await self._bus.shelf.outstanding(RECEIPTS.name, most=_MOST):
                return
            await asyncio.sleep(_LOOK_AGAIN)
        log.warning("receipts_lag_behind", count=len(then))


async def _breathe(count: int) -> None:
    """Let others work, after each few hundred of many."""
    if count % _BREATH == 0:
        await asyncio.sleep(0)
