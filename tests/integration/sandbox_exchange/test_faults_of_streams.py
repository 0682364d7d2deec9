"""Each fault of the WebSockets shows the effect that it is there for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import ccxt
import pytest
from aiohttp import WSMsgType
from sandbox_exchange_stage import Stage, ccxt_client, until

SWAP = "BTC/USDT:USDT"
TICKER = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
BOOKS = {"instType": "USDT-FUTURES", "channel": "books", "instId": "BTCUSDT"}


@asynccontextmanager
async def listening(stage: Stage, *topics: dict[str, str]) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Open a plain WebSocket that listens to `topics` and has heard how they stand."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/v2/ws/public") as socket:
        await socket.send_json({"op": "subscribe", "args": list(topics)})
        async with asyncio.timeout(5):
            heard = [await socket.receive_json() for _ in range(2 * len(topics))]
        assert [one["arg"] for one in heard if "event" in one] == list(topics)
        assert all(topic in [one["arg"] for one in heard if "action" in one] for topic in topics)
        yield socket


async def silence(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Return whether nothing is heard for a while."""
    try:
        async with asyncio.timeout(0.2):
            await socket.receive()
    except TimeoutError:
        return True
    return False


async def test_a_ping_gets_a_pong_until_that_is_switched_off(stage: Stage) -> None:
    async with listening(stage, TICKER) as socket:
        await socket.send_str("ping")
        assert (await socket.receive()).data == "pong"
        await stage.stir(nopong=True)
        await socket.send_str("ping")
        assert await silence(socket)


async def test_a_stalled_stream_answers_pings_and_sends_no_data(stage: Stage) -> None:
    async with listening(stage, TICKER) as socket:
        await stage.stir(wsstall=True)
        stage.source.set_price(SWAP, "50100")
        await socket.send_str("ping")
        assert (await socket.receive()).data == "pong"
        assert await silence(socket)


async def test_one_channel_can_stall_while_others_go_on(stage: Stage) -> None:
    async with listening(stage, TICKER, BOOKS) as socket:
        await stage.stir(wsstall_channels=["ticker"])
        stage.source.set_price(SWAP, "50100")
        async with asyncio.timeout(5):
            assert (await socket.receive_json())["arg"]["channel"] == "books"
        assert await silence(socket)


@pytest.mark.parametrize("text", ['{"action":"snapshot","arg":', '{"arg":{"channel":"ticker"},"data":null}'])
async def test_any_text_can_be_sent_to_everybody(stage: Stage, text: str) -> None:
    async with listening(stage, TICKER) as socket:
        await stage.stir(wsraw=text)
        assert (await socket.receive()).data == text


async def test_connections_can_be_closed_with_a_code(stage: Stage) -> None:
    async with listening(stage, TICKER) as socket:
        await stage.stir(wsclose=4001)
        message = await socket.receive()
        assert (message.type, socket.close_code) == (WSMsgType.CLOSE, 4001)


async def test_connections_can_be_reset(stage: Stage) -> None:
    async with listening(stage, TICKER) as socket:
        await stage.stir(wsabort=True)
        message = await socket.receive()
        assert message.type in {WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSE}
        assert socket.close_code in {None, 1006}


async def test_a_wrong_checksum_is_noticed_by_the_client(stage: Stage) -> None:
    async with ccxt_client(stage.url) as client:
        await client.load_markets()
        await client.watch_order_book(SWAP)
        async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
            watching = tasks.create_task(_until_refused(client))
            await asyncio.sleep(0.05)
            await stage.stir(book={"market": SWAP, "asks": [["50003", "1"]], "is_bad": True})
            assert await watching in {ccxt.ChecksumError, ccxt.UnsubscribeError}


async def _until_refused(client: Any) -> type[Exception]:
    try:
        while True:
            await client.watch_order_book(SWAP)
    except ccxt.BaseError as error:
        return type(error)


async def test_a_book_can_change_without_anybody_being_told(stage: Stage) -> None:
    async with listening(stage, BOOKS) as socket:
        await stage.stir(book={"market": SWAP, "asks": [["50003", "1"]], "is_silent": True})
        assert await silence(socket)
    async with ccxt_client(stage.url) as client:
        assert (await client.fetch_order_book(SWAP))["asks"] == [[50_003.0, 1.0]]


async def test_private_pushes_can_be_lost(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(classic.watch_my_trades())
        await until(lambda: list(stage.served.hub.topics))
        await stage.stir(drop_push=1)
        await classic.create_order(SWAP, "market", "buy", 0.01)
        await asyncio.sleep(0.2)
        assert not watching.done()
        await classic.create_order(SWAP, "market", "buy", 0.02)
        async with asyncio.timeout(5):
            assert [fill["amount"] for fill in await watching] == [0.02]
    assert len(await classic.fetch_my_trades(SWAP)) == 2


BAD_FRAMES = [
    ("not json", 30016),
    ('{"op":"subscribe"}', 30016),
    ('{"op":"subscribe","args":["x"]}', 30016),
    ('{"op":"dance","args":[]}', 30003),
    ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"ticker","instId":"NONE"}]}', 30001),
    ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"weather","instId":"BTCUSDT"}]}', 30001),
    ('{"op":"subscribe","args":[{"instType":"SPOT","channel":"candle7m","instId":"BTCUSDT"}]}', 30001),
    ('{"op":"login","args":[]}', 30013),
    ("[" * 5_000, 30016),
]


@pytest.mark.parametrize(("said", "code"), BAD_FRAMES)
async def test_a_frame_that_makes_no_sense_is_refused_and_the_connection_goes_on(
    stage: Stage, said: str, code: int
) -> None:
    async with listening(stage, TICKER) as socket, asyncio.timeout(5):
        await socket.send_str(said)
        refused = await socket.receive_json()
        assert (refused["event"], refused["code"]) == ("error", code)
        await socket.send_str("ping")
        assert (await socket.receive()).data == "pong"
