"""The repository of the rules of feeds, which belong to no member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.rows import RuleRow
from services.store.tables import ALERT_RULES


class HouseRows:
    """The rules of feeds, within one transaction. They are put as any other rule is."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def rules(self) -> list[RuleRow]:
        """Return every rule of a feed, by id, with those that are done."""
        columns = [ALERT_RULES.c[field.name] for field in fields(RuleRow)]
        wanted = select(*columns).where(ALERT_RULES.c.user_id.is_(None), ALERT_RULES.c.feed != "")
        found = await self._connection.execute(wanted.order_by(ALERT_RULES.c.id))
        return [RuleRow(**values) for values in found.mappings()]

    async def end(self, ids: Sequence[str], *, now: datetime) -> None:
        """Let rules of feeds be done. They stay for as long as what they came to: they may come back."""
        ended = update(ALERT_RULES).where(ALERT_RULES.c.user_id.is_(None), ALERT_RULES.c.id.in_(ids))
        await self._connection.execute(ended.values(status="done", updated_at=now))
