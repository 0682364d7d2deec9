"""What is kept of one member's conversations, to be read or deleted by the member."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from services.chat.keeping.leaving import Leaving
from services.chat.messages import ChatForgotten, ChatKept
from services.store.keeping import KeptRows, values_of
from services.store.store import Rows, Store


class ChatPrivacy:
    """Gives a member everything, and forgets it."""

    def __init__(self, store: Store, leaving: Leaving, *, let_go: Callable[[str], None]) -> None:
        """`let_go` forgets what is in mind alone of the member whose id it is given."""
        self._store = store
        self._leaving = leaving
        self._let_go = let_go

    async def export(self, user_id: str) -> ChatKept:
        """Return all that is kept of the member."""
        async with self._store.read() as rows:
            return await all_kept(rows, user_id)

    async def delete(self, user_id: str) -> ChatForgotten:
        """Delete all of it, and keep nothing of what is under way.

        What models cost stays counted, without the member's name.
        """
        async with self._leaving.leaving(user_id), self._store.write() as rows:
            gone = await forget(rows, user_id)
        self._let_go(user_id)
        return gone


async def all_kept(rows: Rows, user_id: str) -> ChatKept:
    """Return every row about the member, by table."""
    own = {**_own(rows), "chat_spend": rows.chat.spend}
    kept: dict[str, Sequence[object]] = {
        table: await of_table.where(user_id=user_id) for table, of_table in own.items()
    }
    return ChatKept(lines={table: [_text(row) for row in found] for table, found in kept.items()})


async def forget(rows: Rows, user_id: str) -> ChatForgotten:
    """Delete the rows of the member, and take the name off what models cost."""
    gone = await rows.chat.spend.unname(user_id)
    for of_table in _own(rows).values():
        gone += await of_table.delete(user_id=user_id)
    return ChatForgotten(rows=gone)


def _own(rows: Rows) -> dict[str, KeptRows[Any]]:
    chat = rows.chat
    return {
        "chat_facts": chat.facts,
        "chat_choices": chat.choices,
        "chat_turns": chat.turns,
        "chat_summaries": chat.summaries,
        "chat_answers": chat.answers,
    }


def _text(row: object) -> str:
    return msgspec.json.encode(values_of(row)).decode()
