"""Sends what goes out by a way of farm.yaml: each way by itself, one delivery after the other, in order.

Nothing of it is put into Redis; the row waits in the database until the way has taken it. How each way works
belongs to `ways`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
_AT_ONCE: Final = 1_000
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
                    for place, rows in (await self._waiting()).items():
                        if place not in self._at_work:
                            self._at_work.add(place)
                            tasks.create_task(self._work(place, rows))
                except StoreUnavailable as error:
                    log.warning("ways_wait", reason=error.message)
                await asyncio.sleep(_EVERY)

    async def _waiting(self) -> dict[str, list[DeliveryRow]]:
        wanted = Sought(status="waiting", due_by=self._clock.now(), is_outside=True, limit=_AT_ONCE)
        found: dict[str, list[DeliveryRow]] = {}
        async with self._ledger.read() as rows:
            for row in await rows.deliveries.find(wanted):
                found.setdefault(row.place, []).append(row)
        return found

    async def _work(self, place: str, rows: Sequence[DeliveryRow]) -> None:
        try:
            for row in rows:
                if not await self._send(place, row):
                    break
        except StoreUnavailable as error:
            log.warning("way_waits", place=place, reason=error.message)
        finally:
            self._at_work.discard(place)

    async def _send(self, place: str, row: DeliveryRow) -> bool:
        """Send one; return whether the next one may follow at once."""
        pause = self._pauses.setdefault(place, _Pause())
        if self._clock.monotonic() < pause.until:
            return False
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._ways.send(place.removeprefix(WAY), body_of(row))
        except (Unavailable, TimeoutError) as error:
            return await self._try_later(row, pause, error)
        except OmegaError as error:
            await self._settle(self._receipt(row, error.message))
        else:
            await self._settle(self._receipt(row))
        self._pauses.pop(place)
        return True

    async def _try_later(self, row: DeliveryRow, pause: _Pause, error: Unavailable | TimeoutError) -> bool:
        reason = error.message if isinstance(error, Unavailable) else "It did not answer in time."
        if self._clock.now() - row.created_at > GIVEN_UP_AFTER:
            await self._settle(self._receipt(row, reason))
            return True
        asked = error.facts.get("retry_after") if isinstance(error, Unavailable) else None
        wait = min(_FIRST_PAUSE * 2**pause.failures, _LONGEST_PAUSE)
        if isinstance(asked, int | float):
            wait = max(wait, float(asked))
        pause.failures += 1
        pause.until = self._clock.monotonic() + wait
        log.info("way_is_away", place=row.place, delivery=row.id, again_in=wait, reason=reason)
        tried = replace(row, tries=row.tries + 1, reason=reason[:500], updated_at=self._clock.now())
        async with self._ledger.write() as rows:
            if [kept.status for kept in await rows.deliveries.of([row.id])] == ["waiting"]:
                await rows.deliveries.put([tried])
        return False

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
