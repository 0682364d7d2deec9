"""What else a fill moves: siblings of an OCO pair, orders that protect it, orders that may only reduce."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.exchange.orders import OrderRequest
from services.exchange.paper.holder import Holder, floor
from services.exchange.paper.reserves import NOTHING, closable, is_closing
from services.exchange.paper.state import OrderState


def after_fill(holder: Holder, order: OrderState, at: datetime) -> None:
    """Bring the other orders of the account in line with a fill of `order`."""
    for other in _siblings(holder, order):
        holder.finish(other, "canceled", f"the other half of its pair, {order.id}, has filled", at)
    _end_what_it_protects(holder, order, at)
    _protect(holder, order, at)
    sweep(holder, order.request.market, at)


def sweep(holder: Holder, market: str, at: datetime) -> None:
    """Cancel the orders that may only reduce a position that is gone."""
    for other in holder.live_in(market):
        if is_closing(other) and not closable(holder.state, other):
            holder.finish(other, "canceled", "there is no position left to reduce", at)


def _siblings(holder: Holder, order: OrderState) -> Iterator[OrderState]:
    ours, theirs = order.request.client_id, order.request.cancels
    for other in list(holder.state.orders.values()):
        asked = other.request
        if (theirs and asked.client_id == theirs) or (ours and asked.cancels == ours):
            yield other


def _end_what_it_protects(holder: Holder, order: OrderState, at: datetime) -> None:
    if order.parent is None:
        return
    parent = holder.state.orders.get(order.parent)
    if parent is not None:
        holder.finish(parent, "canceled", f"the order that protects it, {order.id}, has filled", at)
    # The order they protect may be done and forgotten, so that they are found without it.
    for other in list(holder.live.get(order.request.market, {}).values()):
        if other.parent == order.parent and other is not order:
            holder.finish(other, "canceled", f"the other half of its pair, {order.id}, has filled", at)


def _protect(holder: Holder, order: OrderState, at: datetime) -> None:
    """Let the protection of an order cover what of it has filled."""
    asked = order.request
    amount = _protected(holder, order)
    if amount <= 0:
        return
    if order.protection:
        for child_id in order.protection:
            child = holder.state.orders.get(child_id)
            if child is not None and child.amount != amount:
                child.amount, child.updated_at = amount, at
                holder.tell(child)
        return
    if asked.stop_loss is not None:
        _add_child(holder, order, "stop", asked.stop_loss, at)
    if asked.take_profit is not None:
        _add_child(holder, order, "take_profit", asked.take_profit, at)


def _protected(holder: Holder, order: OrderState) -> Decimal:
    pit = holder.pits[order.request.market]
    if pit.terms.market.is_swap or order.request.side == "sell":
        return order.filled
    return floor(order.filled - max(NOTHING, order.fees), pit.terms.step)


def _add_child(
    holder: Holder,
    order: OrderState,
    kind: Literal["stop", "take_profit"],
    trigger: Decimal,
    at: datetime,
) -> None:
    asked, amount = order.request, _protected(holder, order)
    child = OrderState(
        id=holder.state.next_id(),
        request=OrderRequest(
            market=asked.market,
            side="sell" if asked.side == "buy" else "buy",
            kind=kind,
            amount=amount,
            client_id="",
            trigger_price=trigger,
            is_reduce_only=holder.pits[asked.market].terms.market.is_swap,
            position_side=asked.position_side,
            margin_mode=asked.margin_mode,
        ),
        amount=amount,
        price=None,
        created_at=at,
        updated_at=at,
        arrives_at=at,
        has_arrived=True,
        parent=order.id,
    )
    order.protection.append(child.id)
    holder.take_in(child)
