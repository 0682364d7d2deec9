"""What unmodified ccxt does with an account, classic and unified: orders, fills, positions, wallets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import ccxt
import pytest
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, ccxt_client

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
kinds = pytest.mark.parametrize("is_unified", [False, True], ids=["classic", "unified"])


@pytest.fixture
async def client(stage: Stage, is_unified: bool) -> AsyncIterator[Any]:
    key = UNIFIED if is_unified else CLASSIC
    async with ccxt_client(stage.url, key=key, is_unified=is_unified) as opened:
        await opened.load_markets()
        opened.watching = {"uta": True} if is_unified else {}
        yield opened


def paid(row: dict[str, Any]) -> float:
    """Return the fee whatever sign ccxt gives it: of unified accounts it turns it round."""
    return abs(float(row["fee"]["cost"]))


@kinds
async def test_a_market_order_fills_at_the_book_and_opens_a_position(client: Any) -> None:
    placed = await client.create_order(SWAP, "market", "buy", 0.01, None, {"clientOrderId": "m1"})
    order = await client.fetch_order(placed["id"], SWAP)
    assert (order["status"], order["filled"], order["clientOrderId"]) == ("closed", 0.01, "m1")
    assert paid(order) == pytest.approx(0.01 * 50_000.5 * 0.0006)
    (position,) = await client.fetch_positions()
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.01, 50_000.5)
    assert (position["marginMode"], position["leverage"], position["hedged"]) == ("cross", 20.0, False)
    (fill,) = await client.fetch_my_trades(SWAP)
    assert (fill["order"], fill["price"], fill["takerOrMaker"]) == (placed["id"], 50_000.5, "taker")


@kinds
async def test_the_wallet_pays_margin_and_fee(client: Any) -> None:
    before = (await client.fetch_balance())["USDT"]
    await client.create_order(SWAP, "market", "buy", 0.01)
    after = (await client.fetch_balance())["USDT"]
    fee, loss = 0.01 * 50_000.5 * 0.0006, 0.01 * 0.5
    assert after["total"] == pytest.approx(before["total"] - fee - loss)
    assert after["free"] == pytest.approx(after["total"] - 0.01 * 50_000 / 20)


@kinds
async def test_a_limit_order_is_open_until_it_is_canceled(client: Any) -> None:
    placed = await client.create_order(SWAP, "limit", "buy", 0.02, 48_000)
    (order,) = await client.fetch_open_orders(SWAP)
    assert (order["id"], order["status"], order["price"], order["remaining"]) == (
        placed["id"],
        "open",
        48_000.0,
        0.02,
    )
    await client.cancel_order(placed["id"], SWAP)
    assert await client.fetch_open_orders(SWAP) == []
    (done,) = await client.fetch_canceled_and_closed_orders(SWAP)
    assert (done["id"], done["status"], done["filled"]) == (placed["id"], "canceled", 0.0)


@kinds
async def test_a_done_order_cannot_be_canceled_again(client: Any) -> None:
    placed = await client.create_order(SWAP, "market", "buy", 0.01)
    with pytest.raises(ccxt.ExchangeError, match="25204" if client.watching else "22001"):
        await client.cancel_order(placed["id"], SWAP)


@kinds
async def test_an_order_that_there_is_not_is_not_found(client: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="25204" if client.watching else "40109"):
        await client.fetch_order("12345", SWAP)


@kinds
async def test_a_limit_order_fills_in_part_as_trades_print_through_it(stage: Stage, client: Any) -> None:
    placed = await client.create_order(SWAP, "limit", "buy", 0.02, 49_000)
    stage.source.print(SWAP, "48999.9", "0.005", "sell")
    async with asyncio.timeout(5):
        while not (order := await client.fetch_order(placed["id"], SWAP))["filled"]:
            await asyncio.sleep(0.01)
    assert (order["status"], order["filled"], order["remaining"]) == ("open", 0.005, 0.015)
    assert order["info"].get("orderStatus", order["info"].get("state")) == "partially_filled"


@kinds
async def test_a_stop_waits_in_a_list_of_its_own_and_fires_when_the_mark_reaches_it(
    stage: Stage, client: Any
) -> None:
    await client.create_order(SWAP, "market", "buy", 0.01)
    stop = await client.create_order(SWAP, "market", "sell", 0.01, None, {"stopLossPrice": 45_000, "reduceOnly": True})
    params = {"trigger": True} if client.watching else {"planType": "profit_loss"}
    (waiting,) = await client.fetch_open_orders(SWAP, params=params)
    assert waiting["id"] == stop["id"]
    assert float(waiting["info"].get("triggerPrice") or waiting["info"]["stopLoss"]) == 45_000.0
    assert await client.fetch_open_orders(SWAP) == []
    stage.source.set_price(SWAP, "44990")
    async with asyncio.timeout(5):
        while await client.fetch_positions():
            await asyncio.sleep(0.01)
    assert await client.fetch_open_orders(SWAP, params=params) == []
    done = await client.fetch_order(stop["id"], SWAP)
    assert (done["status"], done["filled"]) == ("closed", 0.01)


REFUSED: list[tuple[str, float, float | None, dict[str, Any], str]] = [
    ("limit", 0.0001, 48_000, {}, "45110"),
    ("limit", 0.01, 60_000, {}, "40815"),
    ("market", 0.01, None, {"clientOrderId": "twice"}, "40786"),
    ("market", 0.01, None, {"hedged": True}, "40774"),
    ("market", 50, None, {}, "40762|40797|45112"),
]


@kinds
@pytest.mark.parametrize(("kind", "amount", "price", "params", "code"), REFUSED)
async def test_an_order_that_the_venue_would_refuse_is_refused_with_its_code(
    client: Any, kind: str, amount: float, price: float | None, params: dict[str, Any], code: str
) -> None:
    await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "twice"})
    with pytest.raises(ccxt.ExchangeError, match=f'"({code})"'):
        await client.create_order(SWAP, kind, "buy", amount, price, params)


@kinds
async def test_what_only_reduces_needs_a_position(client: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="22002"):
        await client.create_order(SWAP, "market", "sell", 0.01, None, {"reduceOnly": True})


@kinds
async def test_leverage_has_a_limit_and_modes_wait_for_an_empty_account(client: Any) -> None:
    with pytest.raises(ccxt.ExchangeError, match="40797"):
        await client.set_leverage(126, SWAP)
    await client.create_order(SWAP, "limit", "buy", 0.01, 48_000)
    with pytest.raises(ccxt.ExchangeError, match="45117"):
        await client.set_position_mode(True, SWAP)


async def test_a_trigger_price_between_two_ticks_is_refused(stage: Stage, classic: Any) -> None:
    with pytest.raises(ccxt.InvalidOrder, match="40808"):
        await classic.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000.123456789})
    assert '"triggerPrice":55000.123456789' in stage.journal.entries[-1].body


@pytest.mark.parametrize("is_ignored", [False, True])
async def test_a_field_that_the_unified_order_does_not_declare_is_refused_unless_told_otherwise(
    stage: Stage, unified: Any, is_ignored: bool
) -> None:
    """A stop of ccxt's is then an immediate market order."""
    stage.faults.set({"ignore_unknown_fields": is_ignored})
    if not is_ignored:
        with pytest.raises(ccxt.BadRequest, match="400172"):
            await unified.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000})
        return
    await unified.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000})
    assert [position["contracts"] for position in await unified.fetch_positions()] == [0.01]


