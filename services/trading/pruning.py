"""Lets go of cards that nobody can press any more: tickets, and proposals that were decided.

Belongs here: what the desk keeps only for whoever presses again. The journal, fills and intents stay.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from services.clock import Clock
from services.errors import StoreUnavailable
from services.store.store import Rows, Store

KEPT_FOR: Final = timedelta(days=30)
_EVERY: Final = 86_400.0
_AT_ONCE: Final = 500
_BREATH: Final = 0.05
_DECIDED: Final = ("approved", "rejected", "expired")

log = structlog.get_logger(__name__)


class Pruning:
    """Looks every day for what was drafted `KEPT_FOR` ago."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self) -> NoReturn:
        """Prune until cancelled."""
        while True:
            try:
                await self.prune()
            except StoreUnavailable as error:
                log.info("nothing_pruned", reason=error.message)
            await asyncio.sleep(_EVERY)

    async def prune(self) -> None:
        """Delete all that is old enough, a little at a time. Raises `StoreUnavailable`."""
        before = self._clock.now() - KEPT_FOR
        is_more = True
        while is_more:
            async with self._store.write() as rows:
                is_more = await _pruned(rows, before)
            await asyncio.sleep(_BREATH)


async def _pruned(rows: Rows, before: datetime) -> bool:
    """Delete some, and return whether there may be more."""
    until = ("created_at", before)
    tickets = await rows.trading.tickets.where(until=until, limit=_AT_ONCE)
    proposals = await rows.trading.proposals.where(until=until, status=_DECIDED, limit=_AT_ONCE)
    await rows.trading.tickets.delete(id=[one.id for one in tickets])
    await rows.trading.proposals.delete(id=[one.id for one in proposals])
    return _AT_ONCE in {len(tickets), len(proposals)}
