"""The repository of any table whose rows are one dataclass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, ColumnElement, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into

Row = TypeVar("Row")
Wanted = str | bool | int | datetime | Sequence[str] | None
"""What a column must be: a value, or one of several texts."""


class KeptRows(Generic[Row]):
    """The rows of `table`, each a `row`, within one transaction."""

    def __init__(self, connection: AsyncConnection, table: Table, row: type[Row]) -> None:
        self._connection = connection
        self._table = table
        self._row = row
        self._names = tuple(field.name for field in fields(row))  # type: ignore[arg-type]  # a dataclass
        self._keys: tuple[Column[Any], ...] = tuple(table.primary_key.columns)

    async def put(self, *rows: Row) -> None:
        """Replace the rows of the same keys, or add them."""
        if not rows:
            return
        new = insert_into(self._connection, self._table)
        keys = [key.name for key in self._keys]
        changed = {name: new.excluded[name] for name in self._names if name not in keys}
        upsert = new.on_conflict_do_update(index_elements=keys, set_=changed)
        await self._connection.execute(upsert, [values_of(row) for row in rows])

    async def add(self, *rows: Row) -> int:
        """Add the rows whose keys are new and leave the others as they are; return how many were new."""
        added = 0
        for row in rows:
            new = insert_into(self._connection, self._table).values(values_of(row))
            added += (await self._connection.execute(new.on_conflict_do_nothing())).rowcount
        return added

    async def get(self, *key: object) -> Row | None:
        """Return the row of that key."""
        found = await self._connection.execute(self._select().where(*self._is(key)))
        values = found.mappings().one_or_none()
        return None if values is None else self._row(**values)

    async def where(
        self,
        *,
        by: str = "",
        newest: bool = False,
        limit: int | None = None,
        since: tuple[str, datetime] | None = None,
        until: tuple[str, datetime] | None = None,
        starting: tuple[str, str] | None = None,
        **equal: Wanted,
    ) -> list[Row]:
        """Return the rows whose columns are as wanted.

        Args:
            by: the column to order by, else the key.
            newest: whether the greatest comes first.
            limit: how many at most.
            since: a column, and the moment that it must not be before.
            until: a column, and the moment that it must be before.
            starting: a column, and the characters that it must begin with.
            equal: what columns must be.
        """
        order = [self._table.c[by], *self._keys] if by else list(self._keys)
        wheres = self._wheres(equal)
        wheres += [self._table.c[since[0]] >= since[1]] if since else []
        wheres += [self._table.c[until[0]] < until[1]] if until else []
        wheres += [_begins(self._table.c[starting[0]], starting[1])] if starting else []
        wanted = self._select().where(*wheres)
        wanted = wanted.order_by(*(one.desc() if newest else one.asc() for one in order)).limit(limit)
        return [self._row(**values) for values in (await self._connection.execute(wanted)).mappings()]

    async def count(self, **equal: Wanted) -> int:
        """Return how many rows are as wanted."""
        counted = select(func.count()).select_from(self._table).where(*self._wheres(equal))
        return await self._connection.scalar(counted) or 0

    async def change(
        self, *key: object, only_if: Mapping[str, Wanted] | None = None, **columns: object
    ) -> bool:
        """Change columns of the row of that key; False where there is none, or it is not as in `only_if`."""
        changed = update(self._table).where(*self._is(key), *self._wheres(only_if or {})).values(columns)
        return (await self._connection.execute(changed)).rowcount > 0

    async def delete(self, **equal: Wanted) -> int:
        """Delete the rows that are as wanted; return how many that were."""
        return (await self._connection.execute(delete(self._table).where(*self._wheres(equal)))).rowcount

    def _select(self) -> Any:
        return select(*(self._table.c[name] for name in self._names))

    def _is(self, key: Sequence[object]) -> list[ColumnElement[bool]]:
        return [column == value for column, value in zip(self._keys, key, strict=True)]

    def _wheres(self, equal: Mapping[str, Wanted]) -> list[ColumnElement[bool]]:
        return [_matches(self._table.c[name], value) for name, value in equal.items()]


def _matches(column: Column[Any], value: Wanted) -> ColumnElement[bool]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return column.in_(value)
    return column == value


def _begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(start)) == start


def values_of(row: object) -> Mapping[str, Any]:
    """Return the values of a row, a dataclass, by the names of its columns."""
    return asdict(row)  # type: ignore[call-overload,no-any-return]  # a dataclass
