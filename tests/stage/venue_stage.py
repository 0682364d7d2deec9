"""What tests of the venue adapter stand on: the adapter on a local server, and readers of its streams."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from services.clock import SystemClock
from services.errors import OmegaError
from services.exchange.exchange import Channel, Update
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import CcxtExchange, open_venue

BTC = "BTC/USDT:USDT"
ETH = "ETH/USDT:USDT"
PATIENCE_S = 10.0


@asynccontextmanager
async def venue_over(
    url: str, *, venue: str = "sandbox", cache: Path | None = None, quiet_seconds: float = 10.0
) -> AsyncIterator[CcxtExchange]:
    """Open the adapter on a local server, with a cache of its own unless it is given one."""
    connection = Connection(venue=venue, base_url=url)
    with tempfile.TemporaryDirectory() as folder:
        async with open_venue(
            connection, cache=cache or Path(folder), clock=SystemClock(), quiet_seconds=quiet_seconds
        ) as exchange:
            yield exchange


class Reader:
    """Reads one iteration in the background and keeps what came and how it ended."""

    def __init__(self, exchange: CcxtExchange, channel: Channel, markets: Sequence[str]) -> None:
        self.updates: list[Update] = []
        self.error: OmegaError | None = None
        self._iteration = exchange.watch(channel, markets)
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for update in self._iteration:
                self.updates.append(update)
        except OmegaError as error:
            self.error = error

    async def until(self, is_so: Callable[[list[Update]], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so(self.updates):
                assert self.error is None, self.error
                await asyncio.sleep(0.01)

    async def ends(self, within: float = PATIENCE_S) -> OmegaError:
        """Wait for the iteration to end by itself, and return what it raised."""
        async with asyncio.timeout(within):
            await asyncio.wait([self._task])
        assert self.error is not None
        return self.error

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@asynccontextmanager
async def reading(
    exchange: CcxtExchange, channel: Channel, markets: Sequence[str] = (BTC,)
) -> AsyncIterator[Reader]:
    reader = Reader(exchange, channel, markets)
    try:
        yield reader
    finally:
        await reader.close()


async def is_over_in(seconds: float, work: Awaitable[object]) -> bool:
    """Return whether something of plain ccxt's ends within a time; it is cancelled if not."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait([task], timeout=seconds)
    if not done:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return bool(done)