async def test_a_unified_trigger_order_is_a_strategy_order_of_its_own_type(
    stage: Stage, unified: Any
) -> None:
    reply = await unified.privateUtaPostV3TradePlaceStrategyOrder(
        {
            "category": "USDT-FUTURES",
            "symbol": "BTCUSDT",
            "type": "trigger",
            "side": "buy",
            "qty": "0.01",
            "triggerPrice": "55000",
            "triggerBy": "mark",
            "triggerOrderType": "market",
            "clientOid": "t1",
        }
    )
    (order,) = await stage.unified.orders.open_orders()
    assert (order.id, order.kind, order.status) == (reply["data"]["orderId"], "stop", "waiting")
    (row,) = await unified.fetch_open_orders(SWAP, params={"trigger": True})
    assert (row["info"]["triggerPrice"], row["info"]["status"]) == ("55000.0", "pending")


async def test_a_spot_market_buy_is_sized_in_quote_currency(classic: Any) -> None:
    placed = await classic.create_order(SPOT, "market", "buy", 0.01, 50_000)
    order = await classic.fetch_order(placed["id"], SPOT)
    assert (order["status"], order["info"]["size"]) == ("closed", "500")
    assert order["cost"] == pytest.approx(500, abs=0.1)
    assert order["fee"]["currency"] == "BTC"
    balance = await classic.fetch_balance({"type": "spot"})
    assert balance["BTC"]["total"] == pytest.approx(1 + order["filled"] - order["fee"]["cost"])
    (fill,) = await classic.fetch_my_trades(SPOT)
    assert (fill["order"], fill["amount"], fill["side"]) == (placed["id"], order["filled"], "buy")


