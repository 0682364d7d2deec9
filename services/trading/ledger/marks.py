"""What accounts were worth: a mark every few minutes, after a month each day's first, highest and lowest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import structlog

from services.clock import Clock
from services.errors import OmegaError
from services.store.store import Store
from services.store.trading_rows import EquityRow, FillRow, FundingRow
from services.trading.ledger.moving import held_in, with_moves
from services.trading.ports import EquityPoint, Picture, Pictures

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=5)
"""Midnight is a multiple of it, so that each day's first mark is of its beginning."""
_AGE: Final = 30.0
"""Seconds that a picture may be old, but at midnight."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOW: Final = 10.0
"""Seconds that a picture may be old in which a move is looked for."""
_LOOK_BACK: Final = timedelta(hours=1)
_FEW: Final = 12
_KEPT_WHOLE: Final = timedelta(days=30)
_A_TIME: Final = 500
"""Rows that are let go of in one transaction: others wait for it."""


class EquityMarks:
    """The marks of all accounts."""

    def __init__(self, store: Store, *, pictures: Pictures, clock: Clock) -> None:
        self._store = store
        self._pictures = pictures
        self._clock = clock
        self._begun: set[str] = set()

    async def begin(self, account_id: str) -> bool:
        """Keep the first mark of an account that has none yet; return whether it did.

        Without it, a desk that dies before the next round could not tell what the day began with, and would
        let nothing through. Raises as `Pictures.of`.
        """
        if account_id in self._begun:
            return False
        async with self._store.read() as rows:
            has_marks = bool(await rows.trading.equity.count(account_id=account_id))
        is_new = not has_marks and await self.mark(account_id)
        if has_marks or is_new:
            self._begun.add(account_id)
        return is_new

    async def mark(self, account_id: str) -> bool:
        """Keep what an account is worth now; False where that cannot be told. Raises as `Pictures.of`.

        A picture of some seconds before the moment that is marked counts as of it; that of midnight is new.
        """
        now = self._clock.now()
        slot = now - (now - _EPOCH) % EVERY
        is_midnight = slot.time() == time.min
        picture = await self._pictures.of(account_id, max_age=0.0 if is_midnight else _AGE)
        if picture.equity is None:
            return False
        async with self._store.write() as rows:
            await rows.trading.equity.put(_row(picture, picture.equity, max(picture.at, slot)))
        return True

    async def with_moves(
        self,
        account_id: str,
        since: datetime | None,
        fills: Sequence[FillRow],
        fundings: Sequence[FundingRow],
    ) -> list[EquityPoint]:
        """Return the marks of an account with what was moved in or out, oldest first.

        Where it was moved since the last mark, one of now is kept at once.
        """
        reading = None if since is None else since - _LOOK_BACK
        marks = await self._rows(account_id, reading)
        now = await self._seen(account_id)
        is_later = now is not None and bool(marks) and now.at > marks[-1].at
        if now is not None and is_later and with_moves([*marks[-_FEW:], now], fills, fundings)[-1].moved:
            async with self._store.write() as rows:
                await rows.trading.equity.put(now)
            marks.append(now)
        found = await asyncio.to_thread(with_moves, marks, fills, fundings)
        return [one for one in found if since is None or one.at >= since]

    async def _seen(self, account_id: str) -> EquityRow | None:
        try:
            picture = await self._pictures.of(account_id, max_age=_NOW)
        except OmegaError as error:
            log.info("moves_not_seen", account=account_id, code=error.code)
            return None
        return None if picture.equity is None else _row(picture, picture.equity, picture.at)

    async def first(self, account_id: str) -> list[EquityRow]:
        """Return the first few marks of an account, oldest first."""
        async with self._store.read() as rows:
            return await rows.trading.equity.where(account_id=account_id, by="at", limit=_FEW)

    def forget_but(self, accounts: AbstractSet[str]) -> None:
        """Let go of what is remembered of other accounts."""
        self._begun &= accounts

    async def since(self, account_id: str, since: datetime | None) -> list[EquityPoint]:
        """Return the marks of an account, oldest first."""
        return [EquityPoint(at=one.at, equity=one.equity) for one in await self._rows(account_id, since)]

    async def _rows(self, account_id: str, since: datetime | None) -> list[EquityRow]:
        async with self._store.read() as rows:
            return await rows.trading.equity.where(
                account_id=account_id, by="at", since=None if since is None else ("at", since)
            )

    async def prune(self) -> int:
        """Let go of old marks but the first, highest and lowest of each day; return how many went.

        A drawdown is then what it was before.
        """
        async with self._store.read() as rows:
            accounts = await rows.trading.accounts.where()
        return sum([await self._thin(one.id) for one in accounts])

    async def _thin(self, account_id: str) -> int:
        until = self._clock.now() - _KEPT_WHOLE
        async with self._store.read() as rows:
            old = await rows.trading.equity.where(account_id=account_id, by="at", until=("at", until))
        days: dict[date, list[EquityRow]] = {}
        for one in old:
            days.setdefault(one.at.date(), []).append(one)
        gone = [one for day in days.values() for one in _between(day)]
        for place in range(0, len(gone), _A_TIME):
            async with self._store.write() as rows:
                for one in gone[place : place + _A_TIME]:
                    await rows.trading.equity.delete(account_id=one.account_id, at=one.at)
        return len(gone)


def _row(picture: Picture, equity: Decimal, at: datetime) -> EquityRow:
    return EquityRow(
        account_id=picture.row.id,
        at=at,
        user_id=picture.row.user_id,
        equity=equity,
        currency=picture.currency,
        held=held_in(picture),
    )


def _between(day: list[EquityRow]) -> list[EquityRow]:
    """Return the marks of a day that are neither its first, nor its highest, nor its lowest."""
    kept = {day[0].at, max(day, key=_equity).at, min(day, key=_equity).at}
    return [one for one in day if one.at not in kept]


def _equity(row: EquityRow) -> Decimal:
    return row.equity
