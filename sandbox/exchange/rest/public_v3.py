"""The public resources of the unified protocol."""

from __future__ import annotations

from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest import market
from sandbox.exchange.rest.call import Call, get
from sandbox.exchange.rest.public_v2 import known_rate, recent_candles
from sandbox.exchange.rows import listings, markets
from sandbox.exchange.wire import Json, plain, stamp
from services.errors import NotOffered
from services.exchange.prices import to_milliseconds


async def instruments(call: Call) -> list[Json]:
    """List the markets of one category."""
    wanted = call.get("symbol")
    found = call.catalogue.within(call.need("category"))
    return [listings.instrument(one) for one in found if wanted in (None, one.id)]


async def tickers(call: Call) -> list[Json]:
    """Tell how one market stands, or all of a category."""
    category = call.need("category")
    if call.get("symbol") is None:
        found = await market.standings(call, call.catalogue.within(category))
    else:
        one = call.listing()
        found = [(one, await market.standing(call, one, await market.ticker(call, one)))]
    return [markets.unified_ticker(one, standing) for one, standing in found]


async def candles(call: Call) -> list[list[str]]:
    """Tell recent candles, oldest first."""
    return await recent_candles(call, call.need("interval"))


async def old_candles(call: Call) -> list[list[str]]:
    """Tell candles of any age."""
    return markets.candles(call.listing(), await market.candles(call, call.need("interval"), most=100))


async def orderbook(call: Call) -> Json:
    """Tell the order book."""
    one = call.listing()
    book = await market.book(call, one, most=200)
    return {
        "a": markets.pairs(one, book.asks),
        "b": markets.pairs(one, book.bids),
        "ts": stamp(book.as_of),
    }


async def fills(call: Call) -> list[Json]:
    """Tell the newest public trades, newest first."""
    one = call.listing()
    return [markets.unified_trade(one, print_) for print_ in await market.trades(call, one, most=100)]


async def fund_rate(call: Call) -> list[Json]:
    """Tell the funding rate of a contract; it is asked for without a category."""
    wanted = call.need("symbol")
    for product in ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES"):
        for one in call.catalogue.within(product):
            if one.id == wanted:
                return [markets.funding(one, await known_rate(call, one))]
    raise Refused("40034", f"Parameter {wanted} does not exist")


async def open_interest(call: Call) -> Json:
    """Tell how much of a contract is held open."""
    one = call.listing()
    try:
        found = await call.venue.exchange.open_interest(one.name)
    except NotOffered:
        return {"list": [], "ts": str(call.venue.now_ms())}
    rows = [{"symbol": one.id, "openInterest": plain(found.amount)}]
    return {"list": rows, "ts": str(to_milliseconds(found.as_of))}


async def tiers(call: Call) -> list[Json]:
    """List the margin tiers of a contract."""
    return listings.unified_tiers(call.listing())


ROUTES = (
    get("v3/market/instruments", instruments),
    get("v3/market/tickers", tickers),
    get("v3/market/candles", candles),
    get("v3/market/history-candles", old_candles),
    get("v3/market/orderbook", orderbook),
    get("v3/market/fills", fills),
    get("v3/market/current-fund-rate", fund_rate),
    get("v3/market/open-interest", open_interest),
    get("v3/market/position-tier", tiers),
)
