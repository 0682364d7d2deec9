"""What accounts were worth: a mark every few minutes, and after a month the first of each day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from services.clock import Clock
from services.store.store import Store
from services.store.trading_rows import EquityRow
from services.trading.ports import EquityPoint, Pictures

EVERY: Final = timedelta(minutes=5)
"""Midnight is a multiple of it, so that each day's first mark is of its beginning."""
_KEPT_WHOLE: Final = timedelta(days=30)
_A_TIME: Final = 500
"""Rows that are let go of in one transaction: others wait for it."""


class EquityMarks:
    """The marks of all accounts."""

    def __init__(self, store: Store, *, pictures: Pictures, clock: Clock) -> None:
        self._store = store
        self._pictures = pictures
        self._clock = clock

    async def mark(self, account_id: str) -> bool:
        """Keep what an account is worth now; False where that cannot be told. Raises as `Pictures.of`."""
        picture = await self._pictures.of(account_id, max_age=30.0)
        if picture.equity is None:
            return False
        async with self._store.write() as rows:
            await rows.trading.equity.add(
                EquityRow(
                    account_id=account_id,
                    at=picture.at,
                    user_id=picture.row.user_id,
                    equity=picture.equity,
                    currency=picture.currency,
                )
            )
        return True

    async def since(self, account_id: str, since: datetime | None) -> list[EquityPoint]:
        """Return the marks of an account, oldest first."""
        async with self._store.read() as rows:
            found = await rows.trading.equity.where(
                account_id=account_id, by="at", since=None if since is None else ("at", since)
            )
        return [EquityPoint(at=one.at, equity=one.equity) for one in found]

    async def prune(self) -> int:
        """Let go of old marks but the first of each day; return how many went."""
        until = self._clock.now() - _KEPT_WHOLE
        async with self._store.read() as rows:
            old = await rows.trading.equity.where(by="at", until=("at", until))
        firsts: dict[tuple[str, object], datetime] = {}
        for one in old:
            firsts.setdefault((one.account_id, one.at.date()), one.at)
        gone = [one for one in old if firsts[one.account_id, one.at.date()] != one.at]
        for place in range(0, len(gone), _A_TIME):
            async with self._store.write() as rows:
                for one in gone[place : place + _A_TIME]:
                    await rows.trading.equity.delete(account_id=one.account_id, at=one.at)
        return len(gone)
