"""The repository of the settings tables: one row a key, replaced as a whole."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Generic, TypeVar

from sqlalchemy import Insert, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.clock import Clock
from services.store.inserting import insert_into
from services.store.rows import GuildRow, MemberRow

Row = TypeVar("Row", GuildRow, MemberRow)


class SettingsRows(Generic[Row]):
    """The rows of `table`, keyed by its primary key, within one transaction."""

    def __init__(self, connection: AsyncConnection, *, table: Table, row: type[Row], clock: Clock) -> None:
        self._connection = connection
        self._table = table
        self._row: type[Row] = row
        self._clock = clock
        (self._key,) = table.primary_key.columns

    async def get(self, key: str) -> Row | None:
        """Return the row of `key`, or None where nothing was ever put."""
        columns = [self._table.c[field.name] for field in fields(self._row)]
        found = await self._connection.execute(select(*columns).where(self._key == key))
        values = found.mappings().one_or_none()
        return None if values is None else self._row(**values)

    async def put(self, row: Row) -> None:
        """Replace the row of the same key, or add it."""
        await self._connection.execute(self._upsert({**asdict(row), "updated_at": self._clock.now()}))

    async def delete(self, key: str) -> int:
        """Forget the row of `key`; return how many rows that were."""
        gone = await self._connection.execute(delete(self._table).where(self._key == key))
        return gone.rowcount

    def _upsert(self, values: dict[str, object]) -> Insert:
        changed = {name: value for name, value in values.items() if name != self._key.name}
        into = insert_into(self._connection, self._table).values(values)
        return into.on_conflict_do_update(index_elements=[self._key], set_=changed)
