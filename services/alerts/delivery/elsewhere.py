"""Sends what goes out by a way of farm.yaml: each way by itself, one delivery after the other, in order.

Nothing of it is put into Redis; the row waits in the database until the way has taken it. From its first try
on it is queued, because it may be out: what comes of its alert from then on is a message of its own. How each
way works belongs to `ways`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final, NoReturn

import structlog

from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import body_of
from services.alerts.delivery.places import GIVEN_UP_AFTER, WAY, Ways
from services.alerts.delivery.receipts import Receipts
from services.alerts.posts import Receipt
from services.clock import Clock
from services.errors import OmegaError, StoreUnavailable, Unavailable
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow

_EVERY: Final = 1.0
_PATIENCE: Final = 60.0
_OPEN: Final = ("waiting", "queued")
_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 300.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Pause:
    """After how many failures in a row a way is tried again, and when."""

    failures: int = 0
    until: float = 0.0


class Elsewhere:
    """Looks every second for what goes out by a way.

    Args:
        ledger: the deliveries.
        ways: what sends them.
        receipts: hears what became of them.
        clock: when a way is tried again, and when it is given up.
    """

    def __init__(self, ledger: Ledger, *, ways: Ways, receipts: Receipts, clock: Clock) -> None:
        self._ledger = ledger
        self._ways = ways
        self._receipts = receipts
        self._clock = clock
        self._pauses: dict[str, _Pause] = {}
        self._at_work: set[str] = set()

    async def run(self) -> NoReturn:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                try:
                    for place in await self._ready():
                        self._at_work.add(place)
                        tasks.create_task(self._work(place))
                except StoreUnavailable as error:
                    log.warning("ways_wait", reason=error.message)
                await asyncio.sleep(_EVERY)

    async def _ready(self) -> list[str]:
        """Return the places for which something is due, but those at work or in their pause."""
        async with self._ledger.read() as rows:
            due = await rows.outbox.due_outside(self._clock.now())
        return [place for place in due if place not in self._at_work and not self._is_in_pause(place)]

    def _is_in_pause(self, place: str) -> bool:
        pause = self._pauses.get(place)
        return pause is not None and self._clock.monotonic() < pause.until

    async def _work(self, place: str) -> None:
        try:
            while not self._is_in_pause(place) and (row := await self._next(place)) is not None:
                await self._send(place, row)
        except StoreUnavailable as error:
            log.warning("way_waits", place=place, reason=error.message)
        finally:
            self._at_work.discard(place)

    async def _next(self, place: str) -> DeliveryRow | None:
        """Queue the first delivery that is due there, as it is by now, and return it."""
        now = self._clock.now()
        async with self._ledger.write() as rows:
            first = Sought(statuses=_OPEN, place=place, due_by=now, limit=1)
            found = await rows.deliveries.find(first)
            await rows.deliveries.queue([row.id for row in found], at=now)
        return replace(found[0], status="queued", tries=found[0].tries + 1) if found else None

    async def _send(self, place: str, row: DeliveryRow) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._ways.send(place.removeprefix(WAY), body_of(row))
        except (Unavailable, TimeoutError) as error:
            await self._try_later(row, error)
            return
        except OmegaError as error:
            await self._settle(self._receipt(row, error.message))
        else:
            await self._settle(self._receipt(row))
        self._pauses.pop(place, None)

    async def _try_later(self, row: DeliveryRow, error: Unavailable | TimeoutError) -> None:
        reason = error.message if isinstance(error, Unavailable) else "It did not answer in time."
        if self._clock.now() - row.created_at > GIVEN_UP_AFTER:
            await self._settle(self._receipt(row, reason))
            return
        pause = self._pauses.setdefault(row.place, _Pause())
        asked = error.facts.get("retry_after") if isinstance(error, Unavailable) else None
        wait = min(_FIRST_PAUSE * 2**pause.failures, _LONGEST_PAUSE)
        if isinstance(asked, int | float):
            wait = max(wait, float(asked))
        pause.failures += 1
        pause.until = self._clock.monotonic() + wait
        log.info("way_is_away", place=row.place, delivery=row.id, again_in=wait, reason=reason)
        async with self._ledger.write() as rows:
            kept = [one for one in await rows.deliveries.of([row.id]) if one.status in _OPEN]
            await rows.deliveries.put([replace(one, reason=reason[:500]) for one in kept])

    async def _settle(self, receipt: Receipt) -> None:
        """Keep what became of it, however long the database is away: else it would be sent again."""
        while True:
            try:
                await self._receipts.settle([receipt])
            except StoreUnavailable as error:
                log.warning("receipt_waits", delivery=receipt.delivery, reason=error.message)
                await asyncio.sleep(_EVERY)
            else:
                return

    def _receipt(self, row: DeliveryRow, refusal: str = "") -> Receipt:
        return Receipt(
            delivery=row.id,
            persona=row.persona,
            at=self._clock.now(),
            message_id="" if refusal else row.id,
            failure="refused" if refusal else "",
            reason=refusal,
        )
