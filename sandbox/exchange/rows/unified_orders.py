"""Rows of the unified protocol: orders, strategy orders, fills, in answers and in pushes."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.rows.orders import MARGINS, trade_side
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json, at_tick, plain, stamp
from services.exchange.orders import Fill, Order

TRIGGERS = {"mark": "mark", "last": "market", "index": "market"}


def status(order: Order) -> str:
    """Return the venue's word for how an order stands."""
    if order.status in {"waiting", "open"}:
        return "partially_filled" if order.filled else "new"
    return "filled" if order.status == "filled" else "cancelled"


def strategy_status(shown: OrderView) -> str:
    """Return the venue's word for how an order with a trigger stands."""
    if shown.has_triggered:
        return "success"
    return {"waiting": "pending", "rejected": "failed"}.get(shown.order.status, "cancelled")


def _position_side(shown: OrderView) -> str:
    return (shown.order.position_side or "net") if shown.is_hedged else "net"


def order_row(shown: OrderView) -> Json:
    """Build the row of an order."""
    order, one, asked = shown.order, shown.one, shown.request
    fee = shown.fee
    size = shown.quote_size
    return {
        "orderId": order.id,
        "clientOid": shown.client_id,
        "category": one.product,
        "symbol": one.id,
        "orderType": "limit" if order.price is not None else "market",
        "side": order.side,
        "price": "" if order.price is None else at_tick(order.price, one.tick),
        "qty": plain(order.amount if size is None else Decimal(0)),
        "amount": plain(size or Decimal(0)),
        "cumExecQty": plain(order.filled),
        "cumExecValue": plain(shown.cost),
        "avgPrice": plain(order.average or Decimal(0)),
        "timeInForce": order.time_in_force or "gtc",
        "orderStatus": status(order),
        "posSide": _position_side(shown),
        "holdMode": "hedge_mode" if shown.is_hedged else "one_way_mode",
        "delegateType": "normal",
        "reduceOnly": "YES" if order.is_reduce_only else "NO",
        "feeDetail": [{"feeCoin": fee[1], "fee": plain(fee[0])}] if fee else [],
        "createdTime": stamp(order.created_at),
        "updatedTime": stamp(order.updated_at),
        "stpMode": "none",
        "cancelReason": order.why if order.status in {"canceled", "rejected"} else "",
        "execType": "normal",
        "takeProfit": "" if asked.take_profit is None else at_tick(asked.take_profit, one.tick),
        "stopLoss": "" if asked.stop_loss is None else at_tick(asked.stop_loss, one.tick),
        "marginMode": MARGINS[shown.margin_mode] if one.is_swap else "",
        "marginCoin": one.margin_coin,
        "leverage": plain(shown.leverage),
        "totalProfit": plain(shown.profit),
    }


def pushed_order(shown: OrderView, _fill: Fill | None) -> Json:
    """Build the row that the ``order`` topic carries."""
    row = order_row(shown)
    return row | {
        "category": shown.one.product.lower(),
        "holdSide": _position_side(shown),
        "tradeSide": trade_side(shown.order, is_hedged=shown.is_hedged),
    }


def strategy_row(shown: OrderView) -> Json:
    """Build the row of an order that waits for a trigger, or did."""
    order, one = shown.order, shown.one
    trigger = "" if order.trigger_price is None else at_tick(order.trigger_price, one.tick)
    limit = "" if order.price is None else at_tick(order.price, one.tick)
    held = order.position_side or ("short" if order.side == "buy" else "long")
    row = {
        "orderId": order.id,
        "clientOid": shown.client_id,
        "symbol": one.id,
        "category": one.product,
        "qty": plain(order.amount),
        "posSide": held,
        "status": strategy_status(shown),
        "createdTime": stamp(order.created_at),
        "updatedTime": stamp(order.updated_at),
    }
    source, kind = TRIGGERS[order.trigger_by or "mark"], "limit" if limit else "market"
    if shown.plan == "trigger":
        return row | {
            "side": order.side,
            "triggerBy": source,
            "triggerPrice": trigger,
            "triggerOrderType": kind,
            "triggerOrderPrice": limit,
        }
    is_profit = order.kind.startswith("take_profit")
    return row | {
        "triggerType": "takeProfit" if is_profit else "stopLoss",
        "tpTriggerBy": source if is_profit else "mark",
        "slTriggerBy": "mark" if is_profit else source,
        "takeProfit": trigger if is_profit else "",
        "stopLoss": "" if is_profit else trigger,
        "tpOrderType": kind if is_profit else "market",
        "slOrderType": "market" if is_profit else kind,
        "tpLimitPrice": limit if is_profit else "",
        "slLimitPrice": "" if is_profit else limit,
    }


def fill_row(shown: OrderView, fill: Fill) -> Json:
    """Build the row of one fill; a fee that is paid is above 0 here."""
    one = shown.one
    return {
        "execId": fill.id,
        "orderId": fill.order_id,
        "clientOid": shown.client_id,
        "category": one.product,
        "symbol": one.id,
        "orderType": "limit" if shown.order.price is not None else "market",
        "side": fill.side,
        "execPrice": at_tick(fill.price, one.tick),
        "execQty": plain(fill.amount),
        "execValue": plain(fill.price * fill.amount),
        "tradeScope": "maker" if fill.is_maker else "taker",
        "feeDetail": [{"feeCoin": fill.fee.currency, "fee": plain(fill.fee.amount)}] if fill.fee else [],
        "tradeSide": trade_side(shown.order, is_hedged=shown.is_hedged),
        "createdTime": stamp(fill.at),
        "updatedTime": stamp(fill.at),
        "execPnl": plain(fill.realised or Decimal(0)),
    }


def pushed_fill(shown: OrderView, fill: Fill) -> Json:
    """Build the row that the ``fill`` topic carries."""
    return fill_row(shown, fill) | {
        "category": shown.one.product.lower(),
        "execTime": stamp(fill.at),
        "holdMode": "hedge_mode" if shown.is_hedged else "one_way_mode",
        "holdSide": _position_side(shown),
        "isRPI": "no",
    }
