"""The orders of a classic account's spot wallet."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import lookup, requests_v2
from sandbox.exchange.rest.answers import as_refused
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.paging import page
from sandbox.exchange.rest.placing import place
from sandbox.exchange.rest.private_v2_orders import all_fills, cancel_each, placed
from sandbox.exchange.rows import spot_orders as rows
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json
from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import OrderRequest


async def place_order(call: Call) -> Json:
    """Place a market or limit order; the size of a market buy is in quote currency."""
    one = call.listing()
    side, size = requests_v2.side_of(call), requests_v2.needed(call, "size")
    is_limit = call.need("orderType") == "limit"
    quote = size if side == "buy" and not is_limit else None
    request = OrderRequest(
        market=one.name,
        side=side,
        kind="limit" if is_limit else "market",
        amount=size if quote is None else await bought_for(call, one, quote),
        client_id=requests_v2.client_id(call),
        price=requests_v2.needed(call, "price") if is_limit else None,
        time_in_force=requests_v2.force_of(call) if is_limit else "gtc",
        stop_loss=call.number("presetStopLossPrice"),
        take_profit=call.number("presetTakeProfitPrice"),
    )
    return await place(call, one, request, quote_size=quote)


async def place_plan(call: Call) -> Json:
    """Place an order that waits for a trigger; with plan type total its size is in quote currency."""
    one, side = call.listing(), requests_v2.side_of(call)
    size, trigger = requests_v2.needed(call, "size"), requests_v2.needed(call, "triggerPrice")
    limit = call.number("executePrice") or None
    source, plan = requests_v2.trigger_source(call), call.get("planType") or "amount"
    quote = size if plan == "total" else None
    request = OrderRequest(
        market=one.name,
        side=side,
        kind=await requests_v2.kind_of(call, one, side, trigger=trigger, source=source, limit=limit),
        amount=size if quote is None else quote / (limit or trigger) // one.step * one.step,
        client_id=requests_v2.client_id(call),
        price=limit,
        trigger_price=trigger,
        trigger_by=source,
    )
    return await place(call, one, request, plan=plan, quote_size=quote)


async def bought_for(call: Call, one: Listing, cost: Decimal) -> Decimal:
    """Return how much a sum of quote currency buys now. Raises `Refused` where it is below the minimum."""
    if call.venue.paper is None:
        raise Refused("40015")
    if cost < one.terms.min_cost:
        raise Refused.because("below_min_cost", is_unified=call.seat.account.is_unified)
    return await call.venue.paper.amount_for(one.name, "buy", cost)


async def cancel_and_replace(call: Call) -> Json:
    """Cancel a limit order and place another in its stead, which has an id of its own."""
    shown = await _named(call)
    size, price = requests_v2.needed(call, "size"), requests_v2.needed(call, "price")
    named = call.get("newClientOid")
    request = OrderRequest(
        market=shown.one.name,
        side=shown.order.side,
        kind="limit",
        amount=size,
        client_id=call.venue.next_client_id(),
        price=price,
        time_in_force=shown.order.time_in_force or "gtc",
    )
    try:
        await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
        done = await place(call, shown.one, request)
    except (OrderRejected, OrderNotFound) as error:
        return placed(shown) | {"success": "failure", "msg": str(as_refused(call, error))}
    call.seat.notes.renamed[done["orderId"]] = named or done["clientOid"]
    return done | {"clientOid": named or done["clientOid"], "success": "success", "msg": ""}


async def cancel(call: Call) -> Json:
    """Cancel an order that waits for no trigger."""
    shown = await _named(call)
    if not shown.has_triggered:
        raise Refused("22001")
    await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    return placed(shown)


async def cancel_plan(call: Call) -> Json:
    """Cancel an order that waits for a trigger."""
    shown = await _named(call)
    if shown.has_triggered:
        raise Refused("22001")
    await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    return {"result": "success"}


async def cancel_symbol(call: Call) -> Json:
    """Cancel the orders of one symbol that wait for no trigger."""
    one = call.listing()
    await cancel_each(call, [s for s in await _open(call, one) if s.has_triggered], named=None)
    return {"symbol": one.id}


async def cancel_batch(call: Call) -> Json:
    """Cancel the orders that are named."""
    found = [shown for shown in await _open(call, call.listing()) if shown.has_triggered]
    return await cancel_each(call, found, named=call.body.get("orderList"))


async def cancel_plans(call: Call) -> Json:
    """Cancel every order that waits for a trigger, or those of the named symbols."""
    wanted = call.body.get("symbolList")
    found = [
        shown
        for shown in await _open(call, None)
        if not shown.has_triggered and (not isinstance(wanted, list) or shown.one.id in wanted)
    ]
    return await cancel_each(call, found, named=None)


async def pending(call: Call) -> list[Json]:
    """List the open orders, newest first."""
    found = [shown for shown in await _open(call, _market(call)) if shown.has_triggered]
    return [rows.open_row(shown) for shown in _page(call, found)]


async def history(call: Call) -> list[Json]:
    """List the orders that are done, newest first."""
    found = [shown for shown in await _closed(call, _market(call)) if shown.has_triggered]
    return [rows.order_row(shown) for shown in _page(call, found)]


async def pending_plans(call: Call) -> Json:
    """List the orders that wait for a trigger."""
    found = [shown for shown in await _open(call, _market(call)) if not shown.has_triggered]
    return _plans(call, found)


async def plan_history(call: Call) -> Json:
    """List the orders that waited for a trigger and do so no more."""
    live = [shown for shown in await _open(call, _market(call)) if shown.is_plan and shown.has_triggered]
    done = [shown for shown in await _closed(call, _market(call)) if shown.is_plan]
    return _plans(call, [*live, *done])


async def order_info(call: Call) -> list[Json]:
    """Tell one order by one of its ids."""
    shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    if shown.one.is_swap or not shown.has_triggered:
        raise Refused("40109")
    return [rows.order_row(shown)]


async def fills(call: Call) -> list[Json]:
    """List fills, newest first."""
    wanted = call.get("orderId")
    found = [
        (shown, fill)
        for shown, fill in await all_fills(call, _market(call))
        if not shown.one.is_swap and wanted in (None, shown.order.id)
    ]
    part = page(call, found, id_of=lambda pair: pair[1].id, time_of=lambda pair: pair[1].at)
    return [rows.fill_row(*pair) for pair in part.rows]


async def _named(call: Call) -> OrderView:
    try:
        shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    except Refused as refused:
        raise Refused("22001") if refused.code == "40109" else refused from None
    if shown.one.is_swap:
        raise Refused("22001")
    return shown


async def _open(call: Call, one: Listing | None) -> list[OrderView]:
    return [shown for shown in await lookup.open_views(call, one) if not shown.one.is_swap]


async def _closed(call: Call, one: Listing | None) -> list[OrderView]:
    return [shown for shown in await lookup.closed_views(call, one) if not shown.one.is_swap]


def _market(call: Call) -> Listing | None:
    return None if call.get("symbol") is None else call.listing()


def _page(call: Call, found: list[OrderView]) -> list[OrderView]:
    part = page(call, found, id_of=lambda one: one.order.id, time_of=lambda one: one.order.created_at)
    return list(part.rows)


def _plans(call: Call, found: list[OrderView]) -> Json:
    shown = _page(call, found)
    last = shown[-1].order.id if shown else ""
    return {"nextFlag": False, "idLessThan": last, "orderList": [rows.plan_row(one) for one in shown]}


ROUTES = (
    post("v2/spot/trade/place-order", place_order, 2),
    post("v2/spot/trade/place-plan-order", place_plan, 2),
    post("v2/spot/trade/cancel-order", cancel, 2),
    post("v2/spot/trade/cancel-replace-order", cancel_and_replace, 4),
    post("v2/spot/trade/cancel-plan-order", cancel_plan, 2),
    post("v2/spot/trade/cancel-symbol-order", cancel_symbol, 4),
    post("v2/spot/trade/batch-cancel-order", cancel_batch, 2),
    post("v2/spot/trade/batch-cancel-plan-order", cancel_plans, 4),
    read("v2/spot/trade/unfilled-orders", pending),
    read("v2/spot/trade/history-orders", history),
    read("v2/spot/trade/current-plan-order", pending_plans),
    read("v2/spot/trade/history-plan-order", plan_history),
    read("v2/spot/trade/orderInfo", order_info),
    read("v2/spot/trade/fills", fills, 2),
)
