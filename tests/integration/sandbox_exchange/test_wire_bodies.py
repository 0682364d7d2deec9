"""Every order that ccxt 4.5.90 can send, byte for byte as the server got it, and taken by it.

The bodies were measured at a server of another make; here they say that nothing between the client and the
journal changes a byte, and that each is read as it is meant.
"""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_exchange_stage import Stage

SWAP, SPOT = "BTC/USDT:USDT", "BTC/USDT"
MIX = "/api/v2/mix/order/"
CONTRACT = '"marginCoin":"USDT","size":"0.01","productType":"USDT-FUTURES"'
MARKET = '{"symbol":"BTCUSDT","orderType":"market","force":"GTC",' + CONTRACT
LIMIT = '{"symbol":"BTCUSDT","orderType":"limit","price":"48000","force":"GTC",' + CONTRACT
UTA = '{"category":"USDT-FUTURES","symbol":"BTCUSDT","qty":"0.01","side":'

Change = tuple[str, tuple[Any, ...]]
Sent = tuple[str, str, str, float | None, dict[str, Any]]
BUY: Sent = (SWAP, "market", "buy", None, {})

OPENING: list[tuple[Sent, str, str]] = [
    (BUY, MIX + "place-order", MARKET + ',"marginMode":"crossed","side":"buy"}'),
    (
        (SWAP, "limit", "buy", 48000, {"clientOrderId": "cli-1"}),
        MIX + "place-order",
        LIMIT + ',"clientOid":"cli-1","marginMode":"crossed","side":"buy"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {"postOnly": True}),
        MIX + "place-order",
        LIMIT.replace("GTC", "post_only") + ',"marginMode":"crossed","side":"buy"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {"timeInForce": "IOC"}),
        MIX + "place-order",
        LIMIT.replace("GTC", "IOC") + ',"marginMode":"crossed","side":"buy"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {"timeInForce": "FOK"}),
        MIX + "place-order",
        LIMIT.replace("GTC", "FOK") + ',"marginMode":"crossed","side":"buy"}',
    ),
    (
        (
            SWAP,
            "market",
            "buy",
            None,
            {"stopLoss": {"triggerPrice": 39000}, "takeProfit": {"triggerPrice": 55000}},
        ),
        MIX + "place-order",
        MARKET
        + ',"presetStopLossPrice":"39000","presetStopSurplusPrice":"55000",'
        + '"marginMode":"crossed","side":"buy"}',
    ),
]
CLOSING: list[tuple[Sent, str, str]] = [
    (
        (SWAP, "market", "sell", None, {"reduceOnly": True}),
        MIX + "place-order",
        MARKET + ',"marginMode":"crossed","reduceOnly":"YES","side":"sell"}',
    ),
    (
        (SWAP, "market", "sell", None, {"stopLossPrice": 45000, "reduceOnly": True}),
        MIX + "place-tpsl-order",
        MARKET + ',"triggerType":"mark_price","holdSide":"buy","triggerPrice":"45000","planType":"pos_loss"}',
    ),
    (
        (SWAP, "market", "sell", None, {"takeProfitPrice": 60000, "reduceOnly": True}),
        MIX + "place-tpsl-order",
        MARKET
        + ',"triggerType":"mark_price","holdSide":"buy","triggerPrice":"60000","planType":"pos_profit"}',
    ),
    (
        (SWAP, "market", "sell", None, {"triggerPrice": 45000, "reduceOnly": True}),
        MIX + "place-plan-order",
        MARKET
        + ',"triggerType":"mark_price","planType":"normal_plan","triggerPrice":45000,'
        + '"marginMode":"crossed","reduceOnly":"YES","side":"sell"}',
    ),
    (
        (SWAP, "limit", "sell", 44900, {"triggerPrice": 45000, "reduceOnly": True}),
        MIX + "place-plan-order",
        LIMIT.replace("48000", "44900")
        + ',"triggerType":"mark_price","planType":"normal_plan","triggerPrice":45000,"executePrice":"44900",'
        + '"marginMode":"crossed","reduceOnly":"YES","side":"sell"}',
    ),
    (
        (
            SWAP,
            "market",
            "sell",
            None,
            {"trailingPercent": "1", "trailingTriggerPrice": "51000", "reduceOnly": True},
        ),
        MIX + "place-plan-order",
        MARKET
        + ',"triggerType":"mark_price","planType":"track_plan","triggerPrice":"51000","callbackRatio":"1",'
        + '"marginMode":"crossed","reduceOnly":"YES","side":"sell"}',
    ),
]
COINS: list[tuple[Sent, str, str]] = [
    (
        (SPOT, "market", "buy", 50000, {}),
        "/api/v2/spot/trade/place-order",
        '{"symbol":"BTCUSDT","orderType":"market","force":"GTC","side":"buy","size":"500"}',
    ),
    (
        (SPOT, "limit", "buy", 48000, {"clientOrderId": "x1"}),
        "/api/v2/spot/trade/place-order",
        (
            '{"symbol":"BTCUSDT","orderType":"limit","price":"48000","force":"GTC","side":"buy",'
            '"clientOid":"x1","size":"0.01"}'
        ),
    ),
    (
        (SPOT, "market", "sell", None, {"triggerPrice": 45000}),
        "/api/v2/spot/trade/place-plan-order",
        (
            '{"symbol":"BTCUSDT","orderType":"market","force":"GTC","side":"sell","size":"0.01",'
            '"planType":"amount","triggerType":"mark_price","triggerPrice":45000}'
        ),
    ),
]
V3 = "/api/v3/trade/"
UNIFIED_OPENING: list[tuple[Sent, str, str]] = [
    (
        (SWAP, "market", "buy", None, {"clientOrderId": "u1"}),
        V3 + "place-order",
        UTA + '"buy","clientOid":"u1","orderType":"market","timeInForce":"gtc"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {}),
        V3 + "place-order",
        UTA + '"buy","price":"48000","orderType":"limit","timeInForce":"gtc"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {"postOnly": True}),
        V3 + "place-order",
        UTA + '"buy","price":"48000","orderType":"limit","timeInForce":"post_only"}',
    ),
    (
        (SWAP, "limit", "buy", 48000, {"timeInForce": "FOK"}),
        V3 + "place-order",
        UTA + '"buy","price":"48000","orderType":"limit","timeInForce":"fok"}',
    ),
    (
        (SWAP, "market", "buy", None, {"marginMode": "isolated"}),
        V3 + "place-order",
        UTA + '"buy","orderType":"market","timeInForce":"gtc","marginMode":"isolated"}',
    ),
    (
        (
            SWAP,
            "market",
            "buy",
            None,
            {"stopLoss": {"triggerPrice": 39000}, "takeProfit": {"triggerPrice": 55000}},
        ),
        V3 + "place-order",
        (
            UTA + '"buy","stopLoss":"39000","slOrderType":"market",'
            '"takeProfit":"55000","tpOrderType":"market","orderType":"market","timeInForce":"gtc"}'
        ),
    ),
]
UNIFIED_CLOSING: list[tuple[Sent, str, str]] = [
    (
        (SWAP, "market", "sell", None, {"reduceOnly": True}),
        V3 + "place-order",
        UTA + '"sell","orderType":"market","timeInForce":"gtc","reduceOnly":"yes"}',
    ),
    (
        (SWAP, "market", "sell", None, {"stopLossPrice": 45000, "reduceOnly": True}),
        V3 + "place-strategy-order",
        UTA + '"sell","slTriggerBy":"mark","stopLoss":"45000","slOrderType":"market","posSide":"long"}',
    ),
    (
        (SWAP, "market", "sell", None, {"takeProfitPrice": 60000, "reduceOnly": True}),
        V3 + "place-strategy-order",
        UTA + '"sell","tpTriggerBy":"mark","takeProfit":"60000","tpOrderType":"market","posSide":"long"}',
    ),
]


