from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.clock import SystemClock
from services.errors import ExchangeUnavailable
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import VenueClient


class Stream:
    """Stands where ccxt stands; its watch method waits on a future, as ccxt's do."""

    def __init__(self) -> None:
        self.waits_for: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def watch_orders(self) -> Any:
        return await self.waits_for


async def test_a_connection_that_ccxt_closes_itself_is_an_error_and_not_a_cancellation() -> None:
    stream = Stream()
    client = VenueClient(Connection(venue="bitget"), stream, clock=SystemClock())
    calling = asyncio.create_task(client.call("watch_orders", doing="read_account", seconds=None))
    await asyncio.sleep(0)
    stream.waits_for.cancel()
    with pytest.raises(ExchangeUnavailable):
        await calling


async def test_a_caller_that_is_cancelled_is_cancelled() -> None:
    client = VenueClient(Connection(venue="bitget"), Stream(), clock=SystemClock())
    calling = asyncio.create_task(client.call("watch_orders", doing="read_account", seconds=None))
    await asyncio.sleep(0)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
