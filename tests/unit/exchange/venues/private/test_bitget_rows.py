"""What Bitget's own rows say beyond ccxt, after the venue's description of both protocols."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from account_rows import fill_row, order_row, plan_row, unified_fill_row, unified_row

from services.exchange.venues.bitget_rows import is_waiting_kind, read_fill, read_order

HEDGED: dict[str, tuple[dict[str, Any], tuple[str, str, bool]]] = {
    "open a long": ({"side": "buy", "tradeSide": "open", "posSide": "long"}, ("buy", "long", False)),
    "close a long": ({"side": "buy", "tradeSide": "close", "posSide": "long"}, ("sell", "long", True)),
    "open a short": ({"side": "sell", "tradeSide": "open", "posSide": "short"}, ("sell", "short", False)),
    "close a short": ({"side": "sell", "tradeSide": "close", "posSide": "short"}, ("buy", "short", True)),
    "a short that is liquidated": (
        {"side": "sell", "tradeSide": "burst_close_short", "posSide": "short"},
        ("buy", "short", True),
    ),
}


@pytest.mark.parametrize("case", HEDGED)
def test_in_hedge_mode_the_classic_side_is_that_of_the_position(case: str) -> None:
    changes, expected = HEDGED[case]
    found = read_order(order_row(posMode="hedge_mode", **changes))
    assert (found.side, found.position_side, found.is_reduce_only) == expected


UNIFIED: dict[str, tuple[dict[str, Any], tuple[str, str, bool]]] = {
    "open a long": ({"side": "buy", "posSide": "long"}, ("buy", "long", False)),
    "close a long": ({"side": "sell", "posSide": "long"}, ("sell", "long", True)),
    "open a short": ({"side": "sell", "posSide": "short"}, ("sell", "short", False)),
    "close a short": ({"side": "buy", "posSide": "short"}, ("buy", "short", True)),
}


@pytest.mark.parametrize("case", UNIFIED)
def test_in_hedge_mode_the_unified_side_is_that_of_the_order(case: str) -> None:
    changes, expected = UNIFIED[case]
    found = read_order(unified_row(holdMode="hedge_mode", **changes))
    assert (found.side, found.position_side, found.is_reduce_only) == expected


def test_in_one_way_mode_an_order_is_of_no_position() -> None:
    found = read_order(order_row())
    assert (found.side, found.position_side, found.is_reduce_only) == ("buy", None, False)
    assert read_order(order_row(reduceOnly="YES")).is_reduce_only
    assert not read_order(unified_row(reduceOnly="no")).is_reduce_only


def test_a_push_of_a_part_tells_what_has_filled_and_not_the_last_fill() -> None:
    pushed = order_row(status="partially_filled", accBaseVolume="0.007", baseVolume="0.003")
    assert read_order(pushed).filled == Decimal("0.007")


def test_an_average_of_nothing_is_not_known() -> None:
    assert read_order(order_row(priceAvg="")).average is None
    assert read_order(order_row(priceAvg="0")).average is None
    assert read_order(unified_row(avgPrice="0")).average is None


PLANS: dict[str, tuple[dict[str, Any], tuple[str, str | None]]] = {
    "a plan": ({}, ("stop", "45000")),
    "a plan with a limit": ({"orderType": "limit", "executePrice": "44900"}, ("stop_limit", "45000")),
    "a stop of a part": ({"planType": "loss_plan"}, ("stop", "45000")),
    "a stop of the whole": ({"planType": "pos_loss"}, ("stop", "45000")),
    "a target": ({"planType": "profit_plan"}, ("take_profit", "45000")),
    "a target with a limit": (
        {"planType": "pos_profit", "orderType": "limit"},
        ("take_profit_limit", "45000"),
    ),
    "a trailing order": ({"planType": "track_plan"}, ("trailing", "45000")),
    "a trailing order that follows at once": (
        {"planType": "moving_plan", "triggerPrice": ""},
        ("trailing", None),
    ),
    "a pushed plan": ({"planType": "pl"}, ("stop", "45000")),
    "a pushed target": ({"planType": "ptp"}, ("take_profit", "45000")),
}


@pytest.mark.parametrize("case", PLANS)
def test_an_order_with_a_trigger_is_told_by_its_plan(case: str) -> None:
    changes, (kind, trigger) = PLANS[case]
    found = read_order(plan_row(**changes))
    assert (found.kind, found.status, found.trigger_by) == (kind, "waiting", "mark")
    assert found.trigger_price == (None if trigger is None else Decimal(trigger))


STRATEGY: dict[str, Any] = {
    "orderId": "1", "clientOid": "mine-1", "symbol": "BTCUSDT", "category": "USDT-FUTURES", "qty": "0.01",
    "posSide": "long", "tpTriggerBy": "mark", "slTriggerBy": "market", "takeProfit": "", "stopLoss": "45000",
    "tpOrderType": "market", "slOrderType": "limit", "tpLimitPrice": "", "slLimitPrice": "44900",
    "createdTime": "1750000020000", "updatedTime": "1750000021000",
}  # fmt: skip


def test_a_unified_stop_is_told_by_its_fields_and_closes_its_position() -> None:
    found = read_order(STRATEGY)
    assert (found.kind, found.status, found.side) == ("stop_limit", "waiting", "sell")
    assert (found.trigger_price, found.trigger_by, found.price) == (Decimal(45000), "last", Decimal(44900))
    target = read_order({**STRATEGY, "stopLoss": "", "takeProfit": "60000", "posSide": "short"})
    assert (target.kind, target.side, target.trigger_price) == ("take_profit", "buy", Decimal(60000))


def test_an_order_that_carries_a_stop_is_not_taken_for_one() -> None:
    assert not is_waiting_kind(unified_row(stopLoss="39000", slTriggerBy="mark"))
    assert read_order(unified_row(stopLoss="39000")).kind == "limit"
    assert is_waiting_kind(STRATEGY)


def test_a_plan_that_was_triggered_is_not_called_filled_before_its_order_is() -> None:
    found = read_order(plan_row(planStatus="executed", executeOrderId="99"))
    assert (found.status, found.filled, found.is_triggered, found.child_id) == ("open", None, True, "99")


def test_a_fill_says_whose_position_it_changed() -> None:
    closing = read_fill(fill_row(posMode="hedge_mode", side="buy", tradeSide="close", profit="-0.5"))
    assert (closing.side, closing.position_side, closing.realised) == ("sell", "long", Decimal("-0.5"))
    unified = read_fill(unified_fill_row(side="sell", tradeSide="open", execPnl="0", clientOid="mine-1"))
    assert (unified.side, unified.position_side, unified.client_id) == ("sell", "short", "mine-1")
