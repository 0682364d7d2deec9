"""Which of several processes leads: a lease in the database with a token that fences its writes.

A lease alone stops nobody who was frozen while it ended. So whatever the leader writes is written in a
transaction that asks `LeaseRows.is_valid` of the token it has: one that another has overtaken writes nothing.

Source: M. Kleppmann, How to do distributed locking, 2016,
https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.clock import Clock
from services.errors import StoreUnavailable
from services.store.rows import LeaseRow
from services.store.store import Store

LEASE_SECONDS: Final = 5.0
_RENEWALS: Final = 3.3
"""In a lease."""
_LOOKS: Final = 12.5
"""In a lease, of one who waits for its end."""

log = structlog.get_logger(__name__)


def _is_never_known(_holder: str) -> bool:
    return False


class Leader:
    """One who would lead. `run` takes the lease when it can, and keeps it.

    Nothing here depends on wall time, which may jump: the holder renews by its own monotonic clock, and
    another takes over once it has seen the row unchanged for a whole lease by its own. `until` is for people.

    Args:
        store: where the lease is kept.
        name: of the lease.
        holder: this process and no other, not even the same one before it was restarted.
        clock: monotonic time for all decisions.
        seconds: how long a lease is.
        is_gone: whether a holder has certainly ended, so that its lease need not be waited for.
    """

    def __init__(
        self,
        store: Store,
        *,
        name: str,
        holder: str,
        clock: Clock,
        seconds: float = LEASE_SECONDS,
        is_gone: Callable[[str], bool] = _is_never_known,
    ) -> None:
        self.name = name
        self.was_overtaken = asyncio.Event()
        """Set once another has taken a lease that was held here."""
        self._store = store
        self._holder = holder
        self._clock = clock
        self._seconds = seconds
        self._is_gone = is_gone
        self._token: int | None = None
        self._renewed_at = 0.0
        self._seen: LeaseRow | None = None
        self._seen_at = 0.0

    @property
    def token(self) -> int | None:
        """Return the token to write with; None for one who does not lead, or no longer knows that it does."""
        is_running = self._clock.monotonic() - self._renewed_at < self._seconds
        return self._token if is_running else None

    async def run(self) -> None:
        """Lead or wait to lead until cancelled, and then let go of the lease."""
        try:
            while True:
                await self.step()
                parts = _LOOKS if self._token is None else _RENEWALS
                await asyncio.sleep(self._seconds / parts)
        finally:
            await self._give_back()

    async def step(self) -> None:
        """Renew the lease, or take it where it has ended. A database that is away changes nothing."""
        try:
            if self._token is None:
                await self._try_to_take()
            else:
                await self._renew(self._token)
        except StoreUnavailable as error:
            log.warning("lease_not_reached", lease=self.name, reason=error.message)

    async def _renew(self, token: int) -> None:
        began = self._clock.monotonic()
        async with self._store.write() as rows:
            is_kept = await rows.leases.renew(self.name, token, until=self._until())
        if is_kept:
            self._renewed_at = began
            return
        log.warning("lease_lost", lease=self.name, token=token)
        self._token, self._seen = None, None
        self.was_overtaken.set()

    async def _try_to_take(self) -> None:
        async with self._store.read() as rows:
            found = await rows.leases.get(self.name)
        began = self._clock.monotonic()
        if found != self._seen:
            self._seen, self._seen_at = found, began
        if found is not None and not self._is_free(found, began):
            return
        over = 0 if found is None else found.token
        async with self._store.write() as rows:
            self._token = await rows.leases.take(self.name, self._holder, over=over, until=self._until())
        if self._token is not None:
            self._renewed_at = began
            log.info("lease_taken", lease=self.name, token=self._token)

    def _is_free(self, found: LeaseRow, now: float) -> bool:
        has_ended = now - self._seen_at >= self._seconds
        return has_ended or not found.holder or self._is_gone(found.holder)

    async def _give_back(self) -> None:
        if self._token is None:
            return
        token, self._token = self._token, None
        try:
            async with self._store.write() as rows:
                await rows.leases.give_back(self.name, token)
        except StoreUnavailable as error:
            log.info("lease_left_to_end", lease=self.name, reason=error.message)

    def _until(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._seconds)
