"""Which accounts are watched: those that were ever used, and every live one."""

from __future__ import annotations

from collections.abc import Sequence

from services.store.trading_rows import AccountRow
from services.trading.intents.register import Register
from services.trading.ports import Sessions


class Roster:
    """An account that nobody has used is not opened: it holds nothing that the desk could lose."""

    def __init__(self, register: Register, sessions: Sessions) -> None:
        self._register = register
        self._sessions = sessions
        self._used: set[str] = set()
        self._unused: set[str] = set()
        """Those that had no intent when they were looked at; one that gets one is noted."""

    def note(self, account_id: str) -> None:
        """Note that an account is used."""
        self._used.add(account_id)

    async def watched(self) -> Sequence[AccountRow]:
        """Return the active accounts to watch. Raises `StoreUnavailable`."""
        return [row for row in await self._sessions.all_active() if await self._is_used(row)]

    async def _is_used(self, row: AccountRow) -> bool:
        if row.mode == "live" or row.id in self._used:
            return True
        if row.id not in self._unused:
            had_any = await self._register.has_any(row.id)
            (self._used if had_any else self._unused).add(row.id)
        return row.id in self._used
