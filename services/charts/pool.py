"""Charts on order: drawn in processes of their own, so that nobody waits for a picture but who asked for it.

What was drawn is kept, the longest unused going first, and what two ask for at once is drawn once. A worker
that dies is replaced and the chart drawn again, once: a chart that kills its worker would do so for ever.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final, Protocol
from weakref import WeakValueDictionary

from services.charts import worker
from services.charts.digest import digest_of
from services.charts.spec import ChartSpec
from services.errors import Unavailable

KEPT_BYTES: Final = 32 * 1024 * 1024
DEADLINE_S: Final = 10.0
"""A worker that takes longer than this for one chart is ended."""
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A chart as PNG, and the name that it has by its content."""

    png: bytes
    digest: str


class Kept:
    """Pictures by their digest, up to so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self.size = 0

    def get(self, digest: str) -> bytes | None:
        """Return a picture that is kept, which makes it the newest."""
        picture = self._pictures.get(digest)
        if picture is not None:
            self._pictures.move_to_end(digest)
        return picture

    def put(self, digest: str, picture: bytes) -> None:
        """Keep a picture, and let go of the longest unused until there is room."""
        self.size += len(picture) - len(self._pictures.pop(digest, b""))
        self._pictures[digest] = picture
        while self.size > self._most_bytes:
            _, gone = self._pictures.popitem(last=False)
            self.size -= len(gone)


class Draws(Protocol):
    """Whoever makes a picture of a chart, one at a time."""

    async def draw(self, spec: ChartSpec) -> bytes:
        """Return the picture of `spec`."""
        ...


class Seat:
    """One worker process, which is replaced when it dies. It draws one chart at a time."""

    def __init__(self, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._executor: ProcessPoolExecutor | None = None
        self._is_closed = False
        self.pid: int | None = None
        """Of the worker, once it is warm."""

    async def draw(self, spec: ChartSpec) -> bytes:
        """Return the picture of `spec`.

        Raises:
            Unavailable: workers died over it, or took too long.
        """
        for _ in range(_ATTEMPTS):
            try:
                async with asyncio.timeout(self._deadline_s):
                    executor = await self.warm()
                    return await asyncio.get_running_loop().run_in_executor(executor, worker.drawn, spec)
            except BrokenProcessPool:
                await self._end()
            except TimeoutError:
                await self._end()
                break
        raise Unavailable("The chart could not be drawn.", hint="Ask again in a moment.")

    async def warm(self) -> ProcessPoolExecutor:
        """Start a worker where there is none, and wait until it is warm.

        Raises:
            BrokenProcessPool: it died meanwhile, or the seat is closed.
        """
        if self._is_closed:
            raise BrokenProcessPool("no charts are drawn any more")
        if self._executor is None:
            self._executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=worker.begin)
        if self.pid is None:
            loop = asyncio.get_running_loop()
            self.pid = await loop.run_in_executor(self._executor, worker.warm_up)
        return self._executor

    async def close(self) -> None:
        """End the worker for good, in the middle of a chart if need be."""
        self._is_closed = True
        await self._end()

    async def _end(self) -> None:
        executor, pid = self._executor, self.pid
        self._executor = self.pid = None
        if executor is None:
            return
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(executor.shutdown, cancel_futures=True)


class Charts:
    """Draws charts, each in the first seat that is free, and keeps what it drew."""

    def __init__(self, seats: Sequence[Draws], kept: Kept) -> None:
        self._free: asyncio.LifoQueue[Draws] = asyncio.LifoQueue()
        for seat in seats:
            self._free.put_nowait(seat)
        self._kept = kept
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def draw(self, spec: ChartSpec) -> Drawn:
        """Return the picture of `spec`, drawn now or before.

        Raises:
            Unavailable: it could not be drawn; asking again may help.
        """
        digest = digest_of(spec)
        lock = self._drawing.setdefault(digest, asyncio.Lock())
        async with lock:
            png = self._kept.get(digest)
            if png is None:
                png = await self._drawn(spec)
                self._kept.put(digest, png)
        return Drawn(png=png, digest=digest)

    async def _drawn(self, spec: ChartSpec) -> bytes:
        seat = await self._free.get()
        try:
            return await seat.draw(spec)
        finally:
            self._free.put_nowait(seat)


@asynccontextmanager
async def open_charts(workers: int = 1, *, kept_bytes: int = KEPT_BYTES) -> AsyncIterator[Charts]:
    """Start `workers` processes that draw, and wait until they are warm; end them with the block.

    They end by themselves when this process is killed.
    """
    seats = [Seat() for _ in range(workers)]
    try:
        async with asyncio.TaskGroup() as warming:
            for seat in seats:
                warming.create_task(seat.warm())
        yield Charts(seats, Kept(kept_bytes))
    finally:
        for seat in seats:
            await seat.close()
