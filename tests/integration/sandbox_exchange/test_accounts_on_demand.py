"""Accounts that begin when somebody comes with their key, as unmodified ccxt brings it."""

from __future__ import annotations

import asyncio
from typing import Any

import ccxt
import pytest
from sandbox_exchange_stage import Stage, ccxt_client, key_on_demand, settled

SWAP = "BTC/USDT:USDT"


async def test_an_account_begins_with_its_first_request_and_trades_apart_from_others(stage: Stage) -> None:
    async with (
        ccxt_client(stage.url, **key_on_demand("mia")) as mia,
        ccxt_client(stage.url, **key_on_demand("leo")) as leo,
    ):
        await mia.create_order(SWAP, "market", "buy", 0.01)
        assert [held["contracts"] for held in await mia.fetch_positions()] == [0.01]
        assert await leo.fetch_positions() == []
    assert {"mia", "leo"} <= set(stage.paper.names())


async def test_who_comes_many_at_once_with_one_new_key_finds_one_account(stage: Stage) -> None:
    async with ccxt_client(stage.url, **key_on_demand("mia")) as mia:
        await mia.load_markets()
        await asyncio.gather(*(mia.create_order(SWAP, "limit", "buy", 0.01, 40_000) for _ in range(5)))
        assert len(await mia.fetch_open_orders(SWAP)) == 5
    assert stage.paper.names().count("mia") == 1


@pytest.mark.parametrize("name", ["mia", "mia-unified"])
async def test_a_new_account_is_heard_from_its_first_login_on(stage: Stage, name: str) -> None:
    is_unified = name.endswith("-unified")
    heard: list[Any] = []

    async def listen(client: Any) -> None:
        while True:
            heard.extend(await client.watch_orders())

    async with ccxt_client(stage.url, is_unified=is_unified, **key_on_demand(name)) as client:
        await client.load_markets()
        listening = asyncio.create_task(listen(client))
        await settled(lambda: _is_heard(stage, name))
        placed = await client.create_order(SWAP, "limit", "buy", 0.01, 40_000)
        await settled(lambda: _is_there(heard, placed["id"]))
        listening.cancel()


async def test_the_watchdog_cancels_and_closes_with_a_key_of_its_own(stage: Stage) -> None:
    async with (
        ccxt_client(stage.url, **key_on_demand("mia")) as mia,
        ccxt_client(stage.url, **key_on_demand("mia", "watchdog")) as watchdog,
    ):
        await mia.create_order(SWAP, "market", "buy", 0.01)
        rests = await mia.create_order(SWAP, "limit", "buy", 0.01, 40_000, {"clientOrderId": "rests"})
        (found,) = await watchdog.fetch_open_orders(SWAP)
        assert (found["id"], found["clientOrderId"]) == (rests["id"], "rests")
        await watchdog.cancel_order(rests["id"], SWAP)
        await watchdog.create_order(SWAP, "market", "sell", 0.01, None, {"reduceOnly": True})
        assert await mia.fetch_positions() == []
        assert await mia.fetch_open_orders(SWAP) == []


async def test_a_key_made_with_another_farms_key_is_nobodys(stage: Stage) -> None:
    false = key_on_demand("mia")
    false["apiKey"] = false["apiKey"][:-1] + ("A" if false["apiKey"][-1] != "A" else "B")
    async with ccxt_client(stage.url, **false) as client:
        with pytest.raises(ccxt.AuthenticationError, match="40037"):
            await client.fetch_positions()
    assert "mia" not in stage.paper.names()


async def _is_heard(stage: Stage, name: str) -> bool:
    return stage.served.hub.hears(name)


async def _is_there(heard: list[Any], order: str) -> bool:
    return order in [one["id"] for one in heard]
