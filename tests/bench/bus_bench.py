"""The bus: a question from one process to another and back, over the embedded server with its disk log."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from figures import Figure, percentile

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.bus.messages import Message, Request
from services.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
WARM_UP = 300
QUESTIONS_PER_S = 200
SECONDS = 5
AT_ONCE = 100
IN_ALL = 8_000


class Told(Message, frozen=True, kw_only=True):
    """An answer as big as a quote."""

    market: str
    price: str


class Tell(Request[Told], frozen=True, kw_only=True, tag="bench.tell"):
    """A question as big as one for a quote."""

    market: str


async def reply() -> None:
    """Answer questions until stdin ends; the other process. The bus's address is the first line of stdin."""
    from pydantic import SecretStr  # noqa: PLC0415 - the asking process has no use for it

    url = SecretStr((await asyncio.to_thread(sys.stdin.readline)).strip())

    async def handle(request: Request[Told]) -> Told:
        assert isinstance(request, Tell)
        return Told(market=request.market, price="64123.10")

    async with open_bus(url, name="bench-replier", clock=SystemClock()) as bus, asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(bus.answer("bench", [Tell], handle))
        await asyncio.to_thread(sys.stdin.read)
        answering.cancel()


@asynccontextmanager
async def two_processes() -> AsyncIterator[Bus]:
    """Start a server and a process that answers; yield the bus of this one."""
    folder = Path(tempfile.mkdtemp(prefix="omega-bench-"))
    server = EmbeddedServer(folder / "bus")
    await server.start()
    replier = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__), cwd=ROOT, stdin=asyncio.subprocess.PIPE
    )
    try:
        assert replier.stdin is not None
        replier.stdin.write(f"{server.url.get_secret_value()}\n".encode())
        async with open_bus(server.url, name="bench-asker", clock=SystemClock()) as bus:
            yield bus
        replier.stdin.close()
        await replier.wait()
    finally:
        await server.stop()
        shutil.rmtree(folder)


async def seconds_of(bus: Bus) -> float:
    """Ask once; return how long it took."""
    clock = SystemClock()
    began = clock.monotonic()
    await bus.ask(Tell(market="BTC/USDT:USDT"), timeout=10)
    return clock.monotonic() - began


async def paced(bus: Bus) -> list[float]:
    """Ask at a steady rate; return the latencies in seconds."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as tasks:
        asked = []
        for number in range(QUESTIONS_PER_S * SECONDS):
            await asyncio.sleep(began + number / QUESTIONS_PER_S - loop.time())
            asked.append(tasks.create_task(seconds_of(bus)))
    return [task.result() for task in asked]


async def crowd(bus: Bus) -> float:
    """Ask with many askers at once; return answers a second."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def asker() -> None:
        for _ in range(IN_ALL // AT_ONCE):
            await seconds_of(bus)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(asker())
    return IN_ALL / (loop.time() - began)


async def measure() -> list[Figure]:
    """Measure latency at 200 questions a second, and throughput with 100 askers."""
    async with two_processes() as bus:
        for _ in range(WARM_UP):
            await seconds_of(bus)
        latencies = [1000 * seconds for seconds in await paced(bus)]
        per_second = await crowd(bus)
    return [
        Figure("bus.ask_p50_ms", percentile(latencies, 0.5), "ms"),
        Figure("bus.ask_p99_ms", percentile(latencies, 0.99), "ms"),
        Figure("bus.ask_per_s", per_second, "1/s"),
    ]


if __name__ == "__main__":
    asyncio.run(reply())
