"""The repositories of what comes to whom by itself: subscriptions to feeds, and members' quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Column, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into
from services.store.rows import QuietRow, SubscriptionRow
from services.store.tables import MEMBER_SETTINGS, QUIET_HOURS, SUBSCRIPTIONS

_OWN = "user:"
"""Before the id of a member, in the place that is the member's own."""
_AT_ONCE = 1_000
"""Members in one question: SQLite and PostgreSQL take up to 32,766 values."""


class SubscriptionRows:
    """Subscriptions, within one transaction: one row for each feed and place."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, row: SubscriptionRow) -> None:
        """Add a subscription, or change the one of that feed and place, which keeps its id and its age."""
        new = insert_into(self._connection, SUBSCRIPTIONS).values(asdict(row))
        changed = {
            name: new.excluded[name]
            for name in ("user_id", "guild_id", "min_severity", "digest", "persona", "locale")
        }
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["feed", "place"], set_=changed)
        )

    async def remove(self, feed: str, place: str) -> int:
        """Let a feed come to a place no more; return how many rows that were."""
        gone = await self._connection.execute(
            delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.feed == feed, SUBSCRIPTIONS.c.place == place)
        )
        return gone.rowcount

    async def of_place(self, place: str) -> tuple[SubscriptionRow, ...]:
        """Return what comes to a place, by feed."""
        return await self._found(SUBSCRIPTIONS.c.place == place, order=SUBSCRIPTIONS.c.feed)

    async def to_feed(self, feed: str) -> tuple[SubscriptionRow, ...]:
        """Return everybody that a feed comes to, who came first the first."""
        return await self._found(SUBSCRIPTIONS.c.feed == feed, order=SUBSCRIPTIONS.c.created_at)

    async def delete_of(self, user_id: str) -> int:
        """Forget a member, with the quiet hours; return how many rows were deleted.

        What they subscribed a channel to stays the channel's, without their name.
        """
        own = delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.place == _OWN + user_id)
        gone = (await self._connection.execute(own)).rowcount
        quiet = delete(QUIET_HOURS).where(QUIET_HOURS.c.user_id == user_id)
        gone += (await self._connection.execute(quiet)).rowcount
        others = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.user_id == user_id).values(user_id="")
        await self._connection.execute(others)
        return gone

    async def _found(self, where: Any, *, order: Column[Any]) -> tuple[SubscriptionRow, ...]:
        names = [field.name for field in fields(SubscriptionRow)]
        wanted = (
            select(*(SUBSCRIPTIONS.c[name] for name in names))
            .where(where)
            .order_by(order, SUBSCRIPTIONS.c.id)
        )
        found = await self._connection.execute(wanted)
        return tuple(SubscriptionRow(**dict(zip(names, values, strict=True))) for values in found)


class QuietRows:
    """The quiet hours of members, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, user_id: str) -> QuietRow | None:
        """Return a member's quiet hours; None for none."""
        found = await self._connection.execute(_QUIET.where(QUIET_HOURS.c.user_id == user_id))
        values = found.mappings().one_or_none()
        return None if values is None else QuietRow(**values)

    async def of_members(self, user_ids: Sequence[str]) -> dict[str, QuietRow]:
        """Return the quiet hours of those members that have some, by member."""
        found: dict[str, QuietRow] = {}
        for first in range(0, len(user_ids), _AT_ONCE):
            some = user_ids[first : first + _AT_ONCE]
            rows = await self._connection.execute(_QUIET.where(QUIET_HOURS.c.user_id.in_(some)))
            found.update({values["user_id"]: QuietRow(**values) for values in rows.mappings()})
        return found

    async def put(self, row: QuietRow) -> None:
        """Replace a member's quiet hours, or add them."""
        new = insert_into(self._connection, QUIET_HOURS).values(asdict(row))
        changed = {field.name: new.excluded[field.name] for field in fields(QuietRow)}
        await self._connection.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=changed))

    async def delete(self, user_id: str) -> int:
        """Let a member have no quiet hours; return how many rows that were."""
        gone = await self._connection.execute(delete(QUIET_HOURS).where(QUIET_HOURS.c.user_id == user_id))
        return gone.rowcount

    async def of_subscribers(self, feed: str) -> dict[str, QuietRow]:
        """Return the quiet hours of all who have a feed come to themselves, by member."""
        found = await self._connection.execute(_QUIET.where(QUIET_HOURS.c.user_id.in_(_subscribers(feed))))
        return {values["user_id"]: QuietRow(**values) for values in found.mappings()}

    async def zones_of_subscribers(self, feed: str) -> dict[str, str]:
        """Return the time zones that such members chose in their settings, by member.

        Asking the settings' owner for each of thousands would take longer than an alert may.
        """
        wanted = select(MEMBER_SETTINGS.c.user_id, MEMBER_SETTINGS.c.timezone).where(
            MEMBER_SETTINGS.c.timezone.is_not(None), MEMBER_SETTINGS.c.user_id.in_(_subscribers(feed))
        )
        found = await self._connection.execute(wanted)
        return {row.user_id: row.timezone for row in found}


_QUIET = select(*(QUIET_HOURS.c[field.name] for field in fields(QuietRow)))


def _subscribers(feed: str) -> Any:
    return select(SUBSCRIPTIONS.c.user_id).where(
        SUBSCRIPTIONS.c.feed == feed, SUBSCRIPTIONS.c.place == _OWN + SUBSCRIPTIONS.c.user_id
    )
