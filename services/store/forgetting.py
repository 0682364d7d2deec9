"""The repository of what is over and old: let go of in small parts, so that nobody waits long."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Select, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import ALERT_RULES, ALERTS, DELIVERIES

_ENDED: Final = ("sent", "dropped", "dead")
_OVER: Final = ("done", "expired", "failed")


class OldRows:
    """What ended before a moment, within one transaction. Each call deletes up to `most` rows of a table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def forget(self, before: datetime, *, most: int) -> int:
        """Delete deliveries, alerts and rules that ended before; return the most that were of one table."""
        ended = DELIVERIES.c.status.in_(_ENDED) & (DELIVERIES.c.updated_at < before)
        over = ALERT_RULES.c.status.in_(_OVER) & (ALERT_RULES.c.updated_at < before)
        return max(
            await self._delete(DELIVERIES, select(DELIVERIES.c.id).where(ended).limit(most)),
            await self._delete(ALERTS, select(ALERTS.c.id).where(ALERTS.c.seen_at < before).limit(most)),
            await self._delete(ALERT_RULES, select(ALERT_RULES.c.id).where(over).limit(most)),
        )

    async def _delete(self, table: Table, which: Select[tuple[str]]) -> int:
        gone = await self._connection.execute(delete(table).where(table.c.id.in_(which)))
        return gone.rowcount
