"""Rows of the classic protocol's spot account: orders, plans, fills, in answers and in pushes."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.rows.orders import TRIGGERS, fee_detail, status
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json, at_tick, encode, plain, stamp
from services.exchange.orders import Fill

_USER = "1"
_PLANS = {"waiting": "live", "rejected": "fail_execute", "canceled": "cancelled"}


def _size(shown: OrderView) -> str:
    return plain(shown.order.amount if shown.quote_size is None else shown.quote_size)


def _common(shown: OrderView) -> Json:
    order = shown.order
    return {
        "userId": _USER,
        "symbol": shown.one.id,
        "orderId": order.id,
        "clientOid": shown.client_id,
        "size": _size(shown),
        "orderType": "limit" if order.price is not None else "market",
        "side": order.side,
        "status": status(order),
        "baseVolume": plain(order.filled),
        "quoteVolume": plain(shown.cost),
        "enterPointSource": "API",
        "orderSource": "normal",
        "cTime": stamp(order.created_at),
        "uTime": stamp(order.updated_at),
    }


def order_row(shown: OrderView) -> Json:
    """Build the row of one order, or of one that is done."""
    order, one = shown.order, shown.one
    return _common(shown) | {
        "price": "0" if order.price is None else at_tick(order.price, one.tick),
        "priceAvg": plain(order.average or Decimal(0)),
        "force": order.time_in_force or "gtc",
        "feeDetail": _fee_detail(shown),
        "cancelReason": order.why if order.status in {"canceled", "rejected"} else "",
    }


def open_row(shown: OrderView) -> Json:
    """Build the row of an open order, whose price stands where others have the average."""
    order, one = shown.order, shown.one
    return _common(shown) | {
        "priceAvg": "0" if order.price is None else at_tick(order.price, one.tick),
        "basePrice": plain(order.average or Decimal(0)),
        "force": order.time_in_force or "gtc",
        "presetTakeProfitPrice": "",
        "executeTakeProfitPrice": "",
        "presetStopLossPrice": "",
        "executeStopLossPrice": "",
        "tpslType": "normal",
        "triggerPrice": "",
    }


def _fee_detail(shown: OrderView) -> str:
    """Return the fees as the venue tells them here: JSON inside the JSON."""
    fee = shown.fee
    if fee is None:
        return ""
    paid = {
        "deduction": False,
        "feeCoinCode": fee[1],
        "totalDeductionFee": 0,
        "totalFee": float(-fee[0]),
    }
    new = {"c": 0, "d": 0, "deduction": False, "r": plain(-fee[0]), "t": plain(-fee[0])}
    return encode({fee[1]: paid, "newFees": new | {"totalDeductionFee": 0}}).decode()


def plan_row(shown: OrderView) -> Json:
    """Build the row of an order that waits for a trigger, or did."""
    order, one = shown.order, shown.one
    return {
        "orderId": order.id,
        "clientOid": shown.client_id,
        "symbol": one.id,
        "size": _size(shown),
        "planType": shown.plan if shown.plan in {"amount", "total"} else "amount",
        "executePrice": "" if order.price is None else at_tick(order.price, one.tick),
        "executeOrderId": order.id if shown.has_triggered else "",
        "triggerPrice": "" if order.trigger_price is None else at_tick(order.trigger_price, one.tick),
        "status": "executed" if shown.has_triggered else _PLANS.get(order.status, "cancelled"),
        "orderType": "limit" if order.price is not None else "market",
        "side": order.side,
        "triggerType": TRIGGERS[order.trigger_by or "mark"],
        "enterPointSource": "API",
        "uTime": stamp(order.updated_at),
        "cTime": stamp(order.created_at),
    }


def fill_row(shown: OrderView, fill: Fill) -> Json:
    """Build the row of one fill."""
    return {
        "userId": _USER,
        "symbol": shown.one.id,
        "orderId": fill.order_id,
        "tradeId": fill.id,
        "orderType": "limit" if shown.order.price is not None else "market",
        "side": fill.side,
        "priceAvg": at_tick(fill.price, shown.one.tick),
        "size": plain(fill.amount),
        "amount": plain(fill.price * fill.amount),
        "feeDetail": fee_detail(fill),
        "tradeScope": "maker" if fill.is_maker else "taker",
        "cTime": stamp(fill.at),
        "uTime": stamp(fill.at),
    }


def pushed_order(shown: OrderView, fill: Fill | None) -> Json:
    """Build the row that the ``orders`` channel carries; with `fill`, that is what has just happened."""
    order, one = shown.order, shown.one
    fee = shown.fee
    row = {
        "instId": one.id,
        "orderId": order.id,
        "clientOid": shown.client_id,
        "size": _size(shown),
        "newSize": _size(shown),
        "notional": plain(order.amount * (order.price or order.average or Decimal(0))),
        "orderType": "limit" if order.price is not None else "market",
        "force": order.time_in_force or "gtc",
        "side": order.side,
        "price": "0" if order.price is None else at_tick(order.price, one.tick),
        "accBaseVolume": plain(order.filled),
        "priceAvg": plain(order.average or Decimal(0)),
        "status": status(order),
        "enterPointSource": "API",
        "feeDetail": [{"feeCoin": fee[1], "fee": plain(-fee[0])}] if fee else [],
        "cTime": stamp(order.created_at),
        "uTime": stamp(order.updated_at),
    }
    if fill is None:
        return row
    return row | {
        "fillPrice": at_tick(fill.price, one.tick),
        "tradeId": fill.id,
        "baseVolume": plain(fill.amount),
        "fillTime": stamp(fill.at),
        "fillFee": plain(-fill.fee.amount) if fill.fee else "",
        "fillFeeCoin": fill.fee.currency if fill.fee else "",
        "tradeScope": "M" if fill.is_maker else "T",
    }


def pushed_fill(shown: OrderView, fill: Fill) -> Json:
    """Build the row that the ``fill`` channel carries."""
    return fill_row(shown, fill) | {"feeDetail": [fee_detail(fill)]}
