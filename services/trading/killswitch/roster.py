"""Which accounts there are, remembered for the moment when nobody can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from services.bus.guard import Done, attempt, trace_of, within
from services.store.trading_rows import AccountRow
from services.trading.killswitch.reach import Target

_EVERY_SECONDS: Final = 2.0
_WITHIN_SECONDS: Final = 0.3

log = structlog.get_logger(__name__)

AllActive = Callable[[], Awaitable[Sequence[AccountRow]]]


class Roster:
    """The active accounts. `Sessions.all_active` is asked every other second, and before each firing."""

    def __init__(self, all_active: AllActive) -> None:
        self._all_active = all_active
        self._known: tuple[AccountRow, ...] | None = None

    @property
    def known(self) -> tuple[AccountRow, ...]:
        """Return the accounts that were read last; none before the first time."""
        return self._known or ()

    @property
    def read(self) -> tuple[AccountRow, ...] | None:
        """Return the same; None before the first time."""
        return self._known

    @property
    def is_known(self) -> bool:
        """Return whether they were read at all."""
        return self._known is not None

    async def now(self, seconds: float = _WITHIN_SECONDS) -> tuple[AccountRow, ...]:
        """Return the accounts as they are now, or, where that cannot be had soon, as they were last read."""
        ended = await attempt(within(seconds, self._read()))
        if isinstance(ended, Done):
            self._known = ended.value
        else:
            error = ended.error
            log.warning("accounts_not_read", reason=_words(error), exc_info=trace_of(error))
        return self.known

    async def run(self) -> None:
        """Keep them, until cancelled."""
        while True:
            await self.now(_EVERY_SECONDS)
            await asyncio.sleep(_EVERY_SECONDS)

    async def _read(self) -> tuple[AccountRow, ...]:
        return tuple(await self._all_active())


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def target_of(row: AccountRow) -> Target:
    """Return what flattening needs to know of an account."""
    return Target(id=row.id, name=row.name, mode=row.mode)
