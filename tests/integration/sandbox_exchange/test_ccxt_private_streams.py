"""What unmodified ccxt hears of its own account, classic and unified."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, ccxt_client, until

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
kinds = pytest.mark.parametrize("kind", ["classic", "unified"])


@kinds
async def test_an_accepted_order_is_pushed_then_its_fill_the_position_and_the_wallet(
    stage: Stage, kind: str
) -> None:
    key = UNIFIED if kind == "unified" else CLASSIC
    async with ccxt_client(stage.url, key=key, is_unified=kind == "unified") as client:
        await client.load_markets()
        told: list[str] = []
        handle = client.handle_message

        def note(socket: Any, message: Any) -> Any:
            if isinstance(message, dict) and "action" in message:
                told.append(message["arg"].get("channel") or message["arg"]["topic"])
            return handle(socket, message)

        client.handle_message = note
        watching = {"uta": True} if kind == "unified" else {}
        async with asyncio.TaskGroup() as tasks:
            watchers = [
                tasks.create_task(client.watch_orders(params=watching)),
                tasks.create_task(client.watch_my_trades(params=watching)),
                tasks.create_task(client.watch_positions(params=watching)),
                tasks.create_task(client.watch_balance(watching)),
            ]
            await until(lambda: len(list(stage.served.hub.topics)) == 4)
            async with asyncio.timeout(5):
                await client.create_order(SWAP, "market", "buy", 0.01)
                results = [await watcher for watcher in watchers]
        orders, fills, positions, balance = results
        assert orders[-1]["status"] in {"open", "closed"}
        assert fills[-1]["amount"] == 0.01
        assert abs(fills[-1]["fee"]["cost"]) == pytest.approx(0.300003)
        assert [(one["contracts"], one["side"]) for one in positions] == [(0.01, "long")]
        assert balance["USDT"]["total"] < (20_000 if kind == "unified" else 10_000)
        first, *names = (
            ("order", "fill", "position", "account")
            if kind == "unified"
            else ("orders", "fill", "positions", "account")
        )
        after = told[len(told) - 1 - told[::-1].index(first) :]
        assert list(dict.fromkeys(after)) == [first, *names]


async def test_a_closed_position_is_missing_from_the_next_push_of_a_classic_account(
    stage: Stage, classic: Any
) -> None:
    await classic.load_markets()
    await classic.create_order(SWAP, "market", "buy", 0.01)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_positions())
        await until(lambda: list(stage.served.hub.topics))
        await classic.create_order(SWAP, "market", "sell", 0.01, None, {"reduceOnly": True})
        assert await watching == []


async def test_triggers_of_one_market_are_pushed(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_orders(SWAP, params={"trigger": True}))
        await until(lambda: list(stage.served.hub.topics))
        placed = await classic.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000})
        found = await watching
    assert [(one["id"], one["triggerPrice"]) for one in found] == [(placed["id"], 55_000.0)]


async def test_orders_of_a_spot_symbol_are_pushed_to_who_listens_to_it(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_orders(SPOT))
        await until(lambda: list(stage.served.hub.topics))
        placed = await classic.create_order(SPOT, "limit", "buy", 0.01, 48_000)
        (order,) = await watching
    assert (order["id"], order["status"], order["amount"], order["price"]) == (
        placed["id"],
        "open",
        0.01,
        48_000.0,
    )
