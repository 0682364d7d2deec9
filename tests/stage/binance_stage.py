"""A small server that streams trades as Binance does, which counts single and aggregated ones apart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

AT_MS = 1_750_000_000_000
AGGREGATED, SINGLE = 9_001, 7_777
"""The two ids of the only trade there is."""


class StagedBinance:
    """Sends the trade as soon as it is subscribed."""

    def __init__(self) -> None:
        self.url = ""
        self.streams: dict[str, set[str]] = {}
        """What is subscribed, by the path of the connection."""

    async def rest(self, request: web.Request) -> web.Response:
        assert request.path.endswith("aggTrades")
        row = {"a": AGGREGATED, "p": "50000", "q": "0.5", "f": SINGLE, "l": SINGLE, "T": AT_MS, "m": False}
        return web.json_response([row])

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        mine = self.streams.setdefault(request.path, set())
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                said = json.loads(message.data)
                await socket.send_str(json.dumps({"result": None, "id": said["id"]}))
                if said["method"] == "UNSUBSCRIBE":
                    mine.difference_update(said["params"])
                    continue
                mine.update(said["params"])
                for stream in said["params"]:
                    await socket.send_str(json.dumps(_frame(stream)))
        return socket

    def subscribed(self) -> set[str]:
        return {stream for streams in self.streams.values() for stream in streams}


def _frame(stream: str) -> dict[str, Any]:
    market, _, kind = stream.partition("@")
    row = {"E": AT_MS, "s": market.upper(), "p": "50000", "q": "0.5", "T": AT_MS, "m": False}
    if kind == "aggTrade":
        return {**row, "e": kind, "a": AGGREGATED, "f": SINGLE, "l": SINGLE}
    return {**row, "e": "trade", "t": SINGLE}


@asynccontextmanager
async def staged_binance() -> AsyncIterator[StagedBinance]:
    staged = StagedBinance()
    app = web.Application()
    app.router.add_get("/{host}/{rest:(?:.*/)?(?:ws|stream)(?:/.*)?}", staged.socket)
    app.router.add_get("/{rest:.*}", staged.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    staged.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield staged
    finally:
        await runner.cleanup()
