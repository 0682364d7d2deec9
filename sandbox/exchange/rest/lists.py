"""Lists of an account's orders and fills, which every protocol has under names of its own, newest first.

`is_wanted` says which of them belong into a list: those of one product, of spot, or of one plan type.
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rest import lookup
from sandbox.exchange.rest.call import Call
from sandbox.exchange.rest.paging import Page, page
from sandbox.exchange.views import OrderView
from services.exchange.orders import Fill

Wanted = Callable[[OrderView], bool]
Filled = tuple[OrderView, Fill]


def market_of(call: Call) -> Listing | None:
    """Return the market whose orders are asked for, or None for those of all."""
    return None if call.get("symbol") is None else call.listing()


async def live(call: Call, one: Listing | None, is_wanted: Wanted) -> list[OrderView]:
    """Return the live orders that wait for no trigger."""
    return [shown for shown in await lookup.open_views(call, one) if shown.has_triggered and is_wanted(shown)]


async def done(call: Call, one: Listing | None, is_wanted: Wanted) -> list[OrderView]:
    """Return the done orders that wait for no trigger, or had done so."""
    found = await lookup.closed_views(call, one)
    return [shown for shown in found if shown.has_triggered and is_wanted(shown)]


async def waiting(call: Call, one: Listing | None, is_wanted: Wanted) -> list[OrderView]:
    """Return the orders that wait for a trigger."""
    found = await lookup.open_views(call, one)
    return [shown for shown in found if not shown.has_triggered and is_wanted(shown)]


async def waited(call: Call, one: Listing | None, is_wanted: Wanted) -> list[OrderView]:
    """Return the orders that waited for a trigger and do so no more; the live ones first."""
    found = [*await live(call, one, is_wanted), *await lookup.closed_views(call, one)]
    return [shown for shown in found if shown.is_plan and is_wanted(shown)]


async def fills(call: Call, one: Listing | None, is_wanted: Wanted) -> list[Filled]:
    """Return every fill that is kept with its order, or those of the order that a request names."""
    order_id = call.get("orderId")
    shown = [*await lookup.open_views(call, one), *await lookup.closed_views(call, one)]
    found = [
        (order, fill)
        for order in shown
        if is_wanted(order) and order_id in (None, order.order.id)
        for fill in order.fills
    ]
    return sorted(found, key=lambda pair: int(pair[1].id), reverse=True)


def page_of(call: Call, found: list[OrderView], *, before: str = "idLessThan") -> Page[OrderView]:
    """Return the page of orders that a request asks for."""
    return page(
        call,
        found,
        id_of=lambda one: one.order.id,
        time_of=lambda one: one.order.created_at,
        before=before,
    )


def page_of_fills(call: Call, found: list[Filled], *, before: str = "idLessThan") -> Page[Filled]:
    """Return the page of fills that a request asks for."""
    return page(call, found, id_of=lambda pair: pair[1].id, time_of=lambda pair: pair[1].at, before=before)
