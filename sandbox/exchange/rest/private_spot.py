"""The orders of a classic account's spot wallet."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.notes import Note, about_to_be
from sandbox.exchange.refusal import ABNORMAL, Refused
from sandbox.exchange.rest import lists, lookup, requests_v2
from sandbox.exchange.rest.answers import as_refused
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.placing import place
from sandbox.exchange.rest.private_v2_orders import cancel_each, placed
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
        raise Refused(ABNORMAL)
    if cost < one.terms.min_cost:
        raise Refused.because("below_min_cost", is_unified=call.seat.account.is_unified)
    return await call.venue.paper.amount_for(one.name, "buy", cost)


async def cancel_and_replace(call: Call) -> Json:
    """Cancel a limit order and place another in its stead, which has an id of its own.

    It may go by the client id of the first one, which the engine gives to one order only: so the engine knows
    it by another, and the one it goes by is noted before anything is done.
    """
    shown = await _named(call)
    size, price = requests_v2.needed(call, "size"), requests_v2.needed(call, "price")
    request = OrderRequest(
        market=shown.one.name,
        side=shown.order.side,
        kind="limit",
        amount=size,
        client_id=call.venue.next_client_id(),
        price=price,
        time_in_force=shown.order.time_in_force or "gtc",
    )
    named = call.get("newClientOid") or request.client_id
    await call.seat.notes.keep(about_to_be(request.client_id), Note(client_id=named))
    try:
        await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
        done = await place(call, shown.one, request)
    except (OrderRejected, OrderNotFound) as error:
        return placed(shown) | {"success": "failure", "msg": str(as_refused(call, error))}
    return done | {"clientOid": named, "success": "success", "msg": ""}


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
    await cancel_each(call, await lists.live(call, one, _is_spot), named=None)
    return {"symbol": one.id}


async def cancel_batch(call: Call) -> Json:
    """Cancel the orders that are named."""
    found = await lists.live(call, call.listing(), _is_spot)
    return await cancel_each(call, found, named=call.body.get("orderList"))


async def cancel_plans(call: Call) -> Json:
    """Cancel every order that waits for a trigger, or those of the named symbols."""
    wanted = call.body.get("symbolList")
    found = await lists.waiting(call, None, _is_spot)
    if isinstance(wanted, list):
        found = [shown for shown in found if shown.one.id in wanted]
    return await cancel_each(call, found, named=None)


async def pending(call: Call) -> list[Json]:
    """List the open orders, newest first."""
    found = await lists.live(call, lists.market_of(call), _is_spot)
    return [rows.open_row(shown) for shown in lists.page_of(call, found).rows]


async def history(call: Call) -> list[Json]:
    """List the orders that are done, newest first."""
    found = await lists.done(call, lists.market_of(call), _is_spot)
    return [rows.order_row(shown) for shown in lists.page_of(call, found).rows]


async def pending_plans(call: Call) -> Json:
    """List the orders that wait for a trigger."""
    return _plans(call, await lists.waiting(call, lists.market_of(call), _is_spot))


async def plan_history(call: Call) -> Json:
    """List the orders that waited for a trigger and do so no more."""
    return _plans(call, await lists.waited(call, lists.market_of(call), _is_spot))


async def order_info(call: Call) -> list[Json]:
    """Tell one order by one of its ids."""
    shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    if shown.one.is_swap or not shown.has_triggered:
        raise Refused("40109")
    return [rows.order_row(shown)]


async def fills(call: Call) -> list[Json]:
    """List fills, newest first."""
    part = lists.page_of_fills(call, await lists.fills(call, lists.market_of(call), _is_spot))
    return [rows.fill_row(*pair) for pair in part.rows]


async def _named(call: Call) -> OrderView:
    try:
        shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    except Refused as refused:
        raise Refused("22001") if refused.code == "40109" else refused from None
    if shown.one.is_swap:
        raise Refused("22001")
    return shown


def _is_spot(shown: OrderView) -> bool:
    return not shown.one.is_swap


def _plans(call: Call, found: list[OrderView]) -> Json:
    part = lists.page_of(call, found)
    return {
        "nextFlag": False,
        "idLessThan": part.end or "",
        "orderList": [rows.plan_row(one) for one in part.rows],
    }


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
