"""The repositories of conversation, within one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import delete, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import chat_rows as rows
from services.store import chat_tables as tables
from services.store.inserting import insert_into
from services.store.keeping import KeptRows

Row = TypeVar("Row")
_COUNTED: Final = ("tokens_given", "tokens_written", "requests", "answers", "cost")
"""What is added up; a cost that is not known for a part is not known for the whole."""


class FadingRows(KeptRows[Row]):
    """Rows that are let go of once they are old."""

    async def drop_until(self, column: str, moment: datetime | str, *, most: int) -> int:
        """Delete up to `most` rows whose `column` is before `moment`; return how many went."""
        keys = tuple_(*self._keys)
        old = select(*self._keys).where(self._table.c[column] < moment).limit(most)
        return (await self._connection.execute(delete(self._table).where(keys.in_(old)))).rowcount


class SpendRows(FadingRows[rows.ChatSpendRow]):
    """What was spent, counted up where it stands."""

    async def count_up(self, *spent: rows.ChatSpendRow) -> None:
        """Add what was spent to the rows of the same keys."""
        for row in spent:
            await self._connection.execute(self._adding(row))

    async def unname(self, user_id: str) -> int:
        """Take a member out of the rows, which go on counting; return how many there were."""
        named = await self.where(user_id=user_id)
        await self.count_up(*(replace(row, user_id="") for row in named))
        return await self.delete(user_id=user_id)

    def _adding(self, row: rows.ChatSpendRow) -> Any:
        values = {name: getattr(row, name) for name in self._names}
        new = insert_into(self._connection, self._table).values(values)
        grown: dict[str, Any] = {name: self._table.c[name] + new.excluded[name] for name in _COUNTED}
        grown["is_guessed"] = or_(self._table.c.is_guessed, new.excluded.is_guessed)
        return new.on_conflict_do_update(index_elements=[key.name for key in self._keys], set_=grown)


class ChatRows:
    """One repository a table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.facts = KeptRows(connection, tables.CHAT_FACTS, rows.ChatFactRow)
        self.choices = KeptRows(connection, tables.CHAT_CHOICES, rows.ChatChoiceRow)
        self.turns = FadingRows(connection, tables.CHAT_TURNS, rows.ChatTurnRow)
        self.summaries = FadingRows(connection, tables.CHAT_SUMMARIES, rows.ChatSummaryRow)
        self.answers = FadingRows(connection, tables.CHAT_ANSWERS, rows.ChatAnswerRow)
        self.spend = SpendRows(connection, tables.CHAT_SPEND, rows.ChatSpendRow)
