"""A process that would lead, and writes its token whenever it leads: ``lease_child.py FOLDER NAME``.

Between its look at the token and its write it waits for a moment, so that it is often frozen just there.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from services.clock import SystemClock
from services.loops import Loops
from services.store.leader import Leader
from services.store.rows import AuditRow
from services.store.store import Store, open_store

LEASE = 0.6


async def main(folder: Path, name: str) -> None:
    clock = SystemClock()
    opening = open_store(None, path=folder / "omega.db", busy_timeout=timedelta(seconds=5), clock=clock)
    async with opening as store:
        leader = Leader(store, name="schedules", holder=name, clock=clock, seconds=LEASE)
        async with Loops(leader.run()):
            for number in count():
                token = leader.token
                await asyncio.sleep(0.02)
                if token is not None:
                    await write(
                        store,
                        AuditRow(
                            id=f"{name}-{number}",
                            at=clock.now(),
                            actor=name,
                            action="post",
                            subject="slot",
                            outcome="done",
                            detail=str(token),
                        ),
                    )


async def write(store: Store, row: AuditRow) -> None:
    async with store.write() as rows:
        if await rows.leases.is_valid("schedules", int(row.detail)):
            await rows.audit.append(row)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
