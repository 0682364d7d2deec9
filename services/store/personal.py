"""Whatever the tables of alerts keep of one member, to be read or deleted whole, whoever asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.tables import (
    ALERT_RULES,
    ALERTS,
    DELIVERIES,
    QUIET_HOURS,
    SCHEDULES,
    SUBSCRIPTIONS,
)

_OF_MEMBERS: Final = (ALERT_RULES, ALERTS, DELIVERIES, SUBSCRIPTIONS, QUIET_HOURS, SCHEDULES)
_OWN: Final = (ALERT_RULES, ALERTS, DELIVERIES)
_WAITING: Final = ("active", "paused")


class PersonalRows:
    """Everything of one member in the tables of alerts, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def kept_of(self, user_id: str) -> dict[str, list[Mapping[str, object]]]:
        """Return all rows that name the member, whole, by table."""
        kept: dict[str, list[Mapping[str, object]]] = {}
        for table in _OF_MEMBERS:
            order = [*table.primary_key.columns]
            wanted = select(table).where(table.c.user_id == user_id).order_by(*order)
            kept[table.name] = [dict(row) for row in (await self._connection.execute(wanted)).mappings()]
        return kept

    async def rules_of(self, user_id: str) -> list[str]:
        """Return the ids of all rules of the member."""
        wanted = select(ALERT_RULES.c.id).where(ALERT_RULES.c.user_id == user_id)
        return [*(await self._connection.scalars(wanted))]

    async def drop_past(self, user_id: str, *, keep: int) -> int:
        """Delete a member's rules that wait no more, but for the newest ones; return how many went."""
        past = (ALERT_RULES.c.user_id == user_id, ALERT_RULES.c.status.not_in(_WAITING))
        newest = (ALERT_RULES.c.set_at.desc(), ALERT_RULES.c.id)
        kept = select(ALERT_RULES.c.id).where(*past).order_by(*newest).limit(keep)
        gone = delete(ALERT_RULES).where(*past, ALERT_RULES.c.id.not_in(kept))
        return (await self._connection.execute(gone)).rowcount

    async def delete_of(self, user_id: str) -> int:
        """Forget a member's rules, alerts and deliveries; return how many rows were deleted.

        Posts by the clock stay their channel's, without the name of who set them up: others read them.
        """
        gone = 0
        for table in _OWN:
            gone += (await self._connection.execute(delete(table).where(table.c.user_id == user_id))).rowcount
        unnamed = update(SCHEDULES).where(SCHEDULES.c.user_id == user_id).values(user_id="")
        await self._connection.execute(unnamed)
        return gone
