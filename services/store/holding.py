"""The repository of what is held back for a place until it is due, and of how full a place is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.rows import DeliveryRow
from services.store.tables import DELIVERIES

_HELD: Final = "held"
_POST: Final = "post"
_POSTS: Final = (_POST, "digest", "brief")
_OUT: Final = ("waiting", "queued", "sent")
_OUT_THERE: Final = (
    DELIVERIES.c.kind.in_(_POSTS),
    DELIVERIES.c.status.in_(_OUT),
    DELIVERIES.c.is_urgent.is_(False),
)
_AT_ONCE: Final = 100
"""Parts of one question: SQLite takes up to 500."""


class HeldRows:
    """Held deliveries, and the newest ones of a place, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def nth_newest(self, places: Sequence[str], nth: int) -> Mapping[str, datetime]:
        """Return when the `nth` newest post that was not urgent was made, by place that has so many."""
        found: dict[str, datetime] = {}
        for first in range(0, len(places), _AT_ONCE):
            parts = [select(_post(place, nth).subquery()) for place in places[first : first + _AT_ONCE]]
            for row in await self._connection.execute(union_all(*parts)):
                found[row.place] = row.created_at
        return found

    async def made_since(self, places: Sequence[str], since: datetime) -> Mapping[str, int]:
        """Return how many posts that were not urgent were made after `since`, by place that has any."""
        found: dict[str, int] = {}
        for first in range(0, len(places), _AT_ONCE):
            some = places[first : first + _AT_ONCE]
            wanted = (
                select(DELIVERIES.c.place, func.count())
                .where(DELIVERIES.c.place.in_(some), DELIVERIES.c.created_at > since, *_OUT_THERE)
                .group_by(DELIVERIES.c.place)
            )
            found.update({row[0]: row[1] for row in await self._connection.execute(wanted)})
        return found

    async def due_places(self, now: datetime, most: int) -> list[str]:
        """Return up to `most` places for which a post is held that is due."""
        wanted = select(DELIVERIES.c.place).where(*_due(now))
        return [*(await self._connection.scalars(wanted.distinct().order_by(DELIVERIES.c.place).limit(most)))]

    async def due_at(self, place: str, now: datetime) -> list[DeliveryRow]:
        """Return the posts that are held for a place and due, the one that was made first the first."""
        columns = [DELIVERIES.c[field.name] for field in fields(DeliveryRow)]
        wanted = select(*columns).where(DELIVERIES.c.place == place, *_due(now))
        found = await self._connection.execute(wanted.order_by(DELIVERIES.c.position))
        return [DeliveryRow(**values) for values in found.mappings()]

    async def move(self, place: str, *, reason: str, due_at: datetime) -> None:
        """Let what is held for a place for `reason` be due at another moment."""
        held = update(DELIVERIES).where(DELIVERIES.c.place == place, DELIVERIES.c.status == _HELD)
        await self._connection.execute(held.where(DELIVERIES.c.reason == reason).values(due_at=due_at))

    async def drop(self, ids: Sequence[str], *, reason: str, now: datetime) -> int:
        """Let go of held deliveries for `reason`; return how many were still held."""
        held = update(DELIVERIES).where(DELIVERIES.c.id.in_(ids), DELIVERIES.c.status == _HELD)
        gone = await self._connection.execute(held.values(status="dropped", reason=reason, updated_at=now))
        return gone.rowcount


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return DELIVERIES.c.status == _HELD, DELIVERIES.c.due_at <= now, DELIVERIES.c.kind == _POST


def _post(place: str, nth: int) -> Select[tuple[str, datetime]]:
    return (
        select(DELIVERIES.c.place, DELIVERIES.c.created_at)
        .where(DELIVERIES.c.place == place, *_OUT_THERE)
        .order_by(DELIVERIES.c.position.desc())
        .limit(1)
        .offset(nth - 1)
    )
