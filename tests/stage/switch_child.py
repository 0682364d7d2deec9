"""The process of a desk that only has a kill switch: ``switch_child.py VAR URL NAME...``.

There is no bus, and whatever tells or reckons raises. It says ``ready`` once its accounts are open.
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from switch_stage import KeyedSessions, Others, account_row, switch_at

from services.clock import SystemClock
from services.loops import Loops
from services.trading.watchdog.heartbeat import Heartbeat


async def main(var: Path, url: str, names: list[str]) -> None:
    async with AsyncExitStack() as opened:
        sessions = KeyedSessions(url, var / "markets", [account_row(name) for name in names], opened)
        others = Others(is_broken=True)
        for name in names:
            await sessions.of(name)
        async with switch_at(var, sessions, others=others) as staged:
            path = staged.folder.heartbeat
            beats = Heartbeat(
                path, lambda: staged.roster.read, clock=SystemClock(), pid=os.getpid(), every=0.2
            )
            async with Loops(beats.run()):
                sys.stdout.write("ready\n")
                sys.stdout.flush()
                await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
