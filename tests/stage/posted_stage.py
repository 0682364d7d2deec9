"""Bots on a real bus that post to nowhere and note what they were handed, and waiting for what is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from delivery_stage import PERSONAS

from services.alerts.posts import RECEIPTS, Delivery, Receipt, deliveries
from services.bus.bus import Bus
from services.bus.messages import Entry
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow
from services.store.store import Store


class Posted:
    """What bots posted: by the id of the delivery, when, and whether it was said to be a repeat."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.repeats: dict[str, list[bool]] = {}

    def bots(self, bus: Bus) -> list[Coroutine[Any, Any, None]]:
        return [
            bus.carry(
                deliveries(persona, is_urgent=is_urgent),
                "courier",
                self._post,
                into=RECEIPTS,
                order=lambda delivery: delivery.order,
                buried=lambda delivery, reason: _receipt(delivery, failure=reason),
            )
            for persona in PERSONAS
            for is_urgent in (True, False)
        ]

    async def _post(self, entry: Entry[Delivery]) -> Receipt:
        self.times.setdefault(entry.message.id, []).append(time.perf_counter())
        self.repeats.setdefault(entry.message.id, []).append(entry.message.is_again)
        return _receipt(entry.message)


def _receipt(delivery: Delivery | None, failure: str = "") -> Receipt:
    assert delivery is not None
    return Receipt(
        delivery=delivery.id,
        persona=delivery.persona,
        at=datetime.now(UTC),
        channel_id=delivery.channel_id,
        message_id="" if failure else f"m-{delivery.id}",
        failure="poison" if failure else "",
    )


async def rows_of(store: Store, **sought: Any) -> list[DeliveryRow]:
    async with store.read() as rows:
        return await rows.deliveries.find(Sought(**sought))


async def until(store: Store, is_so: Callable[[list[DeliveryRow]], bool], within: float = 8.0) -> None:
    async with asyncio.timeout(within):
        while not is_so(await rows_of(store)):  # noqa: ASYNC110 - a row sets no event
            await asyncio.sleep(0.05)


def all_sent(count: int) -> Callable[[list[DeliveryRow]], bool]:
    return lambda rows: len(rows) == count and all(row.status == "sent" for row in rows)
