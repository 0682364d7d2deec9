"""The private half of the small server in `bitget_stage`: it says what a test tells it to and keeps what was sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import web
from bitget_stage import StagedBitget, _reply, contract, spot

from services.clock import SystemClock
from services.exchange.orders import OrderRequest
from services.exchange.venues.account import CcxtAccount, Patience, open_account
from services.exchange.venues.addresses import Connection, Credentials
from services.exchange.venues.private_streams import Pace

KEYS = Credentials(key="a-key", secret="a-secret", passphrase="a-phrase")
PLACED = {"clientOid": "mine-1", "orderId": "1300000000000000028"}
MODES = "/api/v2/mix/account/account"
ORDER_INFO = "/api/v3/trade/order-info"
ORDER_DETAIL = "/api/v2/mix/order/detail"


def good(data: object) -> dict[str, object]:
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": data}


def bad(code: str, status: int = 400) -> tuple[int, dict[str, str], str]:
    text = json.dumps({"code": code, "msg": "no", "requestTime": 1, "data": None})
    return status, {"Content-Type": "application/json"}, text


def order_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "symbol": "BTCUSDT", "size": "0.01", "orderId": PLACED["orderId"], "clientOid": "mine-1",
        "baseVolume": "0", "fee": "0", "price": "40000", "priceAvg": "", "state": "live", "side": "buy",
        "force": "gtc", "totalProfits": "0", "posSide": "net", "marginCoin": "USDT",
        "presetStopSurplusPrice": "", "presetStopLossPrice": "", "quoteVolume": "0", "orderType": "limit",
        "leverage": "20", "marginMode": "crossed", "reduceOnly": "NO", "enterPointSource": "API",
        "tradeSide": "buy_single", "posMode": "one_way_mode", "orderSource": "normal",
        "cTime": "1750000020000", "uTime": "1750000021000",
    }  # fmt: skip
    return {**row, **changes}


def unified_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "orderId": PLACED["orderId"], "clientOid": "mine-1", "category": "USDT-FUTURES", "symbol": "BTCUSDT",
        "orderType": "limit", "side": "buy", "price": "40000", "qty": "0.01", "amount": "0",
        "cumExecQty": "0", "cumExecValue": "0", "avgPrice": "0", "timeInForce": "gtc", "orderStatus": "new",
        "posSide": "net", "holdMode": "one_way_mode", "reduceOnly": "no",
        "feeDetail": [{"feeCoin": "USDT", "fee": "0"}], "createdTime": "1750000020000",
        "updatedTime": "1750000021000", "stpMode": "none", "cancelReason": "", "execType": "normal",
        "tpTriggerBy": None, "slTriggerBy": None, "takeProfit": None, "stopLoss": None, "tpOrderType": None,
        "slOrderType": None, "tpLimitPrice": None, "slLimitPrice": None, "marginMode": "crossed",
        "marginCoin": "USDT", "leverage": "10", "totalProfit": "0",
    }  # fmt: skip
    return {**row, **changes}


def plan_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "planType": "normal_plan", "symbol": "BTCUSDT", "size": "0.01", "orderId": PLACED["orderId"],
        "executeOrderId": "", "clientOid": "mine-1", "planStatus": "live", "price": "", "executePrice": "",
        "priceAvg": "", "baseVolume": "", "callbackRatio": "", "triggerPrice": "45000",
        "triggerType": "mark_price", "side": "sell", "posSide": "net", "marginCoin": "USDT",
        "marginMode": "crossed", "enterPointSource": "API", "tradeSide": "close", "posMode": "one_way_mode",
        "orderType": "market", "stopSurplusTriggerPrice": "", "stopSurplusExecutePrice": "",
        "stopSurplusTriggerType": "fill_price", "stopLossTriggerPrice": "", "stopLossExecutePrice": "",
        "stopLossTriggerType": "fill_price", "uTime": "1750000021000", "cTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def instrument() -> dict[str, object]:
    return {
        "symbol": "BTCUSDT", "category": "USDT-FUTURES", "baseCoin": "BTC", "quoteCoin": "USDT",
        "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005",
        "makerFeeRate": "0.0002", "takerFeeRate": "0.0006", "openCostUpRatio": "0.01", "minOrderQty": "0.0001",
        "maxOrderQty": "1200", "pricePrecision": "1", "quantityPrecision": "4", "quotePrecision": None,
        "priceMultiplier": "0.1", "quantityMultiplier": "0.0001", "type": "perpetual", "minOrderAmount": "5",
        "maxSymbolOrderNum": "400", "maxProductOrderNum": "1000", "maxPositionNum": "150", "status": "online",
        "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "",
        "deliveryPeriod": "", "launchTime": "", "fundInterval": "8", "minLeverage": "1", "maxLeverage": "125",
        "maintainTime": "",
    }  # fmt: skip


def _product(row: dict[str, object]) -> str:
    return {"USDT": "USDT-FUTURES", "USDC": "USDC-FUTURES"}.get(str(row["quoteCoin"]), "COIN-FUTURES")


class NoLimit:
    """A budget that never ends."""

    async def take(self, units: float) -> None:
        del units

    async def rest(self, seconds: float) -> None:
        del seconds


def a_request(**changes: object) -> OrderRequest:
    asked: dict[str, Any] = {
        "market": "BTC/USDT:USDT",
        "side": "buy",
        "kind": "limit",
        "amount": Decimal("0.01"),
        "price": Decimal(40000),
        "client_id": "mine-1",
    }
    return OrderRequest(**{**asked, **changes})


def fill_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "tradeId": "7001", "symbol": "BTCUSDT", "orderId": PLACED["orderId"], "price": "50000.50",
        "baseVolume": "0.0100",
        "feeDetail": [
            {"deduction": "no", "feeCoin": "USDT", "totalDeductionFee": "0", "totalFee": "-0.30000300"}
        ],
        "side": "buy", "quoteVolume": "500.005", "profit": "0", "enterPointSource": "api",
        "tradeSide": "buy_single", "posMode": "one_way_mode", "tradeScope": "taker", "cTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def unified_fill_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "execId": "7001", "orderId": PLACED["orderId"], "category": "USDT-FUTURES", "symbol": "BTCUSDT",
        "orderType": "market", "side": "buy", "execPrice": "50000.50", "execQty": "0.0100",
        "execValue": "500", "tradeScope": "taker", "feeDetail": [{"feeCoin": "USDT", "fee": "0.30000300"}],
        "createdTime": "1750000020000", "updatedTime": "1750000020000", "execPnl": "0",
    }  # fmt: skip
    return {**row, **changes}


def position_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "marginCoin": "USDT", "symbol": "BTCUSDT", "holdSide": "long", "openDelegateSize": "0",
        "marginSize": "25.00025", "available": "0.0100", "locked": "0", "total": "0.0100", "leverage": "20",
        "achievedProfits": "0", "openPriceAvg": "50000.50", "marginMode": "crossed",
        "posMode": "one_way_mode", "unrealizedPL": "-0.005", "liquidationPrice": "0",
        "keepMarginRate": "0.004", "markPrice": "50000", "marginRatio": "0.01", "breakEvenPrice": "50060.5",
        "totalFee": "", "takeProfit": "", "stopLoss": "", "takeProfitId": "", "stopLossId": "",
        "deductedFee": "0.3", "cTime": "1750000020000", "assetMode": "single", "autoMargin": "off",
        "uTime": "1750000020000",
    }  # fmt: skip
    return {**row, **changes}


def wallet_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "marginCoin": "USDT", "locked": "0", "available": "10000", "crossedMaxAvailable": "10000",
        "isolatedMaxAvailable": "10000", "maxTransferOut": "10000", "accountEquity": "10000",
        "usdtEquity": "10000", "btcEquity": "0.2", "crossedRiskRate": "0", "unrealizedPL": "0", "coupon": "0",
        "unionTotalMargin": "10000", "crossedUnrealizedPL": "0", "isolatedUnrealizedPL": "0",
        "assetMode": "single",
    }  # fmt: skip
    return {**row, **changes}


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


class StagedAccount(StagedBitget):
    """A classic account with no positions and no orders, unless told otherwise; tests change `answers`."""

    def __init__(self, *, is_unified: bool = False, is_hedged: bool = False) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.by_product: dict[str, list[dict[str, object]]] = {}
        """Positions, by the product that is asked for."""
        self.logins: list[dict[str, str]] = []
        self.login_answer: dict[str, object] = {"event": "login", "code": 0}
        self.contracts = [contract("BTCUSDT")]
        self.spots = [spot("BTCUSDT")]
        mode = "hedge_mode" if is_hedged else "one_way_mode"
        settings = {"uid": "1", "holdMode": mode, "symbolConfigList": []}
        self.answers |= {
            "/api/v3/account/settings": good(settings) if is_unified else bad("40084"),
            "/api/v2/spot/account/info": good({"authorities": ["coow", "stow", "coor", "stor"]}),
            "/api/v3/account/info": good({"permissions": ["uta_mgt", "uta_trade"]}),
            MODES: good({"posMode": mode, "marginMode": "crossed"}),
        }
        for path in ("place-order", "place-tpsl-order", "place-plan-order"):
            self.answers[f"/api/v2/mix/order/{path}"] = good(PLACED)
        for path in ("place-order", "place-strategy-order"):
            self.answers[f"/api/v3/trade/{path}"] = good(PLACED)
        self.answers["/api/v2/spot/trade/place-order"] = good(PLACED)
        self.answers["/api/v2/spot/trade/place-plan-order"] = good(PLACED)
        self.answers[ORDER_DETAIL] = good(order_row())
        self.answers[ORDER_INFO] = good(unified_row())
        self.answers["/api/v2/mix/order/orders-plan-pending"] = good({"entrustedList": [], "endId": None})
        self.answers["/api/v2/mix/order/orders-plan-history"] = good({"entrustedList": [], "endId": None})
        self.answers["/api/v3/trade/unfilled-strategy-orders"] = good([])
        self.answers["/api/v3/trade/history-strategy-orders"] = good([])

    def _data(self, request: web.Request) -> object:
        if request.path == "/api/v3/market/instruments":
            return [instrument()] if request.query.get("category") == "USDT-FUTURES" else []
        if request.path.endswith("all-position"):
            return self.by_product.get(request.query["productType"], [])
        if request.path.endswith("mix/market/contracts"):
            return [row for row in self.contracts if _product(row) == request.query["productType"]]
        if request.path == "/api/v3/market/tickers":
            return [
                {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "ts": "1750000020000", "lastPrice": "50000",
                 "markPrice": "50001.5", "indexPrice": "50000", "bid1Price": "49999.5", "ask1Price": "50000.5"}
            ]  # fmt: skip
        return super()._data(request)

    async def rest(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = json.loads(text) if text else None
        query, headers = dict(request.query), dict(request.headers)
        self.sent.append(Sent(request.method, request.path, query, body, headers))
        if request.path == "/api/v2/public/time" and request.path not in self.answers:
            return web.json_response(good({"serverTime": str(int(time.time() * 1000))}))
        answer = self.reply_to(request.path)
        return await super().rest(request) if answer is None else _reply(answer)

    def reply_to(self, path: str) -> object:
        """What to answer; None for what a venue without an account would."""
        return self.answers.get(path)

    async def _hear(self, socket: web.WebSocketResponse, text: str) -> None:
        if text == "ping":
            await socket.send_str("pong")
            return
        said = json.loads(text)
        if said["op"] == "login":
            self.logins.append(said["args"][0])
            await socket.send_str(json.dumps(self.login_answer))
            return
        for argument in said["args"]:
            self.subscribed.append({"channel": argument.get("topic", ""), **argument})
            await socket.send_str(json.dumps({"event": "subscribe", "arg": argument}))

    def of(self, path: str) -> list[Sent]:
        return [one for one in self.sent if one.path == path]

    @property
    def posts(self) -> list[Sent]:
        return [one for one in self.sent if one.method == "POST"]


@asynccontextmanager
async def staged_account(
    given: StagedAccount | None = None, *, is_unified: bool = False, is_hedged: bool = False
) -> AsyncIterator[StagedAccount]:
    staged = given or StagedAccount(is_unified=is_unified, is_hedged=is_hedged)
    app = web.Application()
    app.router.add_get("/sim/market", staged.say_label)
    app.router.add_get("/v2/ws/private", staged.socket)
    app.router.add_get("/v3/ws/private", staged.socket)
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


async def _no_time(seconds: float) -> None:
    del seconds
    await asyncio.sleep(0)


@asynccontextmanager
async def account_at(
    staged: StagedAccount,
    cache: Path,
    *,
    look_again: Sequence[float] = (0.01, 0.01),
    pace: Pace | None = None,
    hurried: bool = False,
) -> AsyncIterator[CcxtAccount]:
    """Open an account at the staged server; `hurried` waits for nothing."""
    connection = Connection(venue="sandbox", base_url=staged.url, credentials=KEYS)
    patience = Patience(
        look_again=look_again, pace=pace or Pace(), sleep=_no_time if hurried else asyncio.sleep
    )
    async with open_account(
        connection, cache=cache, clock=SystemClock(), patience=patience, budget_of=lambda _: NoLimit()
    ) as account:
        staged.sent.clear()
        yield account


@asynccontextmanager
async def sandbox_account(
    url: str,
    name: str,
    cache: Path,
    *,
    look_again: Sequence[float] = (0.05, 0.1, 0.2),
    pace: Pace | None = None,
    venue: str = "sandbox",
) -> AsyncIterator[CcxtAccount]:
    """Open the sandbox's account of that name over the wire, without a limit on how fast it may be asked."""
    keys = Credentials(key=name, secret=f"{name} secret", passphrase=f"{name} phrase")
    connection = Connection(venue=venue, base_url=url, credentials=keys)
    patience = Patience(look_again=look_again, pace=pace or Pace())
    async with open_account(
        connection, cache=cache, clock=SystemClock(), patience=patience, budget_of=lambda _: NoLimit()
    ) as account:
        yield account
