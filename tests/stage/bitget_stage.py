"""A small server that speaks the public half of Bitget's protocol, and says exactly what a test tells it to.

Its replies and frames are tables that tests change; whole faults (silence, garbage, cut bodies) are switches.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from services.clock import SystemClock
from services.exchange.venues.addresses import Connection
from services.exchange.venues.exchange import CcxtExchange, open_venue

START_MS = 1_750_000_020_000
"""A minute's beginning, in 2025."""
_PRODUCTS = ("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
_MIX = "/api/v2/mix/market"
_SPOT = "/api/v2/spot/market"


def contract(symbol: str, **changes: object) -> dict[str, object]:
    base = symbol.removesuffix("USDT")
    row: dict[str, object] = {
        "symbol": symbol, "baseCoin": base, "quoteCoin": "USDT", "buyLimitPriceRatio": "0.05",
        "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002",
        "takerFeeRate": "0.0006", "openCostUpRatio": "0.01", "supportMarginCoins": ["USDT"],
        "minTradeNum": "0.0001", "priceEndStep": "1", "volumePlace": "4", "pricePlace": "1",
        "sizeMultiplier": "0.0001", "symbolType": "perpetual", "minTradeUSDT": "5",
        "maxSymbolOrderNum": "200",
        "maxProductOrderNum": "1000", "maxPositionNum": "150", "symbolStatus": "normal", "offTime": "-1",
        "limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "", "deliveryPeriod": "",
        "launchTime": "", "fundInterval": "8", "minLever": "1", "maxLever": "125", "posLimit": "0.1",
        "maintainTime": "", "maxMarketOrderQty": "220", "maxOrderQty": "1200",
    }  # fmt: skip
    return {**row, **changes}


def spot(symbol: str) -> dict[str, object]:
    return {
        "symbol": symbol, "baseCoin": symbol.removesuffix("USDT"), "quoteCoin": "USDT", "minTradeAmount": "0",
        "maxTradeAmount": "900000000000000000000", "takerFeeRate": "0.001", "makerFeeRate": "0.001",
        "pricePrecision": "2", "quantityPrecision": "6", "quotePrecision": "8", "status": "online",
        "minTradeUSDT": "1", "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no",
        "orderQuantity": "200", "openTime": "1532454360000", "offTime": "",
    }  # fmt: skip


def ticker(symbol: str, price: str = "50000", ts: int = START_MS, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "symbol": symbol, "instId": symbol, "lastPr": price, "askPr": "50000.5", "bidPr": "49999.5",
        "bidSz": "1.2", "askSz": "2.3", "high24h": "55000", "low24h": "45000", "ts": str(ts),
        "change24h": "0.01", "baseVolume": "1000", "quoteVolume": "50000000.25", "usdtVolume": "50000000",
        "openUtc": "50000", "changeUtc24h": "0.01", "indexPrice": "50000", "fundingRate": "0.0001",
        "holdingAmount": "5000", "deliveryStartTime": None, "deliveryTime": None, "deliveryStatus": "",
        "open24h": "49000", "markPrice": "50001.5",
    }  # fmt: skip
    return {**row, **changes}


def trade(number: int, price: str = "50000", ts: int = START_MS) -> dict[str, object]:
    return {"tradeId": str(number), "price": price, "size": "0.1", "side": "buy", "ts": str(ts)}


class StagedBitget:
    """What the server says; tests change it while it runs."""

    def __init__(self) -> None:
        self.contracts: list[dict[str, object]] = [contract("BTCUSDT"), contract("ETHUSDT")]
        self.spots: list[dict[str, object]] = [spot("BTCUSDT")]
        self.tickers = {"BTCUSDT": ticker("BTCUSDT"), "ETHUSDT": ticker("ETHUSDT", "3000")}
        self.books: dict[str, dict[str, object]] = {}
        self.trades: dict[str, list[dict[str, object]]] = {}
        self.candles: list[list[str]] = []
        self.answers: dict[str, object] = {}
        """A whole reply by path: a dictionary, or text, or a status with headers."""
        self.asked: Counter[str] = Counter()
        self.queries: list[dict[str, str]] = []
        self.label: dict[str, object] = {
            "venue": "binance",
            "simulated_from_ms": START_MS + 3_600_000,
            "is_depth_simulated": True,
            "nature_before": "replay",
        }
        self.sockets: set[web.WebSocketResponse] = set()
        self.subscribed: list[dict[str, str]] = []
        self.refused: set[str] = set()
        self.url = ""
        self._change = asyncio.Condition()

    async def rest(self, request: web.Request) -> web.Response:
        path = request.path
        self.asked[path] += 1
        self.queries.append(dict(request.query))
        if path in self.answers:
            return _reply(self.answers[path])
        if path == f"{_MIX}/ticker" and request.query.get("symbol") not in self.tickers:
            said = {"code": "40034", "msg": "Parameter does not exist", "requestTime": START_MS, "data": None}
            return _reply((400, {"Content-Type": "application/json"}, json.dumps(said)))
        return _reply(
            {"code": "00000", "msg": "success", "requestTime": START_MS, "data": self._data(request)}
        )

    def _data(self, request: web.Request) -> object:
        query, path = request.query, request.path
        symbol = query.get("symbol", "")
        is_usdt = query.get("productType") == "USDT-FUTURES"
        answers: dict[str, object] = {
            "/api/v2/public/time": {"serverTime": str(START_MS)},
            "/api/v2/spot/public/symbols": self.spots,
            f"{_MIX}/contracts": self.contracts if is_usdt else [],
            f"{_MIX}/tickers": list(self.tickers.values()) if is_usdt else [],
            f"{_SPOT}/tickers": [{**row, "markPrice": None} for row in self.tickers.values()],
            f"{_MIX}/ticker": [self.tickers.get(symbol)],
            f"{_MIX}/merge-depth": self.books.get(symbol),
            f"{_MIX}/fills-history": self.trades.get(symbol, []),
            f"{_MIX}/current-fund-rate": [
                {"symbol": symbol, "fundingRate": "0.0001", "fundingRateInterval": "8",
                 "nextUpdate": str(START_MS + 3_600_000), "minFundingRate": "-0.003",
                 "maxFundingRate": "0.003"}
            ],
            f"{_MIX}/open-interest": {
                "openInterestList": [{"symbol": symbol, "size": "52234.134"}], "ts": str(START_MS)
            },
        }  # fmt: skip
        if path.endswith("candles"):
            return self._candles_of(query)
        return answers.get(path, [])

    def _candles_of(self, query: Any) -> list[list[str]]:
        first, last = int(query.get("startTime", 0)), int(query.get("endTime", 1 << 62))
        fitting = [row for row in self.candles if first <= int(row[0]) < last]
        return fitting[-int(query.get("limit", 100)) :]

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(socket, message.data)
        finally:
            self.sockets.discard(socket)
        return socket

    async def _hear(self, socket: web.WebSocketResponse, text: str) -> None:
        if text == "ping":
            await socket.send_str("pong")
            return
        for argument in json.loads(text)["args"]:
            if argument["instId"] in self.refused:
                said = {"event": "error", "arg": argument, "code": 30001, "msg": "doesn't exist"}
                await socket.send_str(json.dumps(said))
                continue
            async with self._change:
                self.subscribed.append(argument)
                self._change.notify_all()
            await socket.send_str(json.dumps({"event": "subscribe", "arg": argument}))

    async def push(self, channel: str, symbol: str, *rows: object, action: str = "snapshot") -> None:
        argument = {"instType": "USDT-FUTURES", "channel": channel, "instId": symbol}
        await self.push_text(json.dumps({"action": action, "arg": argument, "data": rows, "ts": START_MS}))

    async def push_text(self, text: str) -> None:
        for socket in tuple(self.sockets):
            await socket.send_str(text)

    async def hang_up(self) -> None:
        """Reset every connection, without a goodbye."""
        for socket in tuple(self.sockets):
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()
        self.subscribed.clear()

    async def until_subscribed(self, channel: str, count: int = 1) -> None:
        async with asyncio.timeout(5), self._change:
            await self._change.wait_for(
                lambda: sum(one["channel"] == channel for one in self.subscribed) >= count
            )

    async def say_label(self, _request: web.Request) -> web.Response:
        return web.json_response(self.label)


def _reply(answer: object) -> web.Response:
    if isinstance(answer, tuple):
        status, headers, text = answer
        return web.Response(status=status, headers=headers, text=text)
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return web.Response(text=text, content_type="application/json")


@asynccontextmanager
async def staged_bitget() -> AsyncIterator[StagedBitget]:
    staged = StagedBitget()
    app = web.Application()
    app.router.add_get("/sim/market", staged.say_label)
    app.router.add_get("/v2/ws/public", staged.socket)
    app.router.add_route("*", "/api/{rest:.*}", staged.rest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    staged.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield staged
    finally:
        await runner.cleanup()


@asynccontextmanager
async def venue_at(
    staged: StagedBitget, cache: Path, *, quiet_seconds: float = 10.0
) -> AsyncIterator[CcxtExchange]:
    connection = Connection(venue="sandbox", base_url=staged.url)
    async with open_venue(
        connection, cache=cache, clock=SystemClock(), quiet_seconds=quiet_seconds
    ) as exchange:
        yield exchange