async def send(client: Any, sent: Sent) -> None:
    market, kind, side, price, params = sent
    await client.create_order(market, kind, side, 0.01, price, params)


@pytest.mark.parametrize(("sent", "path", "body"), [*OPENING, *CLOSING, *COINS])
async def test_an_order_of_a_classic_account_arrives_as_it_was_sent_and_is_taken(
    stage: Stage, classic: Any, sent: Sent, path: str, body: str
) -> None:
    if (sent, path, body) in CLOSING:
        await send(classic, BUY)
    await send(classic, sent)
    last = stage.journal.entries[-1]
    assert (last.method, last.path, last.body, last.code) == ("POST", path, body, "00000")


@pytest.mark.parametrize(("sent", "path", "body"), [*UNIFIED_OPENING, *UNIFIED_CLOSING])
async def test_an_order_of_a_unified_account_arrives_as_it_was_sent_and_is_taken(
    stage: Stage, unified: Any, sent: Sent, path: str, body: str
) -> None:
    if (sent, path, body) in UNIFIED_CLOSING:
        await send(unified, BUY)
    await send(unified, sent)
    last = stage.journal.entries[-1]
    assert (last.method, last.path, last.body, last.code) == ("POST", path, body, "00000")


async def test_in_hedge_mode_a_long_is_opened_and_closed_with_side_buy(stage: Stage, classic: Any) -> None:
    await classic.set_position_mode(True, SWAP)
    assert stage.journal.entries[-1].body == '{"posMode":"hedge_mode","productType":"USDT-FUTURES"}'
    await classic.create_order(SWAP, "market", "buy", 0.01, None, {"hedged": True})
    await classic.create_order(SWAP, "market", "sell", 0.01, None, {"hedged": True, "reduceOnly": True})
    opened, closed = stage.journal.of("place-order")
    assert opened.body == MARKET + ',"marginMode":"crossed","tradeSide":"Open","side":"buy"}'
    assert closed.body == MARKET + ',"marginMode":"crossed","tradeSide":"Close","side":"buy"}'
    assert await stage.classic.positions() == []


