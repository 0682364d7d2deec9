"""Reads in Bitget's own rows, v2 and v3, REST and WebSocket, what ccxt leaves out or turns around.

In hedge mode v2 writes the side of the position where others write that of the order; its WebSocket writes
the last fill where others write what has filled so far; v3's average is missing from ccxt. Pure functions of
one row; who asks for the rows is not of here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.exchange.exchange import Side
from services.exchange.orders import MarginMode, OrderKind, OrderStatus, PositionSide, Trigger
from services.exchange.venues.addresses import Json
from services.exchange.venues.numbers import money
from services.exchange.venues.private_translate import FillReading, OrderReading, known

_STATUSES: dict[str, OrderStatus] = {
    "init": "open",
    "live": "open",
    "new": "open",
    "partially_fill": "open",
    "partially_filled": "open",
    "filled": "filled",
    "full_fill": "filled",
    "cancel": "canceled",
    "canceled": "canceled",
    "cancelled": "canceled",
    "rejected": "rejected",
}
_PLAN_STATUSES: dict[str, OrderStatus] = {
    "live": "waiting",
    "not_trigger": "waiting",
    "pending": "waiting",
    "submitting": "waiting",
    "executing": "waiting",
    "executed": "open",
    "success": "open",
    "triggered": "open",
    "cancelled": "canceled",
    "canceled": "canceled",
    "cancel": "canceled",
    "fail_trigger": "rejected",
    "fail_execute": "rejected",
    "failed": "rejected",
}
_TRIGGERED = frozenset({"executed", "success", "triggered"})
_STOPS = frozenset({"normal_plan", "pl", "pos_loss", "loss_plan", "sl", "psl", "amount", "total"})
_PROFITS = frozenset({"pos_profit", "profit_plan", "tp", "ptp"})
_TRIGGERS: dict[str, Trigger] = {
    "mark_price": "mark",
    "mark": "mark",
    "fill_price": "last",
    "market": "last",
    "index_price": "index",
}
_MARGINS: dict[str, MarginMode] = {"crossed": "cross", "isolated": "isolated"}
_PLAN_KEYS = ("planType", "slOrderType", "tpOrderType", "triggerOrderType", "slTriggerBy", "triggerBy")
_SIDES: frozenset[str] = frozenset({"long", "short"})


def read_order(row: Json) -> OrderReading:
    """Read a row of an order, of whatever waits for a trigger, too."""
    side, position_side, is_closing = _sides(row)
    common: dict[str, Any] = {
        "side": side,
        "position_side": position_side,
        "is_reduce_only": is_closing or str(row.get("reduceOnly", "")).lower() == "yes",
        "margin_mode": _MARGINS.get(str(row.get("marginMode"))),
    }
    if is_waiting_kind(row):
        return _read_plan(row, common)
    raw = row.get("status") or row.get("state") or row.get("orderStatus")
    return OrderReading(
        kind="limit" if row.get("orderType") == "limit" else "market",
        status=_STATUSES.get(str(raw)),
        filled=_filled(row),
        average=known(row.get("priceAvg") or row.get("avgPrice")),
        price=_limit_price(row),
        why=str(row.get("cancelReason") or ""),
        **common,
    )


def is_waiting_kind(row: Json) -> bool:
    """Tell whether the row is of an order with a trigger of its own, not of one that carries a stop."""
    if row.get("planType"):
        return True
    return "orderType" not in row and any(key in row for key in _PLAN_KEYS)


def read_fill(row: Json) -> FillReading:
    """Read a row of a fill."""
    side, position_side, _ = _sides(row)
    return FillReading(
        side=side,
        position_side=position_side,
        client_id=row.get("clientOid") or None,
        realised=money(row.get("profit", row.get("execPnl"))),
    )


def _read_plan(row: Json, common: Mapping[str, Any]) -> OrderReading:
    kind, trigger, source = _trigger_of(row)
    raw = str(row.get("planStatus") or row.get("status") or "live")
    is_triggered = raw in _TRIGGERED
    common = {**common, "side": common["side"] or _side_that_closes(row)}
    return OrderReading(
        kind=kind,
        status=_PLAN_STATUSES.get(raw),
        filled=known(row.get("baseVolume")) if is_triggered else Decimal(0),
        average=known(row.get("priceAvg")),
        price=_plan_price(row),
        trigger_price=trigger,
        trigger_by=_TRIGGERS.get(str(source)),
        is_triggered=is_triggered,
        child_id=row.get("executeOrderId") or None,
        **common,
    )


def _trigger_of(row: Json) -> tuple[OrderKind, Decimal | None, Any]:
    """Return the kind, the trigger price, and what triggers it."""
    plan = str(row.get("planType") or "").lower()
    if plan in {"track_plan", "track", "moving_plan", "mtpsl"}:
        return "trailing", known(row.get("triggerPrice")), row.get("triggerType")
    trigger = known(row.get("triggerPrice"))
    if plan in _STOPS | _PROFITS or trigger is not None:
        source = row.get("triggerType") or row.get("triggerBy")
        is_limit = _is_limit(row, row.get("triggerOrderType") or row.get("orderType"))
        return _kind_of(is_profit=plan in _PROFITS, is_limit=is_limit), trigger, source
    stop, profit = known(row.get("stopLoss")), known(row.get("takeProfit"))
    if stop is not None:
        return (
            _kind_of(is_profit=False, is_limit=row.get("slOrderType") == "limit"),
            stop,
            row.get("slTriggerBy"),
        )
    return (
        _kind_of(is_profit=True, is_limit=row.get("tpOrderType") == "limit"),
        profit,
        row.get("tpTriggerBy"),
    )


def _kind_of(*, is_profit: bool, is_limit: bool) -> OrderKind:
    if is_profit:
        return "take_profit_limit" if is_limit else "take_profit"
    return "stop_limit" if is_limit else "stop"


def _is_limit(row: Json, order_type: Json) -> bool:
    return order_type == "limit" or (order_type is None and known(row.get("executePrice")) is not None)


def _plan_price(row: Json) -> Decimal | None:
    for key in ("executePrice", "triggerOrderPrice", "slLimitPrice", "tpLimitPrice", "price"):
        price = known(row.get(key))
        if price is not None:
            return price
    return None


def _limit_price(row: Json) -> Decimal | None:
    """Return the limit; spot's list of open orders writes it where others write the average."""
    return known(row.get("priceAvg" if "basePrice" in row else "price"))


