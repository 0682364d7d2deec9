"""Trades have the same ids by REST and by stream, or nobody could tell which of them were missed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import WSMsgType, web
from raw_frames import a_market

from services.clock import SystemClock
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import open_client

AT_MS = 1_750_000_000_000
AGGREGATED, SINGLE = 9_001, 7_777
MARKETS = {
    "binance": a_market("BTCUSDT", "BTC", "USDT", lowercaseId="btcusdt"),
    "binanceusdm": a_market("BTCUSDT", "BTC", "USDT", is_swap=True, lowercaseId="btcusdt"),
}


class Binance:
    """Counts single trades and aggregated ones apart, as the venue does."""

    def __init__(self) -> None:
        self.url = ""

    async def rest(self, request: web.Request) -> web.Response:
        assert request.path.endswith("aggTrades")
        row = {"a": AGGREGATED, "p": "50000", "q": "0.5", "f": SINGLE, "l": SINGLE, "T": AT_MS, "m": False}
        return web.json_response([row])

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                for stream in json.loads(message.data)["params"]:
                    await socket.send_str(json.dumps(_frame(stream)))
        return socket


def _frame(stream: str) -> dict[str, Any]:
    market, _, kind = stream.partition("@")
    assert market == "btcusdt"
    row = {"E": AT_MS, "s": "BTCUSDT", "p": "50000", "q": "0.5", "T": AT_MS, "m": False}
    if kind == "aggTrade":
        return {**row, "e": kind, "a": AGGREGATED, "f": SINGLE, "l": SINGLE}
    return {**row, "e": "trade", "t": SINGLE}


@asynccontextmanager
async def running_binance() -> AsyncIterator[str]:
    staged = Binance()
    app = web.Application()
    app.router.add_get("/{host}/{rest:(?:.*/)?(?:ws|stream)(?:/.*)?}", staged.socket)
    app.router.add_get("/{rest:.*}", staged.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("venue", sorted(MARKETS))
async def test_a_streamed_trade_of_binance_has_the_id_that_rest_gives_it(venue: str) -> None:
    market = MARKETS[venue]
    name = market["symbol"]
    for method, asked in (("watch_trades_for_symbols", [name]), ("watch_trades", name)):
        async with (
            running_binance() as url,
            open_client(Connection(venue=venue, base_url=url), clock=SystemClock()) as client,
        ):
            client.exchange.set_markets([market])
            (told,) = await client.call("fetch_trades", name, None, 1)
            streamed = await client.call(method, asked, seconds=5)
        assert told["id"] == streamed[-1]["id"] == str(AGGREGATED)
