"""Feeds a recorded reply of a venue to ccxt over real HTTP, and gives what the strict class makes of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from bitget_stage import contract, spot

from services.clock import SystemClock
from services.exchange.venues.addresses import Connection, Credentials
from services.exchange.venues.client import VenueClient, open_client

_CREDENTIALS = Credentials(key="key", secret="secret", passphrase="passphrase")
_BASES = ("BTC", "LTC")
_CONTRACTS = {
    "USDT-FUTURES": [contract(f"{base}USDT", minTradeNum="0.001") for base in _BASES],
    "COIN-FUTURES": [contract("BTCUSD", baseCoin="BTC", quoteCoin="USD", supportMarginCoins=["BTC"])],
}


@dataclass(frozen=True)
class Case:
    """One recorded reply and what it has to become."""

    exchange: str
    description: str
    method: str
    input: list[Any]
    reply: Any
    expected: Any

    @property
    def is_public(self) -> bool:
        return self.method in {"fetchOHLCV", "fetchOrderBook"}

    @property
    def call(self) -> str:
        """The method's name in Python."""
        name = self.method.replace("OHLCV", "Ohlcv")
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def recorded_cases(folder: Path) -> list[Case]:
    cases: list[Case] = []
    for file in sorted(folder.glob("*_response_excerpt.json")):
        content = json.loads(file.read_text())
        cases.extend(
            Case(
                exchange=file.name.partition("_")[0],
                description=row["description"],
                method=row["method"],
                input=row["input"],
                reply=row["httpResponse"],
                expected=row["expected"],
            )
            for row in content["cases"]
        )
    return cases


def _answer(request: web.Request, reply: Any) -> Any:
    """Answer a question for markets with a few, one for the time with it, and any other with `reply`."""
    path = request.path
    if path.endswith("mix/market/contracts"):
        return _enveloped(_CONTRACTS.get(request.query["productType"], []))
    if path.endswith("spot/public/symbols"):
        return _enveloped([spot(f"{base}USDT") for base in _BASES])
    if path.endswith("margin/currencies"):
        return _enveloped([])
    if path.endswith("public/time"):
        return _enveloped({"serverTime": "1795247181412"})
    return reply


def _enveloped(rows: Any) -> dict[str, Any]:
    return {"code": "00000", "msg": "success", "requestTime": 1, "data": rows}


@asynccontextmanager
async def answering(reply: Any) -> AsyncIterator[str]:
    """Run a server that gives `reply` to every question but those for markets; yields its address."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(_answer(request, reply))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _binance_market(name: str, identity: str) -> dict[str, Any]:
    is_swap = ":" in name
    return {
        "id": identity, "symbol": name, "base": "BTC", "quote": "USDT", "settle": "USDT" if is_swap else None,
        "type": "swap" if is_swap else "spot", "spot": not is_swap, "swap": is_swap, "future": False,
        "option": False, "contract": is_swap, "linear": True if is_swap else None,
        "inverse": False if is_swap else None, "contractSize": 1.0 if is_swap else None, "active": True,
        "precision": {"price": 0.01, "amount": 0.001},
    }  # fmt: skip


@asynccontextmanager
async def client_answered_with(case: Case) -> AsyncIterator[VenueClient]:
    """Open a client of the case's venue, with keys and a few markets, that gets the recorded answer."""
    async with answering(case.reply) as url:
        connection = Connection(venue=case.exchange, base_url=url)
        if case.exchange == "bitget":
            connection = Connection(venue="bitget", base_url=url, credentials=_CREDENTIALS)
        async with open_client(connection, clock=SystemClock()) as client:
            if case.exchange == "bitget":
                await client.call("load_markets")
            else:
                client.exchange.set_markets(
                    [_binance_market("BTC/USDT", "BTCUSDT"), _binance_market("BTC/USDT:USDT", "BTCUSDT")]
                )
            yield client


async def made_of(case: Case) -> Any:
    """Return what the strict class makes of the recorded reply."""
    async with client_answered_with(case) as client:
        return await client.call(case.call, *case.input, doing="read_account")


def differences(expected: Any, made: Any, path: str = "") -> list[str]:
    """Return where `made` lacks something of `expected`; what it has beyond is not asked about."""
    if isinstance(expected, Mapping):
        return [
            line
            for key, value in expected.items()
            for line in differences(
                value, made.get(key) if isinstance(made, Mapping) else None, f"{path}.{key}"
            )
        ]
    if isinstance(expected, list):
        if len(expected) != len(made):
            return [f"{path}: {len(made)} rows instead of {len(expected)}"]
        pairs = zip(expected, made, strict=True)
        return [line for n, (one, two) in enumerate(pairs) for line in differences(one, two, f"{path}[{n}]")]
    return [] if expected == made else [f"{path}: {made!r} instead of {expected!r}"]
