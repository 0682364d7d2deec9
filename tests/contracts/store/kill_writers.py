"""Kill a process in the middle of its commits, again and again, and count what became of them.

``python -m tests.contracts.store.kill_writers FILE KILLS`` prints how many commits were acknowledged, how
many of those are lost, how many transactions were half-written, and what SQLite thinks of the file.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.clock import SystemClock
from services.store.migrate import migrate
from services.store.rows import AuditRow, MemberRow
from services.store.store import open_store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_KILL_AFTER = 0.02
LAST_KILL_AFTER = 0.12


async def write_for_ever(path: Path, life: int, told: int) -> None:
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=SystemClock()) as store:
        number = 0
        while True:
            name = f"{life}-{number}"
            async with store.write() as rows:
                await rows.members.put(MemberRow(user_id=name))
                await rows.audit.append(
                    AuditRow(id=name, at=NOON, actor="1", action="a", subject="s", outcome="done")
                )
            os.write(told, f"{name}\n".encode())
            number += 1


def one_life(path: Path, life: int, seconds: float) -> set[str]:
    """Let a child write, kill it `seconds` after its first commit, and return what it was promised."""
    reading, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        asyncio.run(write_for_ever(path, life, told))
    os.close(told)
    promised = os.read(reading, 100)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 65536):
        promised += more
    os.close(reading)
    return set(promised.decode().split())


def main(path: Path, kills: int) -> None:
    asyncio.run(migrate(None, path=path))
    promised: set[str] = set()
    for life in range(kills):
        share = life / max(1, kills - 1)
        promised |= one_life(path, life, FIRST_KILL_AFTER + share * (LAST_KILL_AFTER - FIRST_KILL_AFTER))
    with closing(sqlite3.connect(path)) as database:
        audited = {name for (name,) in database.execute("SELECT id FROM audit_log")}
        members = {name for (name,) in database.execute("SELECT user_id FROM member_settings")}
        (integrity,) = database.execute("PRAGMA integrity_check").fetchone()
    found = {
        "promised": len(promised),
        "lost": len(promised - audited),
        "half_written": len(audited ^ members),
        "unpromised": len(audited - promised),
        "integrity": integrity,
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
