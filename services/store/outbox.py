"""The repository of the outbox: what is kept of alerts, and how much waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.rows import AlertRow
from services.store.tables import ALERTS, DELIVERIES

_NAMES: Final = tuple(field.name for field in fields(AlertRow))
_AT_ONCE: Final = 1_000
_INSIDE: Final = ~DELIVERIES.c.place.like("way:%")


class OutboxRows:
    """Questions that the outbox asks, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def alerts(self, ids: Sequence[str]) -> list[AlertRow]:
        """Return the alerts of those ids that are kept."""
        found: list[AlertRow] = []
        for first in range(0, len(ids), _AT_ONCE):
            wanted = select(*(ALERTS.c[name] for name in _NAMES)).where(
                ALERTS.c.id.in_(ids[first : first + _AT_ONCE])
            )
            rows = await self._connection.execute(wanted)
            found += [AlertRow(**dict(zip(_NAMES, row, strict=True))) for row in rows]
        return found

    async def is_behind(self, persona: str, now: datetime) -> bool:
        """Return whether something of that persona is due in Discord and still waits."""
        waiting = _is_due("waiting", now)
        found = await self._connection.execute(
            select(DELIVERIES.c.id).where(*waiting, DELIVERIES.c.persona == persona).limit(1)
        )
        return found.first() is not None

    async def counts(self, status: str, now: datetime, *, with_urgent: bool = True) -> dict[str, int]:
        """Return how many deliveries to Discord that are due have that status, by persona."""
        wanted = select(DELIVERIES.c.persona, func.count()).where(*_is_due(status, now))
        if not with_urgent:
            wanted = wanted.where(DELIVERIES.c.is_urgent.is_(False))
        wanted = wanted.group_by(DELIVERIES.c.persona)
        return {persona: int(count) for persona, count in await self._connection.execute(wanted)}


def _is_due(status: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return DELIVERIES.c.status == status, DELIVERIES.c.due_at <= now, _INSIDE
