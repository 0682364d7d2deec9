"""Rows of the classic protocol's contracts: orders, plans, fills, in answers and in pushes."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rows import texts
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json, at_tick, plain, stamp
from services.exchange.orders import Fill, Order

MARGINS = {"cross": "crossed", "isolated": "isolated"}
TRIGGERS = {"mark": "mark_price", "last": "fill_price", "index": "index_price"}


def status(order: Order) -> str:
    """Return the venue's word for how an order stands."""
    if order.status in {"waiting", "open"}:
        return "partially_filled" if order.filled else "live"
    return "filled" if order.status == "filled" else "canceled"


def plan_status(shown: OrderView) -> str:
    """Return the venue's word for how an order with a trigger stands."""
    if shown.has_triggered:
        return "executed"
    return {"waiting": "live", "rejected": "fail_execute"}.get(shown.order.status, "cancelled")


def side(order: Order, *, is_hedged: bool) -> str:
    """Return the side; in hedge mode that is the side which opened the position, also where it is closed."""
    if is_hedged and order.position_side is not None:
        return "buy" if order.position_side == "long" else "sell"
    return order.side


def trade_side(order: Order, *, is_hedged: bool) -> str:
    """Return whether it opens or closes, as each position mode says it."""
    if is_hedged:
        return "close" if order.is_reduce_only else "open"
    return f"{order.side}_single"


def _common(shown: OrderView) -> Json:
    order, one = shown.order, shown.one
    return {
        "symbol": one.id,
        "size": plain(order.amount),
        "orderId": order.id,
        "clientOid": shown.client_id,
        "price": texts.price(one, order.price),
        "side": side(order, is_hedged=shown.is_hedged),
        "posSide": (order.position_side or "net") if shown.is_hedged else "net",
        "marginCoin": one.margin_coin,
        "orderType": "limit" if order.price is not None else "market",
        "leverage": plain(shown.leverage),
        "marginMode": MARGINS[shown.margin_mode],
        "enterPointSource": "API",
        "tradeSide": trade_side(order, is_hedged=shown.is_hedged),
        "posMode": "hedge_mode" if shown.is_hedged else "one_way_mode",
        "orderSource": "normal",
        "cTime": stamp(order.created_at),
        "uTime": stamp(order.updated_at),
    }


def order_row(shown: OrderView) -> Json:
    """Build the row of an order."""
    order, one, asked = shown.order, shown.one, shown.request
    fee = shown.fee
    return _common(shown) | {
        "baseVolume": plain(order.filled),
        "fee": "" if fee is None else plain(-fee[0]),
        "priceAvg": plain(order.average),
        "status": status(order),
        "force": order.time_in_force or "gtc",
        "totalProfits": plain(shown.profit),
        "presetStopSurplusPrice": texts.price(one, asked.take_profit),
        "presetStopSurplusType": "",
        "presetStopSurplusExecutePrice": "",
        "presetStopLossPrice": texts.price(one, asked.stop_loss),
        "presetStopLossType": "",
        "presetStopLossExecutePrice": "",
        "quoteVolume": plain(shown.cost),
        "reduceOnly": "YES" if order.is_reduce_only else "NO",
        "cancelReason": order.why if order.status in {"canceled", "rejected"} else "",
        "liqPrice": "",
    }


def detail_row(shown: OrderView) -> Json:
    """Build the row of one order that was asked for, which names its status otherwise."""
    row = order_row(shown)
    return row | {"state": row.pop("status")}


