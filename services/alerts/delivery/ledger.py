"""The one turn to write deliveries: who decides by what is there is not overtaken by who changes it.

SQLite has one writer anyway; on PostgreSQL a receipt could otherwise be kept between looking for a post and
adding its edit, which would then wait for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.store.store import Rows, Store


class Ledger:
    """The deliveries of a store, written by one task of this process at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Rows]:
        """Open a transaction as `Store.write` does, when it is this task's turn."""
        async with self._turn, self._store.write() as rows:
            yield rows

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Rows]:
        """Open a view as `Store.read` does."""
        async with self._store.read() as rows:
            yield rows
