"""A kind of process for tests of the farm: at each start it does what the file ``var/does/<name>`` says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from pathlib import Path

from bots.process import Process
from services.errors import Misconfigured


async def run(process: Process) -> None:
    """Note the start, behave, and note the stop."""
    spec = process.spec
    does = _read(spec.var / "does" / spec.name)
    _note(process, "start")
    if does == "crash":
        raise RuntimeError("it fell over")
    if does == "misconfigured":
        raise Misconfigured("The token is refused.", hint="Make a new one.")
    if does == "leave":
        return
    process.report("work", is_ready=True)
    await asyncio.sleep(0)
    if does == "crash-later":
        await asyncio.sleep(0.05)
        raise RuntimeError("it fell over later")
    if does == "hang":
        await asyncio.sleep(0.1)
        time.sleep(3600)  # noqa: ASYNC251 - a loop that hangs is the point
    if does == "stubborn":
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    await process.stopping.wait()
    _note(process, "stop")


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else "work"


def _note(process: Process, what: str) -> None:
    spec = process.spec
    fact = {
        "what": what,
        "bot": spec.name,
        "pid": os.getpid(),
        "at": time.monotonic(),
        "fd": spec.listen_fd,
        "url": spec.discord_url,
    }
    with (spec.var / "facts.jsonl").open("a") as file:
        file.write(json.dumps(fact) + "\n")
