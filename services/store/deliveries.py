"""The repository of deliveries: what is to be brought where, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into
from services.store.rows import DeliveryRow
from services.store.tables import DELIVERIES, OUTSIDE

_NAMES: Final = tuple(field.name for field in fields(DeliveryRow))
_COLUMNS: Final = tuple(DELIVERIES.c[name] for name in _NAMES)
_LASTING: Final = frozenset({"id", "created_at"})
_AT_ONCE: Final = 1_000
"""Ids in one question: SQLite and PostgreSQL take up to 32,766 values."""
_WRITTEN: Final = 250
"""Rows in one statement: who else is at work in this process waits for no more than these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which deliveries are meant: those that fit all that is said here."""

    status: str = ""
    statuses: Collection[str] = ()
    persona: str = ""
    place: str = ""
    alert_ids: Collection[str] | None = None
    kinds: Collection[str] = ()
    due_by: datetime | None = None
    touched_before: datetime | None = None
    touched_since: datetime | None = None
    is_urgent: bool | None = None
    is_outside: bool | None = None
    """Whether they go out by a way, and not to Discord."""
    has_message: bool | None = None
    """Whether they are about a message that is there already."""
    limit: int | None = None

    def of(self, wanted: Select[Any]) -> Select[Any]:
        """Return `wanted` of the rows that are meant."""
        return wanted.where(*self._tests()).limit(self.limit)

    def _tests(self) -> Iterator[ColumnElement[bool]]:
        columns = DELIVERIES.c
        exact = (("status", self.status), ("persona", self.persona), ("place", self.place))
        yield from (columns[name] == value for name, value in exact if value)
        if self.statuses:
            yield columns.status.in_(self.statuses)
        if self.alert_ids is not None:
            yield columns.alert_id.in_(self.alert_ids)
        if self.kinds:
            yield columns.kind.in_(self.kinds)
        yield from self._times()
        yield from self._sorts()

    def _sorts(self) -> Iterator[ColumnElement[bool]]:
        columns = DELIVERIES.c
        tests = (
            (self.is_urgent, columns.is_urgent.is_(True)),
            (self.is_outside, columns.place.like(OUTSIDE)),
            (self.has_message, columns.message_id != ""),
        )
        yield from (test if is_so else ~test for is_so, test in tests if is_so is not None)

    def _times(self) -> Iterator[ColumnElement[bool]]:
        if self.due_by is not None:
            yield DELIVERIES.c.due_at <= self.due_by
        if self.touched_before is not None:
            yield DELIVERIES.c.updated_at < self.touched_before
        if self.touched_since is not None:
            yield DELIVERIES.c.updated_at >= self.touched_since


class DeliveryRows:
    """Deliveries, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[DeliveryRow]) -> int:
        """Add `rows` behind all others, in their order; return how many.

        One whose id is there already stays as it is.
        """
        if not rows:
            return 0
        known = await self._known([row.id for row in rows])
        new = [row for row in rows if row.id not in known]
        if new:
            last = await self._connection.scalar(select(func.max(DELIVERIES.c.position))) or 0
            insert = insert_into(self._connection, DELIVERIES).on_conflict_do_nothing()
            for first in range(0, len(new), _WRITTEN):
                some = new[first : first + _WRITTEN]
                values = [
                    {**_values(row), "position": last + first + n} for n, row in enumerate(some, start=1)
                ]
                await self._connection.execute(insert, values)
        return len(new)

    async def of(self, ids: Sequence[str]) -> list[DeliveryRow]:
        """Return the deliveries of those ids, those that were added first in front."""
        found: list[DeliveryRow] = []
        for some in _parts(ids):
            found += await self._rows(select(*_COLUMNS).where(DELIVERIES.c.id.in_(some)))
        return found

    async def find(self, sought: Sought) -> list[DeliveryRow]:
        """Return the deliveries that are meant, those that were added first in front."""
        return await self._rows(sought.of(select(*_COLUMNS)))

    async def ids(self, sought: Sought) -> list[str]:
        """Return the ids of the deliveries that are meant, those that were added first in front."""
        wanted = sought.of(select(DELIVERIES.c.id)).order_by(DELIVERIES.c.position, DELIVERIES.c.id)
        return [*(await self._connection.scalars(wanted))]

    async def newest(self, sought: Sought) -> tuple[list[DeliveryRow], int]:
        """Return the deliveries that were touched last, and how many are meant without the limit."""
        wanted = sought.of(select(*_COLUMNS)).order_by(DELIVERIES.c.updated_at.desc(), DELIVERIES.c.id)
        counted = sought.of(select(func.count()).select_from(DELIVERIES)).limit(None)
        total = await self._connection.scalar(counted)
        return [_row(row) for row in await self._connection.execute(wanted)], total or 0

    async def put(self, rows: Sequence[DeliveryRow]) -> None:
        """Replace what may change of `rows`: all but their ids and when they were made."""
        for first in range(0, len(rows), _WRITTEN):
            some = [_new_values(row) for row in rows[first : first + _WRITTEN]]
            await self._connection.execute(_REPLACE, some)

    async def queue(self, ids: Sequence[str], *, at: datetime) -> None:
        """Mark deliveries queued, and count the try."""
        for some in _parts(ids):
            changed = {"status": "queued", "tries": DELIVERIES.c.tries + 1, "updated_at": at}
            await self._connection.execute(
                update(DELIVERIES).where(DELIVERIES.c.id.in_(some)).values(changed)
            )

    async def let_go_of_edits(self, alert_ids: Sequence[str], *, before: datetime) -> int:
        """Delete the edits of alerts that were made, or needless, before a moment; return how many."""
        over = (DELIVERIES.c.kind == "state", DELIVERIES.c.status.in_(("sent", "dropped")))
        old = (DELIVERIES.c.alert_id.in_(alert_ids), DELIVERIES.c.updated_at < before)
        return (await self._connection.execute(delete(DELIVERIES).where(*old, *over))).rowcount

    async def _known(self, ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for some in _parts(ids):
            wanted = select(DELIVERIES.c.id).where(DELIVERIES.c.id.in_(some))
            found.update(await self._connection.scalars(wanted))
        return frozenset(found)

    async def _rows(self, wanted: Select[Any]) -> list[DeliveryRow]:
        found = await self._connection.execute(wanted.order_by(DELIVERIES.c.position, DELIVERIES.c.id))
        return [_row(row) for row in found]


_REPLACE: Final = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("new_id"))
    .values({name: bindparam(f"new_{name}") for name in _NAMES if name not in _LASTING})
)


def _values(row: DeliveryRow) -> dict[str, object]:
    """Return the row by column; `asdict` takes four times as long, and there may be thousands."""
    return {name: getattr(row, name) for name in _NAMES}


def _new_values(row: DeliveryRow) -> dict[str, object]:
    return {f"new_{name}": getattr(row, name) for name in _NAMES}


def _row(values: Row[Any]) -> DeliveryRow:
    return DeliveryRow(**dict(zip(_NAMES, values, strict=True)))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
