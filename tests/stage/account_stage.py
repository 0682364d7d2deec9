"""The private half of the server in `bitget_stage`: says what a test tells it to, and keeps what was sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from account_rows import (
    MODES,
    ORDER_DETAIL,
    ORDER_INFO,
    PLACED,
    bad,
    good,
    instrument,
    order_row,
    product_of,
    unified_row,
)
from aiohttp import web
from bitget_stage import StagedBitget, _reply, contract, spot
from sandbox_exchange_stage import ccxt_client

from services.clock import SystemClock
from services.exchange.venues.account import CcxtAccount, Patience, open_account
from services.exchange.venues.addresses import Connection, Credentials
from services.exchange.venues.private_streams import Pace

KEYS = Credentials(key="a-key", secret="a-secret", passphrase="a-phrase")


class NoLimit:
    """A budget that never ends."""

    async def take(self, units: float) -> None:
        del units

    async def rest(self, seconds: float) -> None:
        del seconds


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
            return [row for row in self.contracts if product_of(row) == request.query["productType"]]
        if request.path == "/api/v3/market/tickers":
            return [
                {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "ts": "1750000020000", "lastPrice": "50000",
                 "markPrice": "50001.5", "indexPrice": "50000", "bid1Price": "49999.5",
                 "ask1Price": "50000.5"}
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
            refused = await self.hear_subscription(argument)
            if refused is not None:
                await socket.send_str(json.dumps(refused))
                continue
            async with self._change:
                self.subscribed.append({"channel": argument.get("topic", ""), **argument})
                self._change.notify_all()
            await socket.send_str(json.dumps({"event": "subscribe", "arg": argument}))

    async def hear_subscription(self, argument: dict[str, str]) -> dict[str, object] | None:
        """What to refuse a subscription with; None to take it."""
        del argument
        return None

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


@asynccontextmanager
async def plain_ccxt(staged: StagedAccount, *, is_unified: bool = False) -> AsyncIterator[Any]:
    """Open unmodified ccxt for the same account."""
    keys = {"apiKey": KEYS.key, "secret": KEYS.secret, "password": KEYS.passphrase}
    async with ccxt_client(staged.url, is_unified=is_unified, **keys) as exchange:
        yield exchange


@asynccontextmanager
async def both(
    cache: Path, *, is_unified: bool = False, pace: Pace | None = None
) -> AsyncIterator[tuple[StagedAccount, Any, CcxtAccount]]:
    """A staged venue, plain ccxt, and our account."""
    async with (
        staged_account(is_unified=is_unified) as staged,
        plain_ccxt(staged, is_unified=is_unified) as exchange,
        account_at(staged, cache, pace=pace) as account,
    ):
        yield staged, exchange, account
