"""The orders of a classic account's contracts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from sandbox.exchange.catalogue import as_product
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import lists, lookup, requests_v2
from sandbox.exchange.rest.answers import as_refused
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.placing import place
from sandbox.exchange.rows import orders as rows
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json
from services.errors import OrderNotFound, OrderRejected

_PROTECTIONS = frozenset({"pos_profit", "pos_loss", "profit_plan", "loss_plan", "moving_plan"})
"""What the plan type profit_loss covers in a query."""


async def place_order(call: Call) -> Json:
    """Place a market or limit order."""
    one = call.listing()
    return await place(call, one, requests_v2.order(call, one))


async def place_plan(call: Call) -> Json:
    """Place an order that waits for a trigger."""
    one = call.listing()
    return await place(call, one, await requests_v2.plan(call, one), plan=call.need("planType"))


async def place_tpsl(call: Call) -> Json:
    """Place an order that protects a position."""
    one = call.listing()
    return await place(call, one, await requests_v2.tpsl(call, one), plan=call.need("planType"))


async def modify(call: Call) -> Json:
    """Change price and size of an order; it gets the new client id."""
    shown = await _named(call)
    price, size = call.number("newPrice"), call.number("newSize")
    account, order = call.seat.account, shown.order
    await account.orders.amend(order.market, order.id, price=price, amount=size)
    renamed = call.get("newClientOid")
    if renamed is not None:
        notes = call.seat.notes
        await notes.keep(order.id, replace(notes.of(order), client_id=renamed))
    return {"orderId": order.id, "clientOid": renamed or shown.client_id}


async def cancel(call: Call) -> Json:
    """Cancel an order that waits for no trigger."""
    try:
        shown = await _named(call)
    except Refused as refused:
        raise Refused("22001") if refused.code == "40109" else refused from None
    await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    return placed(shown)


async def cancel_symbol(call: Call) -> Json:
    """Cancel the orders of one market that wait for no trigger, or those of them that are named."""
    found = await lists.live(call, lists.market_of(call), _of_product(call))
    return await cancel_each(call, found, named=call.body.get("orderIdList"))


async def cancel_plans(call: Call) -> Json:
    """Cancel orders that wait for a trigger: those that are named, or all."""
    wanted = call.get("planType")
    is_wanted = _of_product(call) if wanted is None else _of_plan(call, wanted)
    found = await lists.waiting(call, lists.market_of(call), is_wanted)
    return await cancel_each(call, found, named=call.body.get("orderIdList"))


async def pending(call: Call) -> Json:
    """List the open orders, newest first."""
    return _listed(call, await lists.live(call, lists.market_of(call), _of_product(call)), rows.order_row)


async def history(call: Call) -> Json:
    """List the orders that are done, newest first."""
    return _listed(call, await lists.done(call, lists.market_of(call), _of_product(call)), rows.order_row)


async def pending_plans(call: Call) -> Json:
    """List the orders that wait for a trigger."""
    is_wanted = _of_plan(call, call.need("planType"))
    return _listed(call, await lists.waiting(call, lists.market_of(call), is_wanted), rows.plan_row)


async def plan_history(call: Call) -> Json:
    """List the orders that waited for a trigger and do so no more."""
    is_wanted = _of_plan(call, call.need("planType"))
    return _listed(call, await lists.waited(call, lists.market_of(call), is_wanted), rows.plan_row)


async def detail(call: Call) -> Json:
    """Tell one order by one of its ids."""
    shown = await _named(call)
    return rows.detail_row(shown)


async def fills(call: Call) -> Json:
    """List fills, newest first."""
    part = lists.page_of_fills(call, await lists.fills(call, lists.market_of(call), _of_product(call)))
    return {"fillList": [rows.fill_row(*pair) for pair in part.rows], "endId": part.end}


async def cancel_each(call: Call, found: Sequence[OrderView], *, named: object) -> Json:
    """Cancel orders and tell of each; `named` are the ids that a client gives, None for all."""
    wanted = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else None
    done: list[Json] = []
    failed: list[Json] = []
    for shown in found if wanted is None else [_find_in(found, one) for one in wanted]:
        if isinstance(shown, OrderView):
            await _cancel_into(call, shown, done, failed)
        else:
            failed.append(shown | {"errorMsg": "The order does not exist", "errorCode": "43025"})
    return {"successList": done, "failureList": failed}


def placed(shown: OrderView) -> Json:
    """Build the answer that names an order."""
    return {"orderId": shown.order.id, "clientOid": shown.client_id}


async def _cancel_into(call: Call, shown: OrderView, done: list[Json], failed: list[Json]) -> None:
    try:
        await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    except (OrderRejected, OrderNotFound) as error:
        refused = as_refused(call, error)
        failed.append(placed(shown) | {"errorMsg": str(refused), "errorCode": refused.code})
    else:
        done.append(placed(shown))


def _find_in(found: Sequence[OrderView], wanted: Json) -> OrderView | Json:
    order_id, client_id = str(wanted.get("orderId") or ""), str(wanted.get("clientOid") or "")
    for shown in found:
        if shown.order.id == order_id or (client_id and shown.client_id == client_id):
            return shown
    return {"orderId": order_id, "clientOid": client_id}


async def _named(call: Call) -> OrderView:
    one = call.listing()
    shown = await lookup.find(call, one, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    if not shown.has_triggered:
        raise Refused("40109")
    return shown


def _of_product(call: Call) -> lists.Wanted:
    product = as_product(call.need("productType"))
    return lambda shown: shown.one.product == product


def _of_plan(call: Call, wanted: str) -> lists.Wanted:
    is_of_product = _of_product(call)
    plans = _PROTECTIONS if wanted == "profit_loss" else {wanted}
    return lambda shown: is_of_product(shown) and shown.plan in plans


def _listed(call: Call, found: Sequence[OrderView], row: Callable[[OrderView], Json]) -> Json:
    order_id, client_id = call.get("orderId"), call.get("clientOid")
    wanted = [
        shown
        for shown in found
        if order_id in (None, shown.order.id) and client_id in (None, shown.client_id)
    ]
    part = lists.page_of(call, wanted)
    return {"entrustedList": [row(shown) for shown in part.rows] or None, "endId": part.end}


ROUTES = (
    post("v2/mix/order/place-order", place_order, 2),
    post("v2/mix/order/place-plan-order", place_plan, 2),
    post("v2/mix/order/place-tpsl-order", place_tpsl, 2),
    post("v2/mix/order/modify-order", modify, 2),
    post("v2/mix/order/cancel-order", cancel, 2),
    post("v2/mix/order/batch-cancel-orders", cancel_symbol, 2),
    post("v2/mix/order/cancel-all-orders", cancel_symbol, 2),
    post("v2/mix/order/cancel-plan-order", cancel_plans, 2),
    read("v2/mix/order/orders-pending", pending, 2),
    read("v2/mix/order/orders-plan-pending", pending_plans, 2),
    read("v2/mix/order/orders-history", history, 2),
    read("v2/mix/order/orders-plan-history", plan_history, 2),
    read("v2/mix/order/detail", detail, 2),
    read("v2/mix/order/fills", fills, 2),
    read("v2/mix/order/fill-history", fills, 2),
)
