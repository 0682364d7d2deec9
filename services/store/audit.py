"""The audit log: it only grows, a repeat changes nothing, and each row seals those before it.

Every row carries the SHA-256 of its own content and of the row before it. Editing a row, taking one out or
putting one in between breaks the chain from there on. Someone who may write to the database and recomputes
the whole rest of the chain, or cuts off its end, is not found this way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.columns import in_utc
from services.store.rows import AuditRow
from services.store.tables import AUDIT_LOG

_COLUMNS = tuple(field.name for field in fields(AuditRow))
_ONE_APPENDER = 0x0E6A_A0D1
_PAGE = 200
_BEFORE_THE_FIRST = (0, "")


class AuditTrail:
    """The audit log within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, row: AuditRow) -> bool:
        """Add `row` at the end; False when a row of that id is there already, which then stays as it is.

        Raises:
            ValueError: its time is naive.
        """
        await self._wait_for_other_appenders()
        known = await self._connection.scalar(select(AUDIT_LOG.c.id).where(AUDIT_LOG.c.id == row.id))
        if known is not None:
            return False
        position, previous = await self._end()
        values = {name: getattr(row, name) for name in _COLUMNS}
        seal = _seal(position + 1, values, previous)
        chained = {"position": position + 1, "previous_hash": previous, "hash": seal}
        await self._connection.execute(insert(AUDIT_LOG).values({**values, **chained}))
        return True

    async def newest(self, limit: int) -> list[AuditRow]:
        """Return at most `limit` rows, newest first."""
        columns = [AUDIT_LOG.c[name] for name in _COLUMNS]
        order = (AUDIT_LOG.c.at.desc(), AUDIT_LOG.c.position.desc())
        found = await self._connection.execute(select(*columns).order_by(*order).limit(limit))
        return [AuditRow(**values) for values in found.mappings()]

    async def by(self, actor: str) -> list[AuditRow]:
        """Return every row of what `actor` did, newest first."""
        columns = [AUDIT_LOG.c[name] for name in _COLUMNS]
        chosen = select(*columns).where(AUDIT_LOG.c.actor == actor).order_by(AUDIT_LOG.c.position.desc())
        return [AuditRow(**values) for values in (await self._connection.execute(chosen)).mappings()]

    async def first_broken(self) -> str | None:
        """Return the id of the first row that does not fit the chain; None while the chain is whole."""
        position, previous = _BEFORE_THE_FIRST
        while page := await self._after(position):
            for values in page:
                position += 1
                fits = values["position"] == position and values["previous_hash"] == previous
                previous = _seal(position, values, previous)
                if not fits or values["hash"] != previous:
                    return str(values["id"])
        return None

    async def _wait_for_other_appenders(self) -> None:
        """Let one transaction at a time extend the chain; SQLite has one writer anyway."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(_ONE_APPENDER)))

    async def _end(self) -> tuple[int, str]:
        last = select(AUDIT_LOG.c.position, AUDIT_LOG.c.hash).order_by(AUDIT_LOG.c.position.desc()).limit(1)
        found = (await self._connection.execute(last)).one_or_none()
        return _BEFORE_THE_FIRST if found is None else (found.position, found.hash)

    async def _after(self, position: int) -> list[Mapping[str, object]]:
        page = (
            select(AUDIT_LOG)
            .where(AUDIT_LOG.c.position > position)
            .order_by(AUDIT_LOG.c.position)
            .limit(_PAGE)
        )
        return [dict(values) for values in (await self._connection.execute(page)).mappings()]


def _seal(position: int, values: Mapping[str, object], previous: str) -> str:
    content = [position, previous, *(_plain(values[name]) for name in _COLUMNS)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def _plain(value: object) -> object:
    return in_utc(value).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
