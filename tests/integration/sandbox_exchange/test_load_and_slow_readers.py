"""Many messages, many listeners, and listeners that do not read."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Literal

import aiohttp
import pytest
from quiet_market import QuietMarket, perpetual, spot
from sandbox_exchange_stage import Stage, ccxt_client, running_exchange, until

from sandbox.exchange.burst import Burst
from sandbox.exchange.stream.connection import MOST_BYTES, MOST_FRAMES

SWAP = "BTC/USDT:USDT"
TICKER = {"instType": "USDT-FUTURES", "channel": "ticker", "instId": "BTCUSDT"}
MANY = [perpetual(f"C{number}/USDT:USDT", tick="0.01") for number in range(50)]


async def test_a_client_that_does_not_read_is_cut_off_and_memory_stays_bounded(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/v2/ws/public") as socket:
        await socket.send_json({"op": "subscribe", "args": [TICKER]})
        await until(lambda: list(stage.served.hub.topics))
        (slow,) = stage.served.hub.connections
        frame = b"x" * 50_000
        for _ in range(3 * MOST_BYTES // len(frame)):
            slow.push(frame)
        assert slow.was_dropped
        await until(lambda: not stage.served.hub.connections)


async def test_small_frames_are_counted_too(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/v2/ws/public"):
        await until(lambda: stage.served.hub.connections)
        (slow,) = stage.served.hub.connections
        for _ in range(MOST_FRAMES + 1):
            slow.push(b"{}")
        assert slow.was_dropped


async def test_a_client_that_goes_away_is_forgotten(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{stage.url}/v2/ws/public") as socket:
        await socket.send_json({"op": "subscribe", "args": [TICKER]})
        await until(lambda: list(stage.served.hub.topics))
    await until(lambda: not stage.served.hub.connections)
    assert not list(stage.served.hub.topics)


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["ticker", "trade"])
async def test_5000_messages_a_second_over_50_markets_arrive_whole_and_cost_less_than_one_core(
    channel: Literal["ticker", "trade"],
) -> None:
    async with (
        running_exchange(QuietMarket(MANY)) as stage,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stage.url}/v2/ws/public", max_msg_size=0) as socket,
    ):
        topics = [
            {"instType": "USDT-FUTURES", "channel": channel, "instId": f"C{number}USDT"}
            for number in range(50)
        ]
        await socket.send_json({"op": "subscribe", "args": topics})
        await until(lambda: len(list(stage.served.hub.topics)) == 50)
        heard: list[str] = []
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_read(socket, heard))
            await asyncio.sleep(0.3)
            heard.clear()
            cpu, begun = time.process_time(), time.monotonic()
            burst = Burst(
                markets=[market.name for market in MANY], per_second=5_000, seconds=2, channel=channel
            )
            assert await stage.served.bursts.run(burst) == 10_000
            took, spent = time.monotonic() - begun, time.process_time() - cpu
            await until(lambda: len(heard) >= 10_000)
            reading.cancel()
        assert len(heard) == 10_000
        assert spent / took < 1.0
        assert {json.loads(frame)["arg"]["channel"] for frame in heard[:100]} == {channel}


async def _read(socket: aiohttp.ClientWebSocketResponse, heard: list[str]) -> None:
    async for message in socket:
        heard += [message.data]


@pytest.mark.slow
async def test_1500_markets_are_listed_and_a_client_loads_them_in_seconds() -> None:
    listed = [perpetual(f"C{number}/USDT:USDT") for number in range(695)]
    listed += [spot(f"C{number}/USDT") for number in range(800)]
    async with running_exchange(QuietMarket(listed)) as stage, ccxt_client(stage.url) as client:
        begun = time.monotonic()
        assert len(await client.load_markets()) == 1_495
        assert len(await client.fetch_tickers(params={"productType": "USDT-FUTURES"})) == 695
        assert time.monotonic() - begun < 10.0


async def test_a_burst_over_http_answers_when_it_is_over(stage: Stage) -> None:
    wanted: dict[str, Any] = {"markets": [SWAP], "per_second": 200, "seconds": 0.1, "channel": "trade"}
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{stage.url}/sim/burst", json=wanted) as reply:
            assert await reply.json() == {"pushed": 20}
        async with session.post(f"{stage.url}/sim/burst", json=wanted | {"per_second": 0}) as reply:
            assert reply.status == 400
        async with session.post(f"{stage.url}/sim/burst", json=wanted | {"markets": ["NO/NE"]}) as reply:
            assert reply.status == 409
