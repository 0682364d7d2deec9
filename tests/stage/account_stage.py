"""The private half of the small server in `bitget_stage`: it says what a test tells it to and keeps what was sent."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from aiohttp import web
from bitget_stage import StagedBitget, contract, spot

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

    async def rest(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = json.loads(text) if text else None
        query, headers = dict(request.query), dict(request.headers)
        self.sent.append(Sent(request.method, request.path, query, body, headers))
        if request.path == "/api/v2/public/time" and request.path not in self.answers:
            return web.json_response(good({"serverTime": str(int(time.time() * 1000))}))
        return await super().rest(request)

    def of(self, path: str) -> list[Sent]:
        return [one for one in self.sent if one.path == path]

    @property
    def posts(self) -> list[Sent]:
        return [one for one in self.sent if one.method == "POST"]


@asynccontextmanager
async def staged_account(*, is_unified: bool = False, is_hedged: bool = False) -> AsyncIterator[StagedAccount]:
    staged = StagedAccount(is_unified=is_unified, is_hedged=is_hedged)
    app = web.Application()
    app.router.add_get("/sim/market", staged.say_label)
    app.router.add_get("/v2/ws/private", staged.socket)
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
async def account_at(
    staged: StagedAccount, cache: Path, *, look_again: Sequence[float] = (0.01, 0.01), pace: Pace | None = None
) -> AsyncIterator[CcxtAccount]:
    connection = Connection(venue="sandbox", base_url=staged.url, credentials=KEYS)
    patience = Patience(look_again=look_again, pace=pace or Pace())
    async with open_account(connection, cache=cache, clock=SystemClock(), patience=patience) as account:
        staged.sent.clear()
        yield account