def plan_row(shown: OrderView) -> Json:
    """Build the row of an order that waits for a trigger, or did."""
    order, one, asked = shown.order, shown.one, shown.request
    limit = texts.price(one, order.price)
    return _common(shown) | {
        "planType": shown.plan,
        "executeOrderId": order.id if shown.has_triggered else "",
        "planStatus": plan_status(shown),
        "price": limit,
        "executePrice": limit,
        "priceAvg": plain(order.average),
        "baseVolume": plain(order.filled) if order.filled else "",
        "callbackRatio": plain(asked.trailing_percent),
        "triggerPrice": texts.price(one, order.trigger_price),
        "triggerType": TRIGGERS[order.trigger_by or "mark"],
        "reduceOnly": "YES" if order.is_reduce_only else "NO",
        "stopSurplusTriggerPrice": texts.price(one, asked.take_profit),
        "stopSurplusExecutePrice": "",
        "stopSurplusTriggerType": "fill_price",
        "stopLossTriggerPrice": texts.price(one, asked.stop_loss),
        "stopLossExecutePrice": "",
        "stopLossTriggerType": "fill_price",
    }


def fill_row(shown: OrderView, fill: Fill) -> Json:
    """Build the row of one fill."""
    one = shown.one
    return {
        "tradeId": fill.id,
        "symbol": one.id,
        "orderId": fill.order_id,
        "clientOid": shown.client_id,
        "price": at_tick(fill.price, one.tick),
        "baseVolume": plain(fill.amount),
        "feeDetail": [fee_detail(fill)],
        "side": side(shown.order, is_hedged=shown.is_hedged),
        "quoteVolume": plain(fill.price * fill.amount),
        "profit": plain(fill.realised or Decimal(0)),
        "enterPointSource": "api",
        "tradeSide": trade_side(shown.order, is_hedged=shown.is_hedged),
        "posMode": "hedge_mode" if shown.is_hedged else "one_way_mode",
        "tradeScope": "maker" if fill.is_maker else "taker",
        "cTime": stamp(fill.at),
        "uTime": stamp(fill.at),
    }


def fee_detail(fill: Fill) -> Json:
    """Build the part of a fill's row that tells its fee: what is paid is below 0."""
    return {
        "deduction": "no",
        "feeCoin": fill.fee.currency if fill.fee else "",
        "totalDeductionFee": "0",
        "totalFee": plain(-fill.fee.amount) if fill.fee else "",
    }


def pushed_order(shown: OrderView, fill: Fill | None) -> Json:
    """Build the row that the ``orders`` channel carries; with `fill`, that is what has just happened."""
    order, one = shown.order, shown.one
    fee = shown.fee
    row = _common(shown)
    del row["symbol"]
    row |= {
        "instId": one.id,
        "accBaseVolume": plain(order.filled),
        "feeDetail": [{"feeCoin": fee[1], "fee": plain(-fee[0])}] if fee else [],
        "force": order.time_in_force or "gtc",
        "notionalUsd": plain(order.amount * (order.price or order.average or Decimal(0))),
        "price": texts.price(one, order.price, "0"),
        "priceAvg": plain(order.average or Decimal(0)),
        "reduceOnly": "yes" if order.is_reduce_only else "no",
        "status": status(order),
        "cancelReason": order.why if order.status in {"canceled", "rejected"} else "",
    }
    return row if fill is None else row | _filled_part(one, fill)


def _filled_part(one: Listing, fill: Fill) -> Json:
    return {
        "baseVolume": plain(fill.amount),
        "fillFee": plain(-fill.fee.amount) if fill.fee else "",
        "fillFeeCoin": fill.fee.currency if fill.fee else "",
        "fillNotionalUsd": plain(fill.price * fill.amount),
        "fillPrice": at_tick(fill.price, one.tick),
        "fillTime": stamp(fill.at),
        "pnl": plain(fill.realised or Decimal(0)),
        "tradeId": fill.id,
        "tradeScope": "M" if fill.is_maker else "T",
    }


def pushed_fill(shown: OrderView, fill: Fill) -> Json:
    """Build the row that the ``fill`` channel carries."""
    row = fill_row(shown, fill)
    return row | {"orderType": "limit" if shown.order.price is not None else "market"}


def pushed_plan(shown: OrderView) -> Json:
    """Build the row that the ``orders-algo`` channel carries."""
    row = plan_row(shown)
    del row["symbol"]
    return row | {
        "instId": shown.one.id,
        "actualSize": plain(shown.order.filled),
        "status": row.pop("planStatus"),
    }
