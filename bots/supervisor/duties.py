"""What the farm does beside its bots, each an endless loop: bus server, record, config."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from bots.supervisor.bulletin import Bulletin
from bots.supervisor.record import FarmRecord, mark_of, write_record
from bots.supervisor.supervisor import Supervisor
from bots.supervisor.watch import changes
from services.errors import Misconfigured
from services.farm.messages import FarmStatus

_RECORD_SECONDS = 2.0
_CALM_SECONDS = 0.05
_SERVER_PAUSE = 1.0

log = structlog.get_logger(__name__)


class BusServer(Protocol):
    """The farm's own Redis."""

    async def start(self) -> None:
        """Start it and wait until it answers; raises `Misconfigured` when it does not."""
        ...

    async def wait(self) -> int:
        """Wait until it ends."""
        ...


async def keep_bus_server(server: BusServer, bulletin: Bulletin) -> None:
    """Keep the farm's own bus server running."""
    told = ""
    while True:
        try:
            await server.start()
            told = ""
            code = await server.wait()
            log.warning("bus_server_ended", code=code)
        except (Misconfigured, OSError) as error:
            reason, hint = _said_of(error)
            if reason != told:
                told = reason
                bulletin.notice("error", reason, hint)
            await asyncio.sleep(_SERVER_PAUSE)


def _said_of(error: Misconfigured | OSError) -> tuple[str, str]:
    if isinstance(error, Misconfigured):
        return error.message, error.hint
    return f"The bus server does not start: {error.strerror or error}.", "Make room or make var/ writable."


async def keep_record(
    path: Path, config: Path, bulletin: Bulletin, supervisor: Supervisor, look: Callable[[FarmStatus], None]
) -> None:
    """Keep farm.json true, and let `look` see every status that is written."""
    was_written = True
    while True:
        bulletin.news.clear()
        status = supervisor.snapshot()
        look(status)
        try:
            write_record(path, record_of(status, config=config, logs=path.parent.parent / "logs"))
            was_written = True
        except OSError as error:
            if was_written:
                log.warning("record_not_written", path=str(path), reason=error.strerror)
            was_written = False
        await asyncio.sleep(_CALM_SECONDS)
        await _within(bulletin.news, _RECORD_SECONDS)


def record_of(status: FarmStatus, *, config: Path, logs: Path) -> FarmRecord:
    """Return what farm.json should say."""
    return FarmRecord(
        farm=mark_of(os.getpid()),
        config=str(config),
        logs=str(logs),
        status=status,
        processes=[mark_of(bot.pid) for bot in status.bots if bot.pid is not None],
    )


async def follow_config(path: Path, supervisor: Supervisor, *, settle: float) -> None:
    """Follow each change of the farm file; a file that is refused gets `settle` seconds to become whole."""
    async for _ in changes(path):
        if not supervisor.follow_file(is_settled=False):
            await asyncio.sleep(settle)
            supervisor.follow_file(is_settled=True)


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
