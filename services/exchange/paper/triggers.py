"""Orders that wait for a price: stops, take-profits and trailing stops."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.exchange.orders import OrderRequest
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.state import OrderState

_PERCENT = Decimal(100)


def is_reached(asked: OrderRequest, price: Decimal) -> bool:
    """Return whether `price` triggers a stop or a take-profit."""
    trigger = asked.trigger_price
    if trigger is None:
        return False
    waits_for_rise = (asked.side == "buy") == (asked.kind in {"stop", "stop_limit"})
    return price >= trigger if waits_for_rise else price <= trigger


def watch_price(holder: Holder, order: OrderState, pit: Pit, at: datetime) -> bool:
    """Show an order the newest price; return whether that triggered it."""
    price = pit.price_by(order.request.trigger_by)
    if price is None:
        return False
    if order.request.kind == "trailing":
        is_triggered = _follow(holder, order, price)
    else:
        is_triggered = is_reached(order.request, price)
    if is_triggered:
        order.is_triggered, order.is_due, order.status, order.updated_at = True, True, "open", at
        holder.tell(order)
    return is_triggered


def _follow(holder: Holder, order: OrderState, price: Decimal) -> bool:
    """Move the water mark with the price, never back; return whether the price fell back far enough."""
    if not order.is_following and not _is_activated(holder, order, price):
        return False
    sells = order.request.side == "sell"
    best = price if order.water is None else max(order.water, price) if sells else min(order.water, price)
    if best != order.water or not order.is_following:
        order.water, order.is_following, holder.is_changed = best, True, True
    share = (order.request.trailing_percent or Decimal(0)) / _PERCENT
    return price <= best * (1 - share) if sells else price >= best * (1 + share)


def _is_activated(holder: Holder, order: OrderState, price: Decimal) -> bool:
    activation = order.request.trigger_price
    if activation is None:
        return True
    if order.began_below is None:
        order.began_below, holder.is_changed = price < activation, True
    return price >= activation if order.began_below else price <= activation
