"""The repository of the outbox: what is kept of alerts, and how much waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.rows import AlertRow, RuleRow
from services.store.tables import ALERT_RULES, ALERTS, DELIVERIES, OUTSIDE

_NAMES: Final = tuple(field.name for field in fields(AlertRow))
_AT_ONCE: Final = 1_000
_INSIDE: Final = DELIVERIES.c.place.not_like(OUTSIDE)
_OPEN: Final = ("waiting", "queued")


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

    async def counts(self, status: str, now: datetime) -> dict[tuple[str, bool], int]:
        """Return how many deliveries to Discord that are due have that status, by persona and urgency."""
        line = DELIVERIES.c.persona, DELIVERIES.c.is_urgent
        wanted = select(*line, func.count()).where(*_is_due(status, now)).group_by(*line)
        found = await self._connection.execute(wanted)
        return {(persona, is_urgent): int(count) for persona, is_urgent, count in found}

    async def overdue(self, before: datetime) -> frozenset[str]:
        """Return the personas of which something was queued for Discord before, and not touched since."""
        wanted = select(DELIVERIES.c.persona).where(
            DELIVERIES.c.status == "queued", DELIVERIES.c.updated_at < before, _INSIDE
        )
        return frozenset(await self._connection.scalars(wanted.distinct()))

    async def due_outside(self, now: datetime) -> list[str]:
        """Return the places outside of Discord for which something is due, or was tried and is not done."""
        due = DELIVERIES.c.status.in_(_OPEN) & (DELIVERIES.c.due_at <= now)
        wanted = select(DELIVERIES.c.place).where(due, DELIVERIES.c.place.like(OUTSIDE))
        return [*(await self._connection.scalars(wanted.distinct().order_by(DELIVERIES.c.place)))]

    async def expiring(self, after: datetime, until: datetime) -> list[RuleRow]:
        """Return the active rules of members that expire after one moment and no later than another."""
        rules = select(*(ALERT_RULES.c[field.name] for field in fields(RuleRow)))
        wanted = rules.where(
            ALERT_RULES.c.status == "active",
            ALERT_RULES.c.user_id.is_not(None),
            ALERT_RULES.c.expires_at > after,
            ALERT_RULES.c.expires_at <= until,
        )
        return [RuleRow(**values) for values in (await self._connection.execute(wanted)).mappings()]


def _is_due(status: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return DELIVERIES.c.status == status, DELIVERIES.c.due_at <= now, _INSIDE
