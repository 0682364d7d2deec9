"""The orders of a unified account."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.exchange.catalogue import Listing, as_product
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import lists, lookup, requests_v3
from sandbox.exchange.rest.answers import as_refused
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.placing import place
from sandbox.exchange.rest.private_v2_orders import placed
from sandbox.exchange.rows import unified_orders as rows
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json
from services.errors import OrderNotFound, OrderRejected

_SHORTEST_COUNTDOWN, _LONGEST_COUNTDOWN = 5, 60


async def place_order(call: Call) -> Json:
    """Place a market or limit order."""
    requests_v3.check_fields(call)
    one = call.listing()
    request, quote = await requests_v3.order(call, one)
    return await place(call, one, request, quote_size=quote)


async def place_strategy(call: Call) -> Json:
    """Place an order that waits for a trigger."""
    one = call.listing()
    strategy = await requests_v3.strategy(call, one)
    return await place(call, one, strategy.request, plan=strategy.plan)


async def modify(call: Call) -> Json:
    """Change price and quantity of an order."""
    shown = await _named(call)
    price, amount = call.number("price"), call.number("qty")
    await call.seat.account.orders.amend(shown.order.market, shown.order.id, price=price, amount=amount)
    return placed(shown)


async def cancel(call: Call) -> Json:
    """Cancel an order that waits for no trigger."""
    return await _canceled(call, is_strategy=False)


async def cancel_strategy(call: Call) -> Json:
    """Cancel an order that waits for a trigger."""
    return await _canceled(call, is_strategy=True)


async def cancel_symbol(call: Call) -> Json:
    """Cancel the orders of one market, or of a category, that wait for no trigger."""
    found = await lists.live(call, lists.market_of(call), _of_category(call))
    return {"list": [await _canceled_row(call, shown) for shown in found]}


async def cancel_batch(call: Call) -> list[Json]:
    """Cancel the orders that are named."""
    wanted = [one for one in call.body.get("", ()) if isinstance(one, dict)]
    done = []
    for said in wanted:
        order_id, client_id = said.get("orderId"), said.get("clientOid")
        try:
            shown = await lookup.find(call, None, order_id=order_id, client_id=client_id)
        except Refused as refused:
            ids = {"orderId": order_id or "", "clientOid": client_id or ""}
            done.append(ids | {"code": refused.code, "msg": str(refused)})
            continue
        done.append(await _canceled_row(call, shown))
    return done


async def countdown(call: Call) -> str:
    """Cancel every order unless this is asked again within so many seconds; 0 lets it be."""
    seconds = call.whole("countdown", 0, most=_LONGEST_COUNTDOWN) if call.get("countdown") != "0" else 0
    if seconds and seconds < _SHORTEST_COUNTDOWN:
        raise Refused("400172", "countdown is 0 or 5 to 60 seconds")
    call.seat.countdown.wind(seconds or None)
    return "success"


async def unfilled(call: Call) -> Json:
    """List the open orders, newest first."""
    return _listed(call, await lists.live(call, _market(call), _of_category(call)), rows.order_row)


async def history(call: Call) -> Json:
    """List the orders that are done, newest first."""
    return _listed(call, await lists.done(call, _market(call), _of_category(call)), rows.order_row)


async def unfilled_strategies(call: Call) -> list[Json]:
    """List the orders that wait for a trigger."""
    found = await lists.waiting(call, _market(call), _of_category(call))
    return [rows.strategy_row(shown) for shown in found if call.get("type") in (None, shown.plan)]


async def strategy_history(call: Call) -> Json:
    """List the orders that waited for a trigger and do so no more."""
    return _listed(call, await lists.waited(call, _market(call), _of_category(call)), rows.strategy_row)


async def order_info(call: Call) -> Json:
    """Tell one order by one of its ids."""
    shown = await _named(call)
    return rows.order_row(shown)


async def fills(call: Call) -> Json:
    """List fills, newest first."""
    part = lists.page_of_fills(call, await lists.fills(call, None, _of_category(call)), before="cursor")
    return {"list": [rows.fill_row(*pair) for pair in part.rows], "cursor": part.end}


async def _named(call: Call) -> OrderView:
    shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    if not shown.has_triggered:
        raise Refused("25204")
    return shown


async def _canceled(call: Call, *, is_strategy: bool) -> Json:
    shown = await lookup.find(call, None, order_id=call.get("orderId"), client_id=call.get("clientOid"))
    if shown.has_triggered == is_strategy:
        raise Refused("25204")
    await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    return placed(shown)


async def _canceled_row(call: Call, shown: OrderView) -> Json:
    try:
        await call.seat.account.orders.cancel(shown.order.market, shown.order.id)
    except (OrderRejected, OrderNotFound) as error:
        refused = as_refused(call, error)
        return placed(shown) | {"code": refused.code, "msg": str(refused)}
    return placed(shown) | {"code": "00000", "msg": "success"}


def _of_category(call: Call) -> lists.Wanted:
    category = call.get("category")
    product = None if category is None else as_product(category)
    return lambda shown: product in (None, shown.one.product)


def _market(call: Call) -> Listing | None:
    """Return the market that a list is of; a symbol alone could be of several categories."""
    return None if call.get("category") is None else lists.market_of(call)


def _listed(call: Call, found: list[OrderView], row: Callable[[OrderView], Json]) -> Json:
    part = lists.page_of(call, found, before="cursor")
    return {"list": [row(shown) for shown in part.rows], "cursor": part.end}


ROUTES = (
    post("v3/trade/place-order", place_order, 2),
    post("v3/trade/place-strategy-order", place_strategy, 2),
    post("v3/trade/modify-order", modify, 2),
    post("v3/trade/cancel-order", cancel, 2),
    post("v3/trade/cancel-strategy-order", cancel_strategy, 2),
    post("v3/trade/cancel-symbol-order", cancel_symbol, 4),
    post("v3/trade/cancel-batch", cancel_batch, 4),
    post("v3/trade/countdown-cancel-all", countdown, 20),
    read("v3/trade/unfilled-orders", unfilled),
    read("v3/trade/unfilled-strategy-orders", unfilled_strategies),
    read("v3/trade/history-orders", history),
    read("v3/trade/history-strategy-orders", strategy_history),
    read("v3/trade/order-info", order_info),
    read("v3/trade/fills", fills),
)