async def test_spot_orders_are_listed_apart_from_contracts_with_their_price(classic: Any) -> None:
    placed = await classic.create_order(SPOT, "limit", "buy", 0.01, 48_000)
    await classic.create_order(SWAP, "limit", "buy", 0.01, 48_000)
    (order,) = await classic.fetch_open_orders(SPOT)
    assert (order["id"], order["price"], order["average"]) == (placed["id"], 48_000.0, None)
    await classic.cancel_order(placed["id"], SPOT)
    (done,) = await classic.fetch_canceled_and_closed_orders(SPOT)
    assert (done["id"], done["status"], done["price"]) == (placed["id"], "canceled", 48_000.0)


async def test_a_spot_order_can_wait_for_a_trigger(classic: Any) -> None:
    placed = await classic.create_order(SPOT, "market", "sell", 0.01, None, {"triggerPrice": 45_000})
    (order,) = await classic.fetch_open_orders(SPOT, params={"trigger": True})
    assert (order["id"], order["triggerPrice"], order["side"]) == (placed["id"], 45_000.0, "sell")
    await classic.cancel_order(placed["id"], SPOT, {"trigger": True})
    assert await classic.fetch_open_orders(SPOT, params={"trigger": True}) == []


async def test_each_plan_type_has_its_own_list(classic: Any) -> None:
    await classic.create_order(SWAP, "market", "buy", 0.04)
    closing = {"reduceOnly": True}
    sent = {
        "normal_plan": {"triggerPrice": 45_000},
        "profit_loss": {"stopLossPrice": 45_000},
        "track_plan": {"trailingPercent": "1", "trailingTriggerPrice": "51000"},
    }
    ids = {
        plan: (await classic.create_order(SWAP, "market", "sell", 0.01, None, params | closing))["id"]
        for plan, params in sent.items()
    }
    for plan, order_id in ids.items():
        found = await classic.fetch_open_orders(SWAP, params={"planType": plan})
        assert [order["id"] for order in found] == [order_id]
        await classic.cancel_order(order_id, SWAP, {"trigger": True})
        done = await classic.fetch_canceled_and_closed_orders(SWAP, params={"planType": plan})
        assert [(order["id"], order["status"]) for order in done] == [(order_id, "canceled")]


