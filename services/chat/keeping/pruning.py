"""Lets go of conversations, of what answers rest on, and of what models cost, once they are old."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from services.clock import Clock
from services.errors import StoreUnavailable
from services.store.store import Rows, Store

_EVERY: Final = 3_600.0
_AT_ONCE: Final = 200
_BREATH: Final = 0.05

log = structlog.get_logger(__name__)


class Pruning:
    """Looks every hour for what was said `keep_for` ago. What members let be remembered stays."""

    def __init__(self, store: Store, *, clock: Clock, keep_for: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._keep_for = keep_for

    async def run(self) -> NoReturn:
        """Prune until cancelled."""
        while True:
            try:
                await self.prune()
            except StoreUnavailable as error:
                log.info("no_conversations_pruned", reason=error.message)
            await asyncio.sleep(_EVERY)

    async def prune(self) -> None:
        """Delete all that is old enough, a little at a time. Raises `StoreUnavailable`."""
        before = self._clock.now() - self._keep_for
        is_more = True
        while is_more:
            async with self._store.write() as rows:
                is_more = await _pruned(rows, before) == _AT_ONCE
            await asyncio.sleep(_BREATH)


async def _pruned(rows: Rows, before: datetime) -> int:
    """Delete some, and return the most that were of one table."""
    chat = rows.chat
    return max(
        await chat.turns.drop_until("at", before, most=_AT_ONCE),
        await chat.summaries.drop_until("through", before, most=_AT_ONCE),
        await chat.answers.drop_until("at", before, most=_AT_ONCE),
        await chat.spend.drop_until("day", before.date().isoformat(), most=_AT_ONCE),
    )