def _filled(row: Json) -> Decimal | None:
    for key in ("accBaseVolume", "cumExecQty", "baseVolume"):
        if row.get(key) not in {None, ""}:
            return money(row[key])
    return None


def _sides(row: Json) -> tuple[Side | None, PositionSide | None, bool]:
    """Return the side of the order, the side of the position in hedge mode, and whether it closes one."""
    told: Side | None = _side(row.get("side"))
    if "category" in row and "holdMode" not in row and row.get("tradeSide") in {"open", "close"} and told:
        is_closing = row["tradeSide"] == "close"
        return told, "long" if (told == "buy") != is_closing else "short", is_closing
    if (row.get("posMode") or row.get("holdMode")) != "hedge_mode":
        return told, None, _is_closing(row)
    held = _held(row)
    if held is None:
        return told, None, _is_closing(row)
    is_closing = _is_closing(row) or ("category" in row and told is not None and told != _opens(held))
    return (_closes(held) if is_closing else _opens(held)), held, is_closing


def _held(row: Json) -> PositionSide | None:
    for key in ("posSide", "holdSide"):
        if row.get(key) in _SIDES:
            return "long" if row[key] == "long" else "short"
    if "category" in row or not row.get("side"):
        return None
    return "long" if row["side"] == "buy" else "short"


def _is_closing(row: Json) -> bool:
    """Tell by v2's words: close, reduce_close_long, reduce_buy_single, burst_close_short and their like."""
    told = str(row.get("tradeSide") or "").lower()
    return any(word in told for word in ("close", "reduce", "burst", "offset", "delivery", "dte_sys"))


def _side_that_closes(row: Json) -> Side | None:
    held = row.get("posSide") or row.get("holdSide")
    return _closes("long" if held == "long" else "short") if held in _SIDES else None


def _side(told: Any) -> Side | None:
    lowered = str(told or "").lower()
    return "buy" if lowered == "buy" else "sell" if lowered == "sell" else None


def _opens(held: PositionSide) -> Side:
    return "buy" if held == "long" else "sell"


def _closes(held: PositionSide) -> Side:
    return "sell" if held == "long" else "buy"
