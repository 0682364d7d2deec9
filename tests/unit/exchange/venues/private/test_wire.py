"""What is sent for each kind of order, to the byte: Bitget's classic and unified protocols."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from account_rows import a_request, good, order_row, plan_row, unified_row
from account_stage import account_at, staged_account

from services.exchange.orders import OrderRequest

SWAP = "BTC/USDT:USDT"
COMMON: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "marginCoin": "USDT",
    "size": "0.01",
    "productType": "USDT-FUTURES",
    "clientOid": "mine-1",
    "marginMode": "crossed",
}
LIMIT = {**COMMON, "orderType": "limit", "price": "40000", "force": "GTC", "side": "buy"}
MARKET = {**COMMON, "orderType": "market", "force": "GTC", "side": "buy"}
TPSL = {key: value for key, value in COMMON.items() if key != "marginMode"} | {"force": "GTC"}
STOP = {"kind": "stop", "price": None, "trigger_price": Decimal(45000), "side": "sell"}

CLASSIC: dict[str, tuple[OrderRequest, str, dict[str, Any]]] = {
    "a limit order": (a_request(), "place-order", LIMIT),
    "a market order": (a_request(kind="market", price=None), "place-order", MARKET),
    "post-only": (a_request(time_in_force="post_only"), "place-order", LIMIT | {"force": "post_only"}),
    "immediate or cancel": (a_request(time_in_force="ioc"), "place-order", LIMIT | {"force": "IOC"}),
    "fill or kill": (a_request(time_in_force="fok"), "place-order", LIMIT | {"force": "FOK"}),
    "isolated": (a_request(margin_mode="isolated"), "place-order", LIMIT | {"marginMode": "isolated"}),
    "reduce-only": (
        a_request(side="sell", is_reduce_only=True),
        "place-order",
        LIMIT | {"side": "sell", "reduceOnly": "YES"},
    ),
    "attached stops": (
        a_request(stop_loss=Decimal(39000), take_profit=Decimal("45000.5")),
        "place-order",
        LIMIT | {"presetStopLossPrice": "39000", "presetStopSurplusPrice": "45000.5"},
    ),
    "a stop that closes": (
        a_request(**STOP, is_reduce_only=True),
        "place-tpsl-order",
        TPSL
        | {
            "orderType": "market",
            "triggerType": "mark_price",
            "holdSide": "buy",
            "triggerPrice": "45000",
            "planType": "loss_plan",
        },
    ),
    "a stop-limit that closes, by the last price": (
        a_request(
            **{**STOP, "kind": "stop_limit", "price": Decimal("44900.5")},
            is_reduce_only=True,
            trigger_by="last",
        ),
        "place-tpsl-order",
        TPSL
        | {
            "orderType": "limit",
            "triggerType": "fill_price",
            "holdSide": "buy",
            "triggerPrice": "45000",
            "executePrice": "44900.5",
            "planType": "loss_plan",
        },
    ),
    "a take-profit that closes": (
        a_request(**{**STOP, "kind": "take_profit", "trigger_price": Decimal(60000)}, is_reduce_only=True),
        "place-tpsl-order",
        TPSL
        | {
            "orderType": "market",
            "triggerType": "mark_price",
            "holdSide": "buy",
            "triggerPrice": "60000",
            "planType": "profit_plan",
        },
    ),
    "a stop that opens": (
        a_request(kind="stop", price=None, trigger_price=Decimal(52000)),
        "place-plan-order",
        MARKET | {"triggerType": "mark_price", "planType": "normal_plan", "triggerPrice": "52000"},
    ),
    "a trailing order": (
        a_request(
            kind="trailing",
            price=None,
            trigger_price=Decimal(51000),
            trailing_percent=Decimal(1),
            side="sell",
        ),
        "place-plan-order",
        MARKET
        | {
            "side": "sell",
            "triggerType": "mark_price",
            "planType": "track_plan",
            "triggerPrice": "51000",
            "callbackRatio": "1",
        },
    ),
}
HEDGED: dict[str, tuple[OrderRequest, str, dict[str, Any]]] = {
    "open a long": (a_request(position_side="long"), "place-order", LIMIT | {"tradeSide": "Open"}),
    "close a long": (
        a_request(side="sell", position_side="long", is_reduce_only=True),
        "place-order",
        LIMIT | {"tradeSide": "Close", "side": "buy"},
    ),
    "stop a long": (
        a_request(**STOP, is_reduce_only=True, position_side="long"),
        "place-tpsl-order",
        TPSL
        | {
            "orderType": "market",
            "triggerType": "mark_price",
            "holdSide": "long",
            "triggerPrice": "45000",
            "planType": "loss_plan",
        },
    ),
}
_UTA: dict[str, Any] = {
    "category": "USDT-FUTURES",
    "symbol": "BTCUSDT",
    "qty": "0.01",
    "side": "buy",
    "clientOid": "mine-1",
}
U_LIMIT = {**_UTA, "price": "40000", "orderType": "limit", "timeInForce": "gtc"}
UNIFIED: dict[str, tuple[OrderRequest, str, dict[str, Any]]] = {
    "a limit order": (a_request(), "place-order", U_LIMIT),
    "a market order": (
        a_request(kind="market", price=None),
        "place-order",
        {**_UTA, "orderType": "market", "timeInForce": "gtc"},
    ),
    "post-only": (
        a_request(time_in_force="post_only"),
        "place-order",
        U_LIMIT | {"timeInForce": "post_only"},
    ),
    "isolated": (a_request(margin_mode="isolated"), "place-order", U_LIMIT | {"marginMode": "isolated"}),
    "cross": (a_request(margin_mode="cross"), "place-order", U_LIMIT | {"marginMode": "crossed"}),
    "reduce-only": (
        a_request(side="sell", is_reduce_only=True),
        "place-order",
        U_LIMIT | {"side": "sell", "reduceOnly": "yes"},
    ),
    "attached stops": (
        a_request(stop_loss=Decimal(39000), take_profit=Decimal(45000)),
        "place-order",
        U_LIMIT
        | {"stopLoss": "39000", "slOrderType": "market", "takeProfit": "45000", "tpOrderType": "market"},
    ),
    "a stop that closes": (
        a_request(**STOP, is_reduce_only=True),
        "place-strategy-order",
        _UTA
        | {
            "side": "sell",
            "slTriggerBy": "mark",
            "stopLoss": "45000",
            "slOrderType": "market",
            "posSide": "long",
            "tpslMode": "partial",
        },
    ),
    "a take-profit that closes, by the last price": (
        a_request(
            **{**STOP, "kind": "take_profit", "trigger_price": Decimal(60000)},
            is_reduce_only=True,
            trigger_by="last",
        ),
        "place-strategy-order",
        _UTA
        | {
            "side": "sell",
            "tpTriggerBy": "market",
            "takeProfit": "60000",
            "tpOrderType": "market",
            "posSide": "long",
            "tpslMode": "partial",
        },
    ),
    "a stop-limit that opens": (
        a_request(kind="stop_limit", price=Decimal(52100), trigger_price=Decimal(52000)),
        "place-strategy-order",
        _UTA
        | {
            "type": "trigger",
            "triggerBy": "mark",
            "triggerPrice": "52000",
            "triggerOrderType": "limit",
            "triggerOrderPrice": "52100",
        },
    ),
}


def without_price_of_a_plan(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


@pytest.mark.parametrize("case", CLASSIC)
async def test_a_classic_order_is_written_as_the_venue_wants_it(case: str, tmp_path: Path) -> None:
    request, path, body = CLASSIC[case]
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        staged.answers["/api/v2/mix/order/orders-plan-pending"] = good(
            {"entrustedList": [plan_row()], "endId": None}
        )
        await account.orders.place(request)
        (sent,) = staged.posts
    assert (sent.path, sent.body) == (f"/api/v2/mix/order/{path}", body)


@pytest.mark.parametrize("case", HEDGED)
async def test_in_hedge_mode_an_order_says_which_position_it_is_for(case: str, tmp_path: Path) -> None:
    request, path, body = HEDGED[case]
    async with staged_account(is_hedged=True) as staged, account_at(staged, tmp_path) as account:
        staged.answers["/api/v2/mix/order/orders-plan-pending"] = good(
            {"entrustedList": [plan_row()], "endId": None}
        )
        await account.orders.place(request)
        (sent,) = staged.posts
    assert (sent.path, sent.body) == (f"/api/v2/mix/order/{path}", body)


@pytest.mark.parametrize("case", UNIFIED)
async def test_a_unified_order_is_written_as_the_venue_wants_it(case: str, tmp_path: Path) -> None:
    request, path, body = UNIFIED[case]
    async with staged_account(is_unified=True) as staged, account_at(staged, tmp_path) as account:
        strategy = {
            "orderId": "1300000000000000028",
            "clientOid": "mine-1",
            "symbol": "BTCUSDT",
            "category": "USDT-FUTURES",
            "qty": "0.01",
            "posSide": "long",
            "stopLoss": "45000",
            "takeProfit": "",
            "slTriggerBy": "mark",
            "slOrderType": "market",
            "tpOrderType": "",
            "createdTime": "1750000020000",
            "updatedTime": "1750000020000",
        }
        staged.answers["/api/v3/trade/unfilled-strategy-orders"] = good([strategy])
        await account.orders.place(request)
        (sent,) = staged.posts
    assert (sent.path, sent.body) == (f"/api/v3/trade/{path}", body)


async def test_what_was_placed_comes_back_as_the_venue_has_it(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        row = order_row(state="partially_filled", baseVolume="0.004", priceAvg="39999.5")
        staged.answers["/api/v2/mix/order/detail"] = good(row)
        order = await account.orders.place(a_request())
    assert (order.id, order.client_id, order.status) == ("1300000000000000028", "mine-1", "open")
    assert (order.filled, order.remaining, order.average) == (
        Decimal("0.004"),
        Decimal("0.006"),
        Decimal("39999.5"),
    )
    assert (order.price, order.margin_mode, order.time_in_force) == (Decimal(40000), "cross", "gtc")


async def test_a_unified_order_comes_back_with_its_average(tmp_path: Path) -> None:
    async with staged_account(is_unified=True) as staged, account_at(staged, tmp_path) as account:
        row = unified_row(orderStatus="cancelled", cumExecQty="0.004", avgPrice="39999.5")
        staged.answers["/api/v3/trade/order-info"] = good(row)
        order = await account.orders.place(a_request())
    assert (order.status, order.filled, order.average) == ("canceled", Decimal("0.004"), Decimal("39999.5"))


async def test_an_amended_order_keeps_its_client_id(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        staged.answers["/api/v2/mix/order/modify-order"] = good({"orderId": None, "clientOid": "mine-1"})
        staged.answers["/api/v2/mix/order/detail"] = good(order_row(price="41000"))
        order = await account.orders.amend(SWAP, "1300000000000000028", price=Decimal(41000))
        (sent,) = staged.posts
    assert order.price == Decimal(41000)
    assert sent.body == {
        "orderId": "1300000000000000028",
        "symbol": "BTCUSDT",
        "productType": "USDT-FUTURES",
        "newSize": "0.01",
        "newPrice": "41000",
        "newClientOid": "mine-1",
    }


async def test_setting_modes_asks_every_product_there_is(tmp_path: Path) -> None:
    async with staged_account() as staged, account_at(staged, tmp_path) as account:
        for path in ("set-position-mode", "set-leverage", "set-margin-mode"):
            staged.answers[f"/api/v2/mix/account/{path}"] = good({})
        await account.set_hedged(is_hedged=True)
        await account.set_leverage(SWAP, Decimal(20))
        await account.set_margin_mode(SWAP, "isolated")
        bodies = [one.body for one in staged.posts]
    assert bodies == [
        {"posMode": "hedge_mode", "productType": "USDT-FUTURES"},
        {"symbol": "BTCUSDT", "leverage": "20", "marginCoin": "USDT", "productType": "USDT-FUTURES"},
        {
            "symbol": "BTCUSDT",
            "marginCoin": "USDT",
            "marginMode": "isolated",
            "productType": "USDT-FUTURES",
        },
    ]
