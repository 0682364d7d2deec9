"""The private resources of a unified account."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sandbox.exchange.catalogue import Listing, as_product
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import holdings, lookup, requests_v2, requests_v3
from sandbox.exchange.rest.answers import as_refused, refusals_as_codes
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.paging import page
from sandbox.exchange.rest.placing import place
from sandbox.exchange.rest.private_v2_orders import all_fills, placed
from sandbox.exchange.rows import account
from sandbox.exchange.rows import unified_orders as rows
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.views import OrderView
from sandbox.exchange.wire import Json, plain
from services.errors import OrderNotFound, OrderRejected


async def settings(call: Call) -> Json:
    """Tell how the account trades."""
    modes, figures = await call.seat.account.modes(), call.seat.account.figures
    return {
        "uid": "1",
        "accountMode": "unified",
        "assetMode": "multi_assets",
        "accountLevel": "advanced",
        "holdMode": "hedge_mode" if modes.is_hedged else "one_way_mode",
        "stpMode": "none",
        "symbolConfigList": [
            {
                "category": one.product,
                "symbol": one.id,
                "marginMode": MARGINS[figures.margin_mode(one.name)],
                "leverage": plain(figures.leverage(one.name)),
            }
            for one in await _traded(call)
        ],
        "coinConfigList": [],
    }


async def info(call: Call) -> Json:
    """Tell whose key it is and what it may do."""
    rights = call.seat.key.rights
    permissions = ["uta_trade", *(["withdraw"] if rights & {"withdraw", "transfer"} else [])]
    return {
        "userId": "1",
        "inviterId": "",
        "parentId": "",
        "channelCode": "",
        "channel": "",
        "ips": "",
        "permType": "read-and-write" if call.seat.can_trade else "read-only",
        "permissions": permissions,
        "regisTime": "1532454360000",
    }


async def assets(call: Call) -> Json:
    """Tell the one wallet."""
    balances = await holdings.wallet(call.seat, "unified")
    return account.unified_assets(balances, call.seat.account.figures.equity())


async def positions(call: Call) -> Json:
    """Tell the open positions of one category, or of one market."""
    product, symbol = as_product(call.need("category")), call.get("symbol")
    found = await holdings.positions(call.venue, call.seat, product)
    kept = [account.unified_position_row(one) for one in found if symbol in (None, one.one.id)]
    return {"list": kept}


async def financial_records(call: Call) -> Json:
    """Tell the payments of funding; other records are not told here."""
    product = as_product(call.need("category"))
    found = holdings.funding_of(call.venue, call.seat, product, None)
    kept = [account.funding_record(*one) for one in found][: call.whole("limit", 20, most=100)]
    return {"list": kept, "cursor": kept[-1]["id"] if kept else None}


@refusals_as_codes
async def set_leverage(call: Call) -> str:
    """Set the leverage of a market."""
    await call.seat.account.set_leverage(call.listing().name, requests_v2.needed(call, "leverage"))
    return "success"


@refusals_as_codes
async def set_hold_mode(call: Call) -> str:
    """Choose between one-way and hedge mode."""
    mode = call.need("holdMode")
    if mode not in {"one_way_mode", "hedge_mode"}:
        raise Refused("400172", "holdMode")
    await call.seat.account.set_hedged(is_hedged=mode == "hedge_mode")
    return "success"


@refusals_as_codes
async def place_order(call: Call) -> Json:
    """Place a market or limit order."""
    requests_v3.check_fields(call)
    one = call.listing()
    request, quote = await requests_v3.order(call, one)
    return await place(call, one, request, quote_size=quote)


@refusals_as_codes
async def place_strategy(call: Call) -> Json:
    """Place an order that waits for a trigger."""
    one = call.listing()
    strategy = await requests_v3.strategy(call, one)
    return await place(call, one, strategy.request, plan=strategy.plan)


@refusals_as_codes
async def modify(call: Call) -> Json:
    """Change price and quantity of an order."""
    shown = await _named(call)
    price, amount = call.number("price"), call.number("qty")
    await call.seat.account.orders.amend(shown.order.market, shown.order.id, price=price, amount=amount)
    return placed(shown)


@refusals_as_codes
async def cancel(call: Call) -> Json:
    """Cancel an order that waits for no trigger."""
    return await _canceled(call, is_strategy=False)


@refusals_as_codes
async def cancel_strategy(call: Call) -> Json:
    """Cancel an order that waits for a trigger."""
    return await _canceled(call, is_strategy=True)


async def cancel_symbol(call: Call) -> Json:
    """Cancel the orders of one market, or of a category, that wait for no trigger."""
    one = None if call.get("symbol") is None else call.listing()
    found = [shown for shown in await _open(call, one) if shown.has_triggered]
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


async def unfilled(call: Call) -> Json:
    """List the open orders, newest first."""
    found = [shown for shown in await _open(call, _market(call)) if shown.has_triggered]
    return _listed(call, found, rows.order_row)


async def history(call: Call) -> Json:
    """List the orders that are done, newest first."""
    found = [shown for shown in await _closed(call, _market(call)) if shown.has_triggered]
    return _listed(call, found, rows.order_row)


async def unfilled_strategies(call: Call) -> list[Json]:
    """List the orders that wait for a trigger."""
    found = [shown for shown in await _open(call, _market(call)) if not shown.has_triggered]
    return [rows.strategy_row(shown) for shown in found if call.get("type") in (None, shown.plan)]


async def strategy_history(call: Call) -> Json:
    """List the orders that waited for a trigger and do so no more."""
    live = [shown for shown in await _open(call, _market(call)) if shown.is_plan and shown.has_triggered]
    done = [shown for shown in await _closed(call, _market(call)) if shown.is_plan]
    return _listed(call, [*live, *done], rows.strategy_row)


async def order_info(call: Call) -> Json:
    """Tell one order by one of its ids."""
    shown = await _named(call)
    return rows.order_row(shown)


async def fills(call: Call) -> Json:
    """List fills, newest first."""
    wanted, category = call.get("orderId"), call.get("category")
    product = None if category is None else as_product(category)
    found = [
        (shown, fill)
        for shown, fill in await all_fills(call, None)
        if wanted in (None, shown.order.id) and product in (None, shown.one.product)
    ]
    part = page(call, found, id_of=lambda pair: pair[1].id, time_of=lambda pair: pair[1].at, before="cursor")
    return {"list": [rows.fill_row(*pair) for pair in part.rows], "cursor": part.end}


async def _traded(call: Call) -> list[Listing]:
    names = {one.market for one in await call.seat.account.positions()}
    names |= {one.market for one in await call.seat.account.orders.open_orders()}
    listed = [call.venue.ever_listed(name) for name in sorted(names)]
    return [one for one in listed if one is not None and one.is_swap]


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


async def _open(call: Call, one: Listing | None) -> list[OrderView]:
    return _of_category(call, await lookup.open_views(call, one))


async def _closed(call: Call, one: Listing | None) -> list[OrderView]:
    return _of_category(call, await lookup.closed_views(call, one))


def _of_category(call: Call, found: list[OrderView]) -> list[OrderView]:
    category = call.get("category")
    product = None if category is None else as_product(category)
    return [shown for shown in found if product in (None, shown.one.product)]


def _market(call: Call) -> Listing | None:
    return None if call.get("symbol") is None or call.get("category") is None else call.listing()


def _listed(call: Call, found: Sequence[OrderView], row: Callable[[OrderView], Json]) -> Json:
    part = page(
        call,
        found,
        id_of=lambda one: one.order.id,
        time_of=lambda one: one.order.created_at,
        before="cursor",
    )
    return {"list": [row(shown) for shown in part.rows], "cursor": part.end}


ROUTES = (
    read("v3/account/settings", settings),
    read("v3/account/info", info),
    read("v3/account/assets", assets),
    read("v3/account/financial-records", financial_records),
    read("v3/position/current-position", positions),
    post("v3/account/set-leverage", set_leverage, 2),
    post("v3/account/set-hold-mode", set_hold_mode, 2),
    post("v3/trade/place-order", place_order, 2),
    post("v3/trade/place-strategy-order", place_strategy, 2),
    post("v3/trade/modify-order", modify, 2),
    post("v3/trade/cancel-order", cancel, 2),
    post("v3/trade/cancel-strategy-order", cancel_strategy, 2),
    post("v3/trade/cancel-symbol-order", cancel_symbol, 4),
    post("v3/trade/cancel-batch", cancel_batch, 4),
    read("v3/trade/unfilled-orders", unfilled),
    read("v3/trade/unfilled-strategy-orders", unfilled_strategies),
    read("v3/trade/history-orders", history),
    read("v3/trade/history-strategy-orders", strategy_history),
    read("v3/trade/order-info", order_info),
    read("v3/trade/fills", fills),
)
