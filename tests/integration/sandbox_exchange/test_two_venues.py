"""The second venue, under a path of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
from quiet_market import MARKETS, QuietMarket
from sandbox_exchange_stage import TWIN_LABEL, ccxt_client, running_exchange

from sandbox.exchange.venue import Playing

SWAP = "BTC/USDT:USDT"


LABELS = [
    {
        "venue": "quiet",
        "simulated_from_ms": None,
        "is_depth_simulated": False,
        "nature_before": "replay",
        "is_interest_simulated": False,
    },
    {
        "venue": "quiet-twin",
        "simulated_from_ms": 0,
        "is_depth_simulated": True,
        "nature_before": "simulated",
        "is_interest_simulated": True,
    },
]
"""What the two say of themselves."""


async def test_two_venues_on_one_port_have_their_own_prices_streams_faults_and_labels() -> None:
    twin = QuietMarket(MARKETS, nature="simulated")
    twin.set_price(SWAP, "50033")
    label = replace(TWIN_LABEL, is_interest_simulated=True)
    async with (
        running_exchange(twin=Playing(exchange=twin, label=label)) as stage,
        ccxt_client(stage.url) as first,
        ccxt_client(f"{stage.url}/twin") as second,
    ):
        assert (await first.fetch_ticker(SWAP))["last"] == 50_000.0
        assert (await second.fetch_ticker(SWAP))["last"] == 50_033.0
        async with asyncio.timeout(5):
            told = [(await client.watch_ticker(SWAP))["last"] for client in (first, second)]
        assert told == [50_000.0, 50_033.0]
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{stage.url}/twin/sim/faults", json={"nopong": True}):
                pass
            labels = []
            for path in ("", "/twin"):
                async with session.get(f"{stage.url}{path}/sim/market") as reply:
                    labels.append(await reply.json())
        assert not stage.faults.now.nopong
        assert stage.running.twin is not None
        assert stage.running.twin.venue.faults.now.nopong
        assert labels == LABELS
        assert len(stage.running.twin.venue.journal.of("mix/market/ticker")) == 1


async def test_without_leave_the_control_plane_says_what_the_market_is_and_nothing_else() -> None:
    async with running_exchange(faults_allowed=False) as stage, aiohttp.ClientSession() as session:
        async with session.get(f"{stage.url}/sim/market") as reply:
            assert (await reply.json())["venue"] == "quiet"
        for method, path in (
            ("GET", "faults"),
            ("POST", "faults"),
            ("DELETE", "faults"),
            ("GET", "requests"),
            ("POST", "burst"),
        ):
            async with session.request(method, f"{stage.url}/sim/{path}", json={}) as reply:
                assert reply.status == 404
