"""`omega migrate`: brings the database up to date, for clusters where no bot may do it."""

from __future__ import annotations

import asyncio

from bots.cli.talk import EXIT_DONE, give
from bots.database import DATABASE_FILE
from bots.supervisor.ground import prepare
from config.settings import read_settings, without_credentials
from services.store.migrate import migrate


def run() -> int:
    """Migrate and print the revision; return the exit code.

    Raises:
        StoreUnavailable: the database is locked, full or away.
        Misconfigured: its address is wrong, or its schema is of a newer farm.
    """
    settings = read_settings()
    prepare(settings.var)
    path = settings.var / DATABASE_FILE
    revision = asyncio.run(migrate(settings.database_url, path=path))
    where = without_credentials(settings.database_url) if settings.database_url else path
    give(f"{where}: at revision {revision}")
    return EXIT_DONE
