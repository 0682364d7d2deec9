"""Finds an account's orders for a resource: those that are live, those that are done, or one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest.call import Call
from sandbox.exchange.views import OrderView, view
from services.exchange.orders import Order

_MANY = 500


async def open_views(call: Call, market: Listing | None) -> list[OrderView]:
    """Return the account's live orders, newest first."""
    orders = await call.seat.account.orders.open_orders(None if market is None else market.name)
    return await _views(call, orders)


async def closed_views(call: Call, market: Listing | None) -> list[OrderView]:
    """Return the account's done orders, newest first."""
    name = None if market is None else market.name
    return await _views(call, await call.seat.account.orders.closed(name, limit=_MANY))


async def find(call: Call, one: Listing | None, *, order_id: str | None, client_id: str | None) -> OrderView:
    """Return one order by one of its ids.

    Raises:
        Refused: the venue does not know it, or does not show it yet.
    """
    if order_id is None and client_id is None:
        raise Refused("40019", "Parameter orderId cannot be empty")
    is_unified = call.seat.account.is_unified
    for found in [*await open_views(call, one), *await closed_views(call, one)]:
        is_it = found.order.id == order_id if order_id is not None else found.client_id == client_id
        if is_it and is_visible(call, found.order):
            return found
    raise Refused.because("not_found", is_unified=is_unified)


def is_visible(call: Call, order: Order) -> bool:
    """Return whether the venue admits that it knows an order yet."""
    late = timedelta(seconds=call.venue.faults.now.late_visible)
    return not late or call.venue.clock.now() - order.created_at >= late


async def _views(call: Call, orders: Sequence[Order]) -> list[OrderView]:
    found = [await view(call.venue, call.seat, order) for order in orders]
    kept = [one for one in found if one is not None]
    return sorted(kept, key=lambda one: int(one.order.id), reverse=True)
