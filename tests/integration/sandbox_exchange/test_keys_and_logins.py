"""Keys that are wrong, old, of the wrong kind or without a right, over REST and on the WebSocket."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import aiohttp
import ccxt
import pytest
from sandbox_exchange_stage import CLASSIC, MOVER, READER, UNIFIED, Stage, ccxt_client

SWAP = "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"apiKey": "nobody"}, "40037"), ({"secret": "guess"}, "40009"), ({"password": "guess"}, "40012")],
)
async def test_a_wrong_key_secret_or_passphrase_is_told_apart(
    stage: Stage, wrong: dict[str, Any], code: str
) -> None:
    async with ccxt_client(stage.url, key=CLASSIC, **wrong) as client:
        with pytest.raises(ccxt.AuthenticationError, match=code):
            await client.fetch_positions()
    assert stage.journal.entries[-1].account is None


@pytest.mark.parametrize("skew", [60_000, -60_000])
async def test_a_clock_that_is_a_minute_off_is_refused_until_the_client_corrects_it(
    stage: Stage, skew: int
) -> None:
    stage.faults.set({"clockskew": skew})
    async with ccxt_client(stage.url, key=CLASSIC) as client:
        with pytest.raises(ccxt.InvalidNonce, match="40008"):
            await client.fetch_positions()
        client.options["adjustForTimeDifference"] = True
        await client.load_time_difference()
        assert await client.fetch_positions() == []


async def test_each_kind_of_account_is_refused_by_the_others_protocol(
    stage: Stage, classic: Any, unified: Any
) -> None:
    with pytest.raises(ccxt.ExchangeError, match="40084"):
        await classic.privateUtaGetV3AccountSettings()
    with pytest.raises(ccxt.PermissionDenied, match="40085"):
        await unified.privateMixGetV2MixPositionAllPosition({"productType": "USDT-FUTURES"})
    assert (await unified.privateUtaGetV3AccountSettings())["data"]["holdMode"] == "one_way_mode"
    assert [entry.code for entry in stage.journal.of("settings")] == ["40084", "00000"]


async def test_a_key_that_may_only_read_reads_and_does_not_trade(stage: Stage) -> None:
    async with ccxt_client(stage.url, key=READER) as client:
        assert await client.fetch_positions() == []
        with pytest.raises(ccxt.PermissionDenied, match="40014"):
            await client.create_order(SWAP, "market", "buy", 0.01)
        with pytest.raises(ccxt.PermissionDenied, match="40014"):
            await client.set_leverage(5, SWAP)
    assert await stage.classic.positions() == []


async def test_the_account_says_what_its_key_may_do(stage: Stage, unified: Any) -> None:
    told = {}
    for key in (CLASSIC, READER, MOVER):
        async with ccxt_client(stage.url, key=key) as client:
            told[key] = (await client.privateSpotGetV2SpotAccountInfo())["data"]["authorities"]
    assert told == {
        CLASSIC: ["coor", "stor", "coow", "stow"],
        READER: ["coor", "stor"],
        MOVER: ["coor", "stor", "coow", "stow", "wwow"],
    }
    info = (await unified.privateUtaGetV3AccountInfo())["data"]
    assert (info["permType"], info["permissions"]) == ("read-and-write", ["uta_trade"])


async def test_neither_secret_nor_passphrase_nor_signature_is_kept_in_the_journal(
    stage: Stage, classic: Any
) -> None:
    await classic.create_order(SWAP, "market", "buy", 0.01)
    kept = json.dumps(stage.journal.to_json())
    assert "place-order" in kept
    assert not [word for word in ("secret", "phrase", "sign") if word in kept]


def login(key: str, *, secret: str | None = None, passphrase: str | None = None, late: float = 0) -> str:
    moment = str(int(time.time() - late))
    signed = hmac.new(
        (secret or f"{key} secret").encode(), f"{moment}GET/user/verify".encode(), hashlib.sha256
    ).digest()
    said = {
        "apiKey": key,
        "passphrase": passphrase or f"{key} phrase",
        "timestamp": moment,
        "sign": base64.b64encode(signed).decode(),
    }
    return json.dumps({"op": "login", "args": [said]})


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"key": "nobody"}, 30011),
        ({"key": CLASSIC, "passphrase": "guess"}, 30012),
        ({"key": CLASSIC, "secret": "guess"}, 30015),
        ({"key": CLASSIC, "late": 60}, 30014),
        ({"key": UNIFIED}, 30005),
    ],
    ids=["key", "passphrase", "secret", "clock", "kind of account"],
)
async def test_a_login_that_is_wrong_is_refused_and_nothing_can_be_heard(
    stage: Stage, said: dict[str, Any], code: int
) -> None:
    subscribe = {"instType": "USDT-FUTURES", "channel": "orders", "instId": "default"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stage.url}/v2/ws/private") as socket,
        asyncio.timeout(5),
    ):
        await socket.send_str(login(**said))
        refused = await socket.receive_json()
        await socket.send_json({"op": "subscribe", "args": [subscribe]})
        unheard = await socket.receive_json()
    assert (refused["event"], refused["code"]) == ("error", code)
    assert (unheard["event"], unheard["code"]) == ("error", 30004)
    assert not list(stage.served.hub.topics)


async def test_ccxt_tells_a_refused_login_from_others(stage: Stage) -> None:
    async with ccxt_client(stage.url, key=CLASSIC, secret="guess") as client:
        await client.load_markets()
        with pytest.raises(ccxt.AuthenticationError, match="30015"):
            async with asyncio.timeout(5):
                await client.watch_orders()


async def test_an_account_hears_nothing_of_another(stage: Stage, classic: Any) -> None:
    subscribe = {"instType": "UTA", "topic": "order"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stage.url}/v3/ws/private") as socket,
    ):
        await socket.send_str(login(UNIFIED))
        assert (await socket.receive_json())["event"] == "login"
        await socket.send_json({"op": "subscribe", "args": [subscribe]})
        assert await socket.receive_json() == {"event": "subscribe", "arg": subscribe}
        await classic.create_order(SWAP, "market", "buy", 0.01)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await socket.receive()
