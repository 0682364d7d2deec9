"""The private resources of a unified account that are not orders: its wallet, positions, modes, records."""

from __future__ import annotations

from sandbox.exchange.catalogue import Listing, as_product
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import holdings, requests_v2
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.paging import page
from sandbox.exchange.rows import unified_account
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.wire import Json, plain


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
    return unified_account.assets(balances, call.seat.account.figures.equity())


async def positions(call: Call) -> Json:
    """Tell the open positions of one category, or of one market."""
    product, symbol = as_product(call.need("category")), call.get("symbol")
    found = await holdings.positions(call.venue, call.seat, product)
    kept = [unified_account.position_row(one) for one in found if symbol in (None, one.one.id)]
    return {"list": kept}


async def financial_records(call: Call) -> Json:
    """Tell the payments of funding; other records are not told here."""
    product = as_product(call.need("category"))
    found = holdings.funding_of(call.venue, call.seat, product, None)
    told = page(call, found, id_of=lambda pair: pair[0].id, time_of=lambda pair: pair[0].at, before="cursor")
    return {"list": [unified_account.funding_record(*one) for one in told.rows], "cursor": told.end}


async def set_leverage(call: Call) -> str:
    """Set the leverage of a market."""
    await call.seat.account.set_leverage(call.listing().name, requests_v2.needed(call, "leverage"))
    return "success"


async def set_hold_mode(call: Call) -> str:
    """Choose between one-way and hedge mode."""
    mode = call.need("holdMode")
    if mode not in {"one_way_mode", "hedge_mode"}:
        raise Refused("400172", "holdMode")
    await call.seat.account.set_hedged(is_hedged=mode == "hedge_mode")
    return "success"


async def _traded(call: Call) -> list[Listing]:
    names = {one.market for one in await call.seat.account.positions()}
    names |= {one.market for one in await call.seat.account.orders.open_orders()}
    listed = [call.venue.ever_listed(name) for name in sorted(names)]
    return [one for one in listed if one is not None and one.is_swap]


ROUTES = (
    read("v3/account/settings", settings),
    read("v3/account/info", info),
    read("v3/account/assets", assets),
    read("v3/account/financial-records", financial_records),
    read("v3/position/current-position", positions),
    post("v3/account/set-leverage", set_leverage, 2),
    post("v3/account/set-hold-mode", set_hold_mode, 2),
)
