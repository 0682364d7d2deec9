"""Bringing the schema up to date, by one process at a time.

A new migration is a module in `migrations/versions`, written by hand; a contract test says where the tables
and the migrations differ.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy import Connection, func, select

from services.errors import Misconfigured
from services.store.engines import engines_for
from services.store.failures import locked, translated

_FOLDER = Path(__file__).parent / "migrations"
_ONE_MIGRATION = 0x0E6A_0001
_TRY_EVERY = 0.05
_PATIENCE = timedelta(minutes=1)


async def migrate(url: SecretStr | None, *, path: Path, patience: timedelta = _PATIENCE) -> str:
    """Apply what the database lacks, all of it or nothing, and return the revision it then has.

    Any number of processes may call it at once: one works and the others wait, at most `patience`.

    Raises:
        StoreUnavailable: the database is locked, full, read-only or away.
        Misconfigured: the address is wrong, the server refuses the user, or the schema is of a newer farm.
    """
    engines = engines_for(url, path=path, busy_timeout=patience)
    try:
        with translated():
            async with _alone(path if url is None else None, patience), engines.writer.begin() as connection:
                if url is not None:
                    await connection.execute(select(func.pg_advisory_xact_lock(_ONE_MIGRATION)))
                return await connection.run_sync(_upgrade)
    finally:
        await engines.dispose()


def _upgrade(connection: Connection) -> str:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).as_revision_number("head")
    if MigrationContext.configure(connection).get_current_revision() != newest:
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise Misconfigured(
                f"The database cannot be brought up to date: {error}.",
                hint="It was probably written by a newer version of the farm: run that version, or a backup.",
            ) from error
    return str(newest)


@asynccontextmanager
async def _alone(path: Path | None, patience: timedelta) -> AsyncIterator[None]:
    """Hold the lock file beside a SQLite database, which is made private to its owner when it is new.

    BEGIN IMMEDIATE alone is not enough: two processes that turn a new file to WAL at the same moment get
    "database is locked" at once, without the busy timeout.
    """
    if path is None:
        yield
        return
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await _take(lock, patience)
        yield
    finally:
        os.close(lock)


async def _take(lock: int, patience: timedelta) -> None:
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while not _is_taken(lock):  # noqa: ASYNC110 (the lock of another process sets no event)
                await asyncio.sleep(_TRY_EVERY)
    except TimeoutError:
        raise locked() from None


def _is_taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