async def test_a_trigger_order_that_there_is_not_is_named_in_the_list_of_failures(classic: Any) -> None:
    """ccxt then returns an order without an id."""
    order = await classic.cancel_order("12345", SWAP, {"trigger": True})
    assert order["id"] is None
    reply = await classic.privateMixPostV2MixOrderCancelPlanOrder(
        {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderIdList": [{"orderId": "12345"}]}
    )
    assert reply["data"]["failureList"][0]["errorMsg"] == "The order does not exist"


async def test_pages_of_orders_go_on_where_the_last_one_ended(classic: Any) -> None:
    placed = [
        (await classic.create_order(SWAP, "limit", "buy", 0.01, 48_000 + n))["id"] for n in range(5)
    ]
    first = await classic.privateMixGetV2MixOrderOrdersPending({"productType": "USDT-FUTURES", "limit": 3})
    rows = [row["orderId"] for row in first["data"]["entrustedList"]]
    assert rows == placed[:1:-1]
    rest = await classic.privateMixGetV2MixOrderOrdersPending(
        {"productType": "USDT-FUTURES", "idLessThan": first["data"]["endId"]}
    )
    assert [row["orderId"] for row in rest["data"]["entrustedList"]] == placed[1::-1]


@kinds
async def test_an_accepted_order_is_pushed_then_its_fill_the_position_and_the_wallet(
    stage: Stage, is_unified: bool
) -> None:
    key = UNIFIED if is_unified else CLASSIC
    async with ccxt_client(stage.url, key=key, is_unified=is_unified) as client:
        await client.load_markets()
        told: list[str] = []
        handle = client.handle_message

        def note(socket: Any, message: Any) -> Any:
            if isinstance(message, dict) and "action" in message:
                told.append(message["arg"].get("channel") or message["arg"]["topic"])
            return handle(socket, message)

        client.handle_message = note
        watching = {"uta": True} if is_unified else {}
        async with asyncio.TaskGroup() as tasks:
            watchers = [
                tasks.create_task(client.watch_orders(params=watching)),
                tasks.create_task(client.watch_my_trades(params=watching)),
                tasks.create_task(client.watch_positions(params=watching)),
                tasks.create_task(client.watch_balance(watching)),
            ]
            async with asyncio.timeout(5):
                while len(list(stage.served.hub.topics)) < 4:
                    await asyncio.sleep(0.01)
                await client.create_order(SWAP, "market", "buy", 0.01)
                results = [await watcher for watcher in watchers]
        orders, fills, positions, balance = results
        assert orders[-1]["status"] in {"open", "closed"}
        assert (fills[-1]["amount"], paid(fills[-1])) == (0.01, pytest.approx(0.300003))
        assert [(one["contracts"], one["side"]) for one in positions] == [(0.01, "long")]
        assert balance["USDT"]["total"] < (20_000 if is_unified else 10_000)
        first, *names = ("order", "fill", "position", "account") if is_unified else ("orders", "fill", "positions", "account")
        after = told[len(told) - 1 - told[::-1].index(first) :]
        assert list(dict.fromkeys(after)) == [first, *names]


async def test_a_closed_position_is_missing_from_the_next_push_of_a_classic_account(
    stage: Stage, classic: Any
) -> None:
    await classic.load_markets()
    await classic.create_order(SWAP, "market", "buy", 0.01)
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_positions())
        while not list(stage.served.hub.topics):
            await asyncio.sleep(0.01)
        await classic.create_order(SWAP, "market", "sell", 0.01, None, {"reduceOnly": True})
        assert await watching == []


async def test_triggers_of_one_market_are_pushed(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_orders(SWAP, params={"trigger": True}))
        while not list(stage.served.hub.topics):
            await asyncio.sleep(0.01)
        placed = await classic.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000})
        found = await watching
    assert [(one["id"], one["triggerPrice"]) for one in found] == [(placed["id"], 55_000.0)]


async def test_orders_of_a_spot_symbol_are_pushed_to_who_listens_to_it(stage: Stage, classic: Any) -> None:
    await classic.load_markets()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(5):
        watching = tasks.create_task(classic.watch_orders(SPOT))
        while not list(stage.served.hub.topics):
            await asyncio.sleep(0.01)
        placed = await classic.create_order(SPOT, "limit", "buy", 0.01, 48_000)
        (order,) = await watching
    assert (order["id"], order["status"], order["amount"], order["price"]) == (
        placed["id"],
        "open",
        0.01,
        48_000.0,
    )
