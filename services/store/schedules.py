"""The repositories of what is posted by the clock, and of leases, which one process at a time holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into
from services.store.rows import LeaseRow, ScheduleRow
from services.store.tables import LEASES, SCHEDULES

_NOBODY = ""


class ScheduleRows:
    """Schedules, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, row: ScheduleRow) -> bool:
        """Add a schedule; False when one of that id is there already, which then stays as it is."""
        new = insert_into(self._connection, SCHEDULES).values(asdict(row)).on_conflict_do_nothing()
        return bool((await self._connection.execute(new)).rowcount)

    async def get(self, schedule_id: str) -> ScheduleRow | None:
        """Return the schedule of that id."""
        found = await self._found(SCHEDULES.c.id == schedule_id)
        return found[0] if found else None

    async def remove(self, guild_id: str, schedule_id: str) -> bool:
        """Remove a schedule of a guild; False where that guild has none of the id."""
        chosen = (SCHEDULES.c.id == schedule_id) & (SCHEDULES.c.guild_id == guild_id)
        return bool((await self._connection.execute(delete(SCHEDULES).where(chosen))).rowcount)

    async def of_guild(self, guild_id: str) -> Sequence[ScheduleRow]:
        """Return the schedules of a guild, the oldest first."""
        return await self._found(SCHEDULES.c.guild_id == guild_id)

    async def all(self) -> Sequence[ScheduleRow]:
        """Return every schedule, the oldest first."""
        return await self._found()

    async def posted(self, schedule_id: str, slot: str, *, after: str) -> bool:
        """Keep `slot` as the last one, where the last one is `after`; False where it is not, or not any more.

        Of two who read the same row only one is told True.
        """
        chosen = (SCHEDULES.c.id == schedule_id) & (SCHEDULES.c.last_slot == after)
        kept = update(SCHEDULES).where(chosen).values(last_slot=slot)
        return bool((await self._connection.execute(kept)).rowcount)

    async def _found(self, *chosen: ColumnElement[bool]) -> list[ScheduleRow]:
        columns = [SCHEDULES.c[field.name] for field in fields(ScheduleRow)]
        wanted = select(*columns).where(*chosen).order_by(SCHEDULES.c.created_at, SCHEDULES.c.id)
        return [ScheduleRow(**values) for values in (await self._connection.execute(wanted)).mappings()]


class LeaseRows:
    """Leases, within one transaction. A token only grows, so that whoever held it before is told apart."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> LeaseRow | None:
        """Return who holds a lease, or held it last; None where nobody ever did."""
        columns = [LEASES.c[field.name] for field in fields(LeaseRow)]
        found = await self._connection.execute(select(*columns).where(LEASES.c.name == name))
        values = found.mappings().one_or_none()
        return None if values is None else LeaseRow(**values)

    async def take(self, name: str, holder: str, *, over: int, until: datetime) -> int | None:
        """Take a lease whose token is `over`, 0 where there is none yet; return the new token.

        None: another has taken it since.
        """
        row = LeaseRow(name=name, holder=holder, token=over + 1, until=until)
        if over:
            taken = update(LEASES).where(*_is(name, over)).values(asdict(row))
            done = await self._connection.execute(taken)
        else:
            new = insert_into(self._connection, LEASES).values(asdict(row)).on_conflict_do_nothing()
            done = await self._connection.execute(new)
        return row.token if done.rowcount else None

    async def renew(self, name: str, token: int, *, until: datetime) -> bool:
        """Keep a lease longer; False where a higher token has been given away."""
        kept = update(LEASES).where(*_is(name, token)).values(until=until)
        return bool((await self._connection.execute(kept)).rowcount)

    async def is_valid(self, name: str, token: int) -> bool:
        """Return whether no higher token has been given away, and let none be until the transaction ends.

        Asked in the transaction that the lease protects, it is the fence round what that writes.
        """
        touched = update(LEASES).where(*_is(name, token)).values(token=LEASES.c.token)
        return bool((await self._connection.execute(touched)).rowcount)

    async def give_back(self, name: str, token: int) -> None:
        """Let go of a lease, so that another need not wait for its end."""
        await self._connection.execute(update(LEASES).where(*_is(name, token)).values(holder=_NOBODY))


def _is(name: str, token: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (LEASES.c.name == name, LEASES.c.token == token)
