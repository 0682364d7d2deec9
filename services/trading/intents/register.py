"""The rows of intents: written, read and moved forward, each move told after its commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, NamedTuple

from services.store.keeping import KeptRows
from services.store.store import Store
from services.store.trading_rows import IntentRow
from services.trading.intents.turns import Turns
from services.trading.ports import IntentListener, Tenure

Move = Callable[[IntentRow], IntentRow | None]
"""Returns a row as it is to be, or None to leave it; may be asked more than once."""


class Moved(NamedTuple):
    """How a row stood and how it stands."""

    before: IntentRow
    after: IntentRow

    @property
    def is_news(self) -> bool:
        """Return whether anything changed."""
        return self.before != self.after


class Register:
    """Every intent there is. The verbs raise `StoreUnavailable`. What is sent is written in turn only."""

    def __init__(
        self, store: Store, turns: Turns, tenure: Tenure, listeners: Sequence[IntentListener] = ()
    ) -> None:
        self._store = store
        self._turns = turns
        self._tenure = tenure
        self.listeners = list(listeners)

    async def add(self, row: IntentRow) -> tuple[IntentRow, bool]:
        """Write a row; return it as it stands, and whether it is new. Raises as `Tenure.guard`."""
        async with self._store.write() as rows:
            await self._tenure.guard(rows)
            if await rows.trading.intents.add(row):
                return row, True
            known = await rows.trading.intents.get(row.id)
        if known is None:
            raise ValueError(f"the client id {row.client_id} belongs to another intent than {row.id}")
        return known, False

    async def move(self, row: IntentRow, move: Move) -> Moved:
        """Move a row, which is taken as it stands now, whether or not that is as it was read.

        Raises:
            Unavailable: it would be on its way to the venue from now on, and another desk trades.
        """
        async with self._store.write() as rows:
            moved = await self._moved(rows.trading.intents, row, move)
            if moved.is_news and moved.after.status == "sending":
                await self._tenure.guard(rows)
        if moved.is_news:
            for listener in self.listeners:
                work = partial(listener.changed, moved.after, moved.before.status)
                self._turns.put(f"listener:{row.account_id}", work)
        return moved

    @staticmethod
    async def _moved(intents: KeptRows[IntentRow], row: IntentRow, move: Move) -> Moved:
        """Write over the very row that was read; where another has moved it since then, read it again."""
        wanted = move(row)
        if wanted is not None and await intents.change(
            row.id, only_if={"status": row.status, "updated_at": row.updated_at}, **_changed(row, wanted)
        ):
            return Moved(row, wanted)
        known = await intents.get(row.id) or row
        after = move(known)
        if after is None:
            return Moved(known, known)
        await intents.change(row.id, **_changed(known, after))
        return Moved(known, after)

    async def get(self, intent_id: str) -> IntentRow | None:
        """Return an intent."""
        async with self._store.read() as rows:
            return await rows.trading.intents.get(intent_id)

    async def of_order(
        self, account_id: str, *, order_id: str = "", client_id: str | None = None
    ) -> IntentRow | None:
        """Return the intent of an order of an account, by either of its ids."""
        async with self._store.read() as rows:
            found = (
                await rows.trading.intents.where(client_id=client_id, account_id=account_id)
                if client_id
                else []
            )
            if not found and order_id:
                found = await rows.trading.intents.where(order_id=order_id, account_id=account_id)
        return found[0] if found else None

    async def standing(self, *statuses: str, account_id: str = "") -> Sequence[IntentRow]:
        """Return the intents in one of these states, of one account or of all."""
        async with self._store.read() as rows:
            intents = rows.trading.intents
            if account_id:
                return await intents.where(status=statuses, account_id=account_id, by="created_at")
            return await intents.where(status=statuses, by="created_at")

    async def in_market(self, account_id: str, market: str) -> Sequence[IntentRow]:
        """Return the intents of an account in a market, newest first, a hundred at most."""
        async with self._store.read() as rows:
            return await rows.trading.intents.where(
                account_id=account_id, market=market, by="created_at", newest=True, limit=100
            )

    async def has_any(self, account_id: str) -> bool:
        """Return whether an account ever had an intent."""
        async with self._store.read() as rows:
            return bool(await rows.trading.intents.where(account_id=account_id, limit=1))


def _changed(before: IntentRow, after: IntentRow) -> dict[str, Any]:
    names = [one.name for one in fields(IntentRow)]
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
