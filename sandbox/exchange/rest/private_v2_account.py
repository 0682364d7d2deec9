"""The private resources of a classic account that are not orders: wallets, positions, modes, bills."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.exchange import past
from sandbox.exchange.catalogue import Listing, as_product
from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import holdings
from sandbox.exchange.rest.call import Call, post, read
from sandbox.exchange.rest.paging import page
from sandbox.exchange.rows import account
from sandbox.exchange.rows.orders import MARGINS
from sandbox.exchange.seats import Right
from sandbox.exchange.wire import Json, plain
from services.exchange.orders import MarginMode

RIGHTS: dict[Right, tuple[str, ...]] = {
    "read": ("coor", "stor"),
    "trade": ("coow", "stow"),
    "transfer": ("wtow",),
    "withdraw": ("wwow",),
}
"""The venue's words for what a key may do: contracts or spot, orders, read or write; wallet for money."""
_KEPT = 500
_MODES: dict[str, MarginMode] = {"crossed": "cross", "isolated": "isolated"}


async def info(call: Call) -> Json:
    """Tell whose key it is and what it may do."""
    rights = call.seat.key.rights
    return {
        "userId": "1",
        "inviterId": "",
        "ips": "",
        "authorities": [word for right, words in RIGHTS.items() if right in rights for word in words],
        "parentId": 1,
        "traderType": "not_trader",
        "channelCode": "",
        "channel": "",
        "regisTime": "1532454360000",
    }


async def accounts(call: Call) -> list[Json]:
    """Tell the contract wallets of one product."""
    figures = call.seat.account.figures
    return [account.contract_account(figures.equity(coin)) for coin in await _coins(call)]


async def one_account(call: Call) -> Json:
    """Tell a contract wallet as one market sees it."""
    one, seat = call.listing(), call.seat
    figures = seat.account.figures
    return account.one_contract_account(
        figures.equity(one.margin_coin),
        leverage=figures.leverage(one.name),
        mode=figures.margin_mode(one.name),
        is_hedged=(await seat.account.modes()).is_hedged,
    )


async def spot_assets(call: Call) -> list[Json]:
    """Tell the coins of the spot wallet."""
    wanted, now = call.get("coin"), call.venue.now_ms()
    found = await holdings.wallet(call.seat, "spot")
    return [account.spot_asset(one, now) for one in found if wanted in (None, one.currency)]


async def all_positions(call: Call) -> list[Json]:
    """Tell every open position of one product."""
    product = as_product(call.need("productType"))
    return [account.position_row(one) for one in await holdings.positions(call.venue, call.seat, product)]


async def one_position(call: Call) -> list[Json]:
    """Tell the open positions of one market."""
    listing = call.listing()
    found = await holdings.positions(call.venue, call.seat, listing.product)
    return [account.position_row(one) for one in found if one.one.id == listing.id]


async def past_positions(call: Call) -> Json:
    """Tell the positions that are closed, newest first."""
    product, symbol = as_product(call.need("productType")), call.get("symbol")
    listed = [one for one in call.catalogue.within(product) if symbol in (None, one.id)]
    found = [
        account.past_position_row(position, one, call.seat.account.figures.margin_mode(one.name))
        for one in listed
        for position in past.past_positions(await call.seat.account.fills(one.name, limit=_KEPT))
    ]
    found.sort(key=lambda row: int(row["positionId"]), reverse=True)
    rows = found[: call.whole("limit", 20, most=100)]
    return {"list": rows, "endId": rows[-1]["positionId"] if rows else None}


async def bills(call: Call) -> Json:
    """Tell the payments of funding; other kinds of bills are not told here."""
    if call.get("businessType") != "contract_settle_fee":
        raise Refused("40017", "Parameter businessType error")
    product = as_product(call.need("productType"))
    one = None if call.get("symbol") is None else call.listing()
    found = holdings.funding_of(call.venue, call.seat, product, None if one is None else one.name)
    told = page(call, found, id_of=lambda pair: pair[0].id, time_of=lambda pair: pair[0].at)
    return {"bills": [account.funding_bill(*pair) for pair in told.rows], "endId": told.end}


async def set_leverage(call: Call) -> Json:
    """Set the leverage of a market."""
    one, leverage = call.listing(), call.number("leverage")
    if leverage is None:
        raise Refused("40019", "Parameter leverage cannot be empty")
    await call.seat.account.set_leverage(one.name, leverage)
    return {
        "symbol": one.id,
        "marginCoin": one.margin_coin,
        "longLeverage": plain(leverage),
        "shortLeverage": plain(leverage),
        "crossMarginLeverage": plain(leverage),
        "marginMode": _worded(call, one),
    }


async def set_margin_mode(call: Call) -> Json:
    """Set how a market is margined."""
    one, mode = call.listing(), _MODES.get(call.need("marginMode"))
    if mode is None:
        raise Refused("40017", "Parameter marginMode error")
    await call.seat.account.set_margin_mode(one.name, mode)
    leverage = plain(call.seat.account.figures.leverage(one.name))
    return {
        "symbol": one.id,
        "marginCoin": one.margin_coin,
        "longLeverage": leverage,
        "shortLeverage": leverage,
        "marginMode": _worded(call, one),
    }


async def set_position_mode(call: Call) -> Json:
    """Choose between one-way and hedge mode."""
    mode = call.need("posMode")
    if mode not in {"one_way_mode", "hedge_mode"}:
        raise Refused("40017", "Parameter posMode error")
    await call.seat.account.set_hedged(is_hedged=mode == "hedge_mode")
    return {"posMode": mode}


async def _coins(call: Call) -> Sequence[str]:
    product = call.need("productType")
    listed = {one.margin_coin for one in call.catalogue.within(product)}
    kept = [one.currency for one in await holdings.wallet(call.seat, "swap")]
    return [coin for coin in kept if coin in listed]


def _worded(call: Call, one: Listing) -> str:
    return MARGINS[call.seat.account.figures.margin_mode(one.name)]


ROUTES = (
    read("v2/spot/account/info", info),
    read("v2/spot/account/assets", spot_assets, 2),
    read("v2/mix/account/accounts", accounts, 2),
    read("v2/mix/account/account", one_account, 2),
    read("v2/mix/account/bill", bills, 2),
    read("v2/mix/position/all-position", all_positions, 4),
    read("v2/mix/position/single-position", one_position, 2),
    read("v2/mix/position/history-position", past_positions, 1),
    post("v2/mix/account/set-leverage", set_leverage, 4),
    post("v2/mix/account/set-margin-mode", set_margin_mode, 4),
    post("v2/mix/account/set-position-mode", set_position_mode, 4),
)