async def test_in_hedge_mode_of_a_unified_account_open_and_close_name_the_position(
    stage: Stage, unified: Any
) -> None:
    await unified.set_position_mode(True, SWAP)
    assert stage.journal.entries[-1].body == '{"holdMode":"hedge_mode"}'
    await unified.create_order(SWAP, "market", "buy", 0.01, None, {"hedged": True})
    await unified.create_order(SWAP, "market", "sell", 0.01, None, {"hedged": True, "reduceOnly": True})
    opened, closed = stage.journal.of("place-order")
    assert opened.body == UTA + '"buy","orderType":"market","timeInForce":"gtc","posSide":"long"}'
    assert closed.body == UTA + '"sell","orderType":"market","timeInForce":"gtc","posSide":"long"}'
    assert await stage.unified.positions() == []


CHANGES: list[tuple[Change, str, str]] = [
    (
        ("set_leverage", (20, SWAP)),
        "/api/v2/mix/account/set-leverage",
        '{"symbol":"BTCUSDT","leverage":"20","marginCoin":"USDT","productType":"USDT-FUTURES"}',
    ),
    (
        ("set_margin_mode", ("isolated", SWAP)),
        "/api/v2/mix/account/set-margin-mode",
        '{"symbol":"BTCUSDT","marginCoin":"USDT","marginMode":"isolated","productType":"USDT-FUTURES"}',
    ),
    (
        ("cancel_all_orders", (SWAP,)),
        MIX + "batch-cancel-orders",
        '{"symbol":"BTCUSDT","productType":"USDT-FUTURES"}',
    ),
    (("cancel_all_orders", (SPOT,)), "/api/v2/spot/trade/cancel-symbol-order", '{"symbol":"BTCUSDT"}'),
]


@pytest.mark.parametrize(("change", "path", "body"), CHANGES)
async def test_a_change_of_a_classic_account_arrives_as_it_was_sent_and_is_made(
    stage: Stage, classic: Any, change: Change, path: str, body: str
) -> None:
    await getattr(classic, change[0])(*change[1])
    last = stage.journal.entries[-1]
    assert (last.path, last.body, last.code) == (path, body, "00000")


UNIFIED_CHANGES: list[tuple[Change, str, str]] = [
    (
        ("set_leverage", (20, SWAP)),
        "/api/v3/account/set-leverage",
        '{"symbol":"BTCUSDT","leverage":"20","coin":"USDT","category":"USDT-FUTURES"}',
    ),
    (
        ("cancel_all_orders", (SWAP,)),
        V3 + "cancel-symbol-order",
        '{"symbol":"BTCUSDT","category":"USDT-FUTURES"}',
    ),
]


@pytest.mark.parametrize(("change", "path", "body"), UNIFIED_CHANGES)
async def test_a_change_of_a_unified_account_arrives_as_it_was_sent_and_is_made(
    stage: Stage, unified: Any, change: Change, path: str, body: str
) -> None:
    await getattr(unified, change[0])(*change[1])
    last = stage.journal.entries[-1]
    assert (last.path, last.body, last.code) == (path, body, "00000")


async def test_the_margin_mode_of_a_unified_account_is_asked_of_the_classic_protocol_and_refused(
    stage: Stage, unified: Any
) -> None:
    with pytest.raises(Exception, match="40085"):
        await unified.set_margin_mode("isolated", SWAP)
    assert stage.journal.entries[-1].path == "/api/v2/mix/account/set-margin-mode"


async def test_an_amended_order_keeps_its_id_and_gets_the_client_id_that_was_sent(
    stage: Stage, classic: Any
) -> None:
    placed = await classic.create_order(SWAP, "limit", "buy", 0.01, 48000, {"clientOrderId": "a1"})
    await classic.edit_order(placed["id"], SWAP, "limit", "buy", 0.02, 47000, {"newClientOid": "a2"})
    assert stage.journal.entries[-1].body == (
        '{"orderId":"' + placed["id"] + '","symbol":"BTCUSDT","productType":"USDT-FUTURES",'
        '"newSize":"0.02","newPrice":"47000","newClientOid":"a2"}'
    )
    found = await classic.fetch_order(None, SWAP, {"clientOrderId": "a2"})
    assert (found["id"], found["amount"], found["price"]) == (placed["id"], 0.02, 47000)


async def test_the_cancellation_of_a_trigger_order_names_it_in_a_list(stage: Stage, classic: Any) -> None:
    placed = await classic.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 55000})
    await classic.cancel_order(placed["id"], SWAP, {"trigger": True})
    last = stage.journal.entries[-1]
    assert (last.path, last.body) == (
        MIX + "cancel-plan-order",
        '{"symbol":"BTCUSDT","orderIdList":[{"orderId":"'
        + placed["id"]
        + '"}],"productType":"USDT-FUTURES"}',
    )
    assert await stage.classic.orders.open_orders() == []
