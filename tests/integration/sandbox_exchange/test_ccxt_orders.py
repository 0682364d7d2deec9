"""What unmodified ccxt does with an account, classic and unified: orders, fills, positions, wallets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import ccxt
import pytest
from sandbox_exchange_stage import CLASSIC, UNIFIED, Stage, ccxt_client, settled

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
kinds = pytest.mark.parametrize("kind", ["classic", "unified"])


@pytest.fixture
async def client(stage: Stage, kind: str) -> AsyncIterator[Any]:
    key = UNIFIED if kind == "unified" else CLASSIC
    async with ccxt_client(stage.url, key=key, is_unified=kind == "unified") as opened:
        await opened.load_markets()
        opened.watching = {"uta": True} if kind == "unified" else {}
        yield opened


async def _is_flat(client: Any) -> bool:
    return not await client.fetch_positions()


async def _filled(client: Any, order_id: str) -> Any:
    return (await client.fetch_order(order_id, SWAP))["filled"]


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
    await settled(lambda: _filled(client, placed["id"]))
    order = await client.fetch_order(placed["id"], SWAP)
    assert (order["status"], order["filled"], order["remaining"]) == ("open", 0.005, 0.015)
    assert order["info"].get("orderStatus", order["info"].get("state")) == "partially_filled"


@kinds
async def test_a_stop_waits_in_a_list_of_its_own_and_fires_when_the_mark_reaches_it(
    stage: Stage, client: Any
) -> None:
    await client.create_order(SWAP, "market", "buy", 0.01)
    stop = await client.create_order(
        SWAP, "market", "sell", 0.01, None, {"stopLossPrice": 45_000, "reduceOnly": True}
    )
    params = {"trigger": True} if client.watching else {"planType": "profit_loss"}
    (waiting,) = await client.fetch_open_orders(SWAP, params=params)
    assert waiting["id"] == stop["id"]
    assert float(waiting["info"].get("triggerPrice") or waiting["info"]["stopLoss"]) == 45_000.0
    assert await client.fetch_open_orders(SWAP) == []
    stage.source.set_price(SWAP, "44990")
    await settled(lambda: _is_flat(client))
    assert await client.fetch_open_orders(SWAP, params=params) == []
    done = await client.fetch_order(stop["id"], SWAP)
    assert (done["status"], done["filled"]) == ("closed", 0.01)


REFUSED: list[tuple[tuple[str, float, float | None, dict[str, Any]], str]] = [
    (("limit", 0.0001, 48_000, {}), "45110"),
    (("limit", 0.01, 60_000, {}), "40815"),
    (("market", 0.01, None, {"clientOrderId": "twice"}), "40786"),
    (("market", 0.01, None, {"hedged": True}), "40774"),
    (("market", 50, None, {}), "40762|40797|45112"),
]


@kinds
@pytest.mark.parametrize(("order", "code"), REFUSED)
async def test_an_order_that_the_venue_would_refuse_is_refused_with_its_code(
    client: Any, order: tuple[str, float, float | None, dict[str, Any]], code: str
) -> None:
    form, amount, price, params = order
    await client.create_order(SWAP, "limit", "buy", 0.01, 48_000, {"clientOrderId": "twice"})
    with pytest.raises(ccxt.ExchangeError, match=f'"({code})"'):
        await client.create_order(SWAP, form, "buy", amount, price, params)


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


async def test_a_field_that_the_unified_order_does_not_declare_is_refused(stage: Stage, unified: Any) -> None:
    with pytest.raises(ccxt.BadRequest, match="400172"):
        await unified.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55_000})
    assert await stage.unified.positions() == []


async def test_where_undeclared_fields_are_ignored_a_stop_of_ccxts_is_an_immediate_market_order(
    stage: Stage, unified: Any
) -> None:
    await stage.stir(ignore_unknown_fields=True)
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
    sent: dict[str, dict[str, Any]] = {
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
    """What comes back of ccxt is an order without an id."""
    order = await classic.cancel_order("12345", SWAP, {"trigger": True})
    assert order["id"] is None
    reply = await classic.privateMixPostV2MixOrderCancelPlanOrder(
        {"symbol": "BTCUSDT", "productType": "USDT-FUTURES", "orderIdList": [{"orderId": "12345"}]}
    )
    assert reply["data"]["failureList"][0]["errorMsg"] == "The order does not exist"


async def test_pages_of_orders_go_on_where_the_last_one_ended(classic: Any) -> None:
    placed = [(await classic.create_order(SWAP, "limit", "buy", 0.01, 48_000 + n))["id"] for n in range(5)]
    first = await classic.privateMixGetV2MixOrderOrdersPending({"productType": "USDT-FUTURES", "limit": 3})
    rows = [row["orderId"] for row in first["data"]["entrustedList"]]
    assert rows == placed[:1:-1]
    rest = await classic.privateMixGetV2MixOrderOrdersPending(
        {"productType": "USDT-FUTURES", "idLessThan": first["data"]["endId"]}
    )
    assert [row["orderId"] for row in rest["data"]["entrustedList"]] == placed[1::-1]


async def test_a_closed_position_is_found_in_the_history(classic: Any) -> None:
    await classic.create_order(SWAP, "market", "buy", 0.01)
    await classic.create_order(SWAP, "market", "sell", 0.01, None, {"reduceOnly": True})
    (row,) = await classic.fetch_positions([SWAP], {"useHistoryEndpoint": True})
    assert (row["side"], row["entryPrice"], row["lastPrice"]) == ("long", 50_000.5, 49_999.5)
    assert row["realizedPnl"] == pytest.approx(-0.01)


async def test_a_changed_spot_order_is_another_order_under_the_client_id_that_was_sent(classic: Any) -> None:
    placed = await classic.create_order(SPOT, "limit", "buy", 0.01, 48_000, {"clientOrderId": "s1"})
    changed = await classic.edit_order(
        placed["id"], SPOT, "limit", "buy", 0.02, 47_000, {"newClientOid": "s2"}
    )
    (order,) = await classic.fetch_open_orders(SPOT)
    assert (order["id"], order["clientOrderId"], order["amount"], order["price"]) == (
        changed["id"],
        "s2",
        0.02,
        47_000.0,
    )
    assert order["id"] != placed["id"]


async def test_a_countdown_that_is_not_wound_up_again_cancels_every_order(stage: Stage, unified: Any) -> None:
    await unified.create_order(SWAP, "limit", "buy", 0.01, 48_000)
    with pytest.raises(ccxt.BadRequest, match="400172"):
        await unified.privateUtaPostV3TradeCountdownCancelAll({"countdown": "1"})
    await unified.privateUtaPostV3TradeCountdownCancelAll({"countdown": "5"})
    await unified.privateUtaPostV3TradeCountdownCancelAll({"countdown": "0"})
    assert len(await stage.unified.orders.open_orders()) == 1
