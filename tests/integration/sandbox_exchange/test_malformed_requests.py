"""Requests that make no sense get one of the venue's codes, never a server error, and change nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import aiohttp
import ccxt
import pytest
from sandbox_exchange_stage import Stage

GOOD = {
    "symbol": "BTCUSDT",
    "productType": "USDT-FUTURES",
    "marginCoin": "USDT",
    "marginMode": "crossed",
    "orderType": "limit",
    "price": "48000",
    "size": "0.01",
    "side": "buy",
}
UNIFIED_GOOD = {
    "category": "USDT-FUTURES",
    "symbol": "BTCUSDT",
    "orderType": "limit",
    "price": "48000",
    "qty": "0.01",
    "side": "buy",
}
NONSENSE: list[dict[str, Any]] = [
    *({"size": one} for one in ("", "x", "0", "-1", "NaN", "Infinity", "1e400", "9" * 40, "1e-9")),
    {"size": []},
    {"size": {}},
    *({"price": one} for one in ("", "0", "-5", "1e30", "48000.05", True)),
    *({"side": one} for one in ("", "up", 7)),
    *({"orderType": one} for one in ("", "stop")),
    *({"symbol": one} for one in ("", "NONE", "btcusdt", "BTC/USDT:USDT")),
    *({"marginMode": one} for one in ("cross", "both")),
    *({"force": one} for one in ("GTX", "now")),
    {"productType": "PONIES"},
    {"tradeSide": "sideways"},
    {"clientOid": "x" * 65},
    {"reduceOnly": "YES", "side": "sell"},
    {"presetStopLossPrice": "50000"},
]


@pytest.mark.parametrize("wrong", NONSENSE, ids=str)
async def test_an_order_that_makes_no_sense_is_refused(
    stage: Stage, classic: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ccxt.ExchangeError) as refused:
        await classic.privateMixPostV2MixOrderPlaceOrder(GOOD | wrong)
    assert '"code":"4' in str(refused.value) or '"code":"22002"' in str(refused.value)
    assert await stage.classic.orders.open_orders() == []


@pytest.mark.parametrize(
    "wrong",
    [{"qty": ""}, {"qty": "1e99"}, {"posSide": "up"}, {"category": "X"}, {"extra": 1}, {"side": ""}],
    ids=str,
)
async def test_an_order_of_a_unified_account_that_makes_no_sense_is_refused(
    stage: Stage, unified: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ccxt.ExchangeError, match='"code":"4'):
        await unified.privateUtaPostV3TradePlaceOrder(UNIFIED_GOOD | wrong)
    assert await stage.unified.orders.open_orders() == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "9" * 500},
        {"startTime": "yesterday"},
        {"startTime": "9" * 30},
        {"endTime": "²"},
        {"granularity": "7m"},
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_refused(stage: Stage, query: dict[str, str]) -> None:
    whole = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "granularity": "1m"} | query
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.url}/api/v2/mix/market/candles", params=whole) as reply,
    ):
        assert (reply.status, (await reply.json())["code"]) == (400, "40017")


async def test_a_limit_above_what_there_is_gives_what_there_is(stage: Stage) -> None:
    query = {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "limit": "max"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{stage.url}/api/v2/mix/market/merge-depth", params=query) as reply,
    ):
        assert len((await reply.json())["data"]["asks"]) == 40


@pytest.mark.parametrize("body", ["", "{", "[1]", "null", '"x"', "[" * 10_000, "{" * 10_000])
async def test_a_body_that_is_not_an_object_is_refused(stage: Stage, classic: Any, body: str) -> None:
    path = "/api/v2/mix/order/place-order"
    time = str(classic.milliseconds())
    sign = classic.hmac(f"{time}POST{path}{body}".encode(), classic.secret.encode(), hashlib.sha256, "base64")
    headers = {
        "ACCESS-KEY": classic.apiKey,
        "ACCESS-PASSPHRASE": classic.password,
        "ACCESS-TIMESTAMP": time,
        "ACCESS-SIGN": sign,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(stage.url + path, data=body, headers=headers) as reply,
    ):
        assert (reply.status, (await reply.json())["code"][:2]) == (400, "40")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "40001"),
        ({"ACCESS-KEY": "classic"}, "40002"),
        ({"ACCESS-KEY": "classic", "ACCESS-SIGN": "x"}, "40005"),
        ({"ACCESS-KEY": "classic", "ACCESS-SIGN": "x", "ACCESS-TIMESTAMP": "9" * 99}, "40005"),
        ({"ACCESS-KEY": "classic", "ACCESS-SIGN": "x", "ACCESS-TIMESTAMP": "1"}, "40011"),
        (
            {"ACCESS-KEY": "classic", "ACCESS-SIGN": "x", "ACCESS-TIMESTAMP": "1", "ACCESS-PASSPHRASE": "x"},
            "40008",
        ),
    ],
)
async def test_a_private_question_without_all_its_headers_says_which_is_missing(
    stage: Stage, headers: dict[str, str], code: str
) -> None:
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{stage.url}/api/v2/mix/position/all-position") as reply,
    ):
        assert (reply.status, (await reply.json())["code"]) == (400, code)
