"""Waits a moment for what comes right after an order is accepted: the end of one at the market.

Belongs here: waiting, beside every lock, for what others write. Does not belong here: what is said of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from services.memory import Shared
from services.store.trading_rows import IntentRow
from services.trading.orders.plans.plan import FINAL
from services.trading.ports import IntentDesk

WAIT_SECONDS: Final = 0.4
"""How long at most for the fill of an order at the market, which comes right after it was accepted."""


class Arrivals:
    """Of all orders. It listens to intents, as `IntentListener`."""

    def __init__(self, intents: IntentDesk, *, seconds: float = WAIT_SECONDS) -> None:
        self._intents = intents
        self._seconds = seconds
        self._waiting: dict[str, asyncio.Event] = {}
        self._under_way: Shared[str, IntentRow] = Shared()

    async def changed(self, row: IntentRow, before: str) -> None:
        """Hear that an intent stands otherwise."""
        del before
        if row.status in FINAL and row.id in self._waiting:
            self._waiting[row.id].set()

    async def of(self, rows: Sequence[IntentRow]) -> Sequence[IntentRow]:
        """Return the rows as they stand once those at the market are over, or the wait is."""
        return await asyncio.gather(*(self._of(row) for row in rows))

    async def _of(self, row: IntentRow) -> IntentRow:
        if row.kind != "market" or row.status != "open":
            return row
        return await self._under_way.once(row.id, lambda: self._awaited(row))

    async def _awaited(self, row: IntentRow) -> IntentRow:
        over = self._waiting[row.id] = asyncio.Event()
        try:
            known = await self._intents.row(row.id) or row  # it may have been over before anybody listened
            if known.status in FINAL:
                return known
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await over.wait()
        finally:
            del self._waiting[row.id]
        return await self._intents.row(row.id) or row
