"""How the two databases are opened: the addresses, the pools and what every connection is told first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from services.errors import Misconfigured
from services.store.steady import steady

_POSTGRES_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
_READERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """One engine that begins transactions for reading only, and one whose transactions may write."""

    reader: AsyncEngine
    writer: AsyncEngine

    async def dispose(self) -> None:
        """Close every connection of both."""
        await self.reader.dispose()
        await self.writer.dispose()


def engines_for(
    url: SecretStr | None, *, path: Path, busy_timeout: timedelta, is_durable: bool = False
) -> Engines:
    """Build the engines for the PostgreSQL at `url`, or for the SQLite file `path` when there is none.

    Nothing is opened yet. `busy_timeout` bounds the wait for a connection, for a lock and for one statement.
    With `is_durable` what SQLite has committed outlasts a loss of power, too; PostgreSQL always keeps it.

    Raises:
        Misconfigured: `url` is no PostgreSQL address; its text is not repeated, since it holds a password.
    """
    if url is None:
        return _sqlite(path, busy_timeout, "FULL" if is_durable else "NORMAL")
    return _postgresql(_postgres_url(url), busy_timeout)


def _sqlite(path: Path, busy_timeout: timedelta, synchronous: str) -> Engines:
    """Give the file one writing connection, so that writers of this process queue in order.

    A transaction that begins by reading and then writes fails at once with SQLITE_BUSY_SNAPSHOT when another
    wrote in between, whatever the timeout: so the writer takes the lock when it begins, and the reader cannot
    write at all.
    """
    seconds = busy_timeout.total_seconds()

    def engine(size: int, begin: str, *pragmas: str) -> AsyncEngine:
        made = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)),
            connect_args={"timeout": seconds, "async_creator_fn": steady},
            pool_size=size,
            max_overflow=0,
            pool_timeout=seconds,
            hide_parameters=True,
        )
        event.listen(made.sync_engine, "connect", _told(*pragmas))
        event.listen(made.sync_engine, "begin", _begun_with(begin))
        return made

    return Engines(
        reader=engine(_READERS, "BEGIN", "query_only = ON"),
        writer=engine(
            1, "BEGIN IMMEDIATE", "journal_mode = WAL", f"synchronous = {synchronous}", "foreign_keys = ON"
        ),
    )


def _told(*pragmas: str) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    def tell(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN is a deferred one, and comes late
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return tell


def _begun_with(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


def _postgresql(url: URL, busy_timeout: timedelta) -> Engines:
    seconds = busy_timeout.total_seconds()
    writer = create_async_engine(
        url,
        connect_args={
            "timeout": seconds,
            "command_timeout": 2 * seconds,  # the server's own lock_timeout speaks first, with its reason
            "server_settings": {
                "application_name": "omega-bot-farm",
                "lock_timeout": f"{seconds * 1000:.0f}",
            },
        },
        pool_size=_READERS + 1,
        max_overflow=0,
        pool_timeout=seconds,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(reader=reader, writer=writer)


def _postgres_url(secret: SecretStr) -> URL:
    try:
        url = make_url(secret.get_secret_value())
    except (ArgumentError, ValueError):
        raise _bad_url("it cannot be read as an address") from None
    if url.drivername not in _POSTGRES_SCHEMES:
        raise _bad_url(f"its scheme is {url.drivername}")
    if mode := url.query.get("sslmode"):
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return url.set(drivername="postgresql+asyncpg")


def _bad_url(problem: str) -> Misconfigured:
    return Misconfigured(
        f"OMEGA_DATABASE_URL is not the address of a PostgreSQL database: {problem}.",
        hint="Write postgresql://user:password@host:5432/database, or leave it empty to use SQLite in var/.",
    )
