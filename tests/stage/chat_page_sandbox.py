"""The real sandbox as a process: ``chat_page_sandbox.py PORT VAR`` prints its address and ends with stdin."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from sandbox.discord.app import Options, serve
from services.clock import SystemClock

KEY = SecretStr("a key for tests of the page")
STATIC = Path(__file__).parents[2] / "dashboard" / "static"


async def run(port: int, var: Path) -> None:
    options = Options(key=KEY, clock=SystemClock(), var=var, static=STATIC, port=port)
    async with serve(options) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), Path(sys.argv[2])))
