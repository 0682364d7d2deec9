"""The public resources of the classic protocol, spot and contracts."""

from __future__ import annotations

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.refusal import ABNORMAL, Refused
from sandbox.exchange.rest import market
from sandbox.exchange.rest.call import Call, get
from sandbox.exchange.rows import listings, markets
from sandbox.exchange.wire import Json, plain, stamp
from services.errors import NotOffered
from services.exchange.exchange import Funding
from services.exchange.prices import to_milliseconds

_DEPTHS = ("1", "5", "15", "50", "max")


async def time(call: Call) -> Json:
    """Tell the venue's wall time."""
    return {"serverTime": str(call.venue.now_ms())}


async def coins(call: Call) -> list[Json]:
    """List the coins, or the one that was asked for."""
    wanted = call.get("coin")
    codes = enumerate(call.catalogue.coins(), 1)
    return [listings.coin(number, code) for number, code in codes if wanted in (None, code)]


async def symbols(call: Call) -> list[Json]:
    """List the spot symbols."""
    wanted = call.get("symbol")
    return [listings.spot(one) for one in call.catalogue.within("SPOT") if wanted in (None, one.id)]


async def margin_pairs(call: Call) -> list[Json]:
    """List the spot symbols as pairs that cannot be borrowed for."""
    return [listings.margin_pair(one) for one in call.catalogue.within("SPOT")]


async def contracts(call: Call) -> list[Json]:
    """List the contracts of one product."""
    wanted = call.get("symbol")
    found = call.catalogue.within(call.need("productType"))
    return [listings.contract(one) for one in found if wanted in (None, one.id)]


async def contract_ticker(call: Call) -> list[Json]:
    """Tell how one contract stands."""
    one = call.listing()
    return [markets.ticker(one, await market.standing(call, one, await market.ticker(call, one)))]


async def contract_tickers(call: Call) -> list[Json]:
    """Tell how all contracts of one product stand."""
    found = await market.standings(call, call.catalogue.within(call.need("productType")))
    return [markets.ticker(one, standing) for one, standing in found]


async def spot_tickers(call: Call) -> list[Json]:
    """Tell how one spot symbol stands, or all."""
    if call.get("symbol") is not None:
        return await contract_ticker(call)
    found = await market.standings(call, call.catalogue.within("SPOT"))
    return [markets.ticker(one, standing) for one, standing in found]


async def recent_candles(call: Call, interval: str, *, has_eighth: bool = False) -> list[list[str]]:
    """Build the rows of closed candles and of the one that is not over yet."""
    one = call.listing()
    rows = markets.candles(one, await market.candles(call, interval), has_eighth=has_eighth)
    forming = await market.growing(call, interval)
    if forming is not None and (not rows or forming.opens_at_ms > int(rows[-1][0])):
        rows.append(forming.row(one)[: None if has_eighth else -1])
    return rows[-call.whole("limit", 100, most=1000) :]


async def contract_candles(call: Call) -> list[list[str]]:
    """Tell recent candles of a contract, oldest first."""
    return await recent_candles(call, call.need("granularity"))


async def old_contract_candles(call: Call) -> list[list[str]]:
    """Tell candles of a contract of any age."""
    return markets.candles(call.listing(), await market.candles(call, call.need("granularity"), most=200))


async def spot_candles(call: Call) -> list[list[str]]:
    """Tell recent candles of a spot symbol, oldest first."""
    return await recent_candles(call, call.need("granularity"), has_eighth=True)


async def old_spot_candles(call: Call) -> list[list[str]]:
    """Tell candles of a spot symbol of any age."""
    found = await market.candles(call, call.need("granularity"), most=200)
    return markets.candles(call.listing(), found, has_eighth=True)


async def contract_depth(call: Call) -> Json:
    """Tell the order book of a contract, in numbers."""
    limit = call.get("limit")
    if limit is not None and limit not in _DEPTHS and not limit.isdecimal():
        raise Refused("40017", "Parameter limit error")
    one = call.listing()
    book = await market.book(call, one, most=1000)
    return {
        "asks": markets.numbers(book.asks),
        "bids": markets.numbers(book.bids),
        "ts": stamp(book.as_of),
        "scale": plain(one.tick),
        "precision": "scale0",
        "isMaxPrecision": "NO",
    }


async def spot_depth(call: Call) -> Json:
    """Tell the order book of a spot symbol, in texts."""
    one = call.listing()
    book = await market.book(call, one, most=150)
    return {
        "asks": markets.pairs(one, book.asks),
        "bids": markets.pairs(one, book.bids),
        "ts": stamp(book.as_of),
    }


async def fills(call: Call) -> list[Json]:
    """Tell the newest public trades, newest first."""
    one = call.listing()
    return [markets.trade(one, print_) for print_ in await market.trades(call, one, most=1000)]


async def fund_rate(call: Call) -> list[Json]:
    """Tell the funding rate of one contract, or of all of a product."""
    if call.get("symbol") is not None:
        return [markets.funding(one := call.listing(), await known_rate(call, one))]
    found = call.catalogue.within(call.need("productType"))
    rates = [(one, await call.venue.funding(one)) for one in found]
    return [markets.funding(one, rate) for one, rate in rates if rate is not None]


async def known_rate(call: Call, one: Listing) -> Funding:
    """Return the funding rate of a contract. Raises `Refused` while it is not known."""
    found = await call.venue.funding(one)
    if found is None:
        raise Refused(ABNORMAL, f"{one.id} has no funding rate now")
    return found


async def funding_time(call: Call) -> list[Json]:
    """Tell when funding is paid next."""
    one = call.listing()
    found = await known_rate(call, one)
    if found.next_at is None:
        raise Refused(ABNORMAL, f"when {one.id} pays funding is not known")
    hours = found.interval_hours or one.terms.funding_hours
    return [{"symbol": one.id, "nextFundingTime": stamp(found.next_at), "ratePeriod": str(hours)}]


async def open_interest(call: Call) -> Json:
    """Tell how much of a contract is held open."""
    one = call.listing()
    try:
        found = await call.venue.exchange.open_interest(one.name)
    except NotOffered:
        return {"openInterestList": [], "ts": str(call.venue.now_ms())}
    rows = [{"symbol": one.id, "size": plain(found.amount)}]
    return {"openInterestList": rows, "ts": str(to_milliseconds(found.as_of))}


async def symbol_price(call: Call) -> list[Json]:
    """Tell the last, index and mark price of a contract."""
    one = call.listing()
    found = markets.ticker(one, await market.standing(call, one, await market.ticker(call, one)))
    names = {"price": "lastPr", "indexPrice": "indexPrice", "markPrice": "markPrice", "ts": "ts"}
    return [{"symbol": one.id, **{name: found[key] for name, key in names.items()}}]


async def tiers(call: Call) -> list[Json]:
    """List the margin tiers of a contract."""
    return listings.tiers(call.listing())


ROUTES = (
    get("v2/public/time", time),
    get("v2/spot/public/coins", coins, 6.67),
    get("v2/spot/public/symbols", symbols),
    get("v2/margin/currencies", margin_pairs, 2),
    get("v2/mix/market/contracts", contracts),
    get("v2/mix/market/ticker", contract_ticker),
    get("v2/mix/market/tickers", contract_tickers),
    get("v2/mix/market/candles", contract_candles),
    get("v2/mix/market/history-candles", old_contract_candles),
    get("v2/mix/market/merge-depth", contract_depth),
    get("v2/mix/market/fills", fills),
    get("v2/mix/market/fills-history", fills, 2),
    get("v2/mix/market/current-fund-rate", fund_rate),
    get("v2/mix/market/funding-time", funding_time),
    get("v2/mix/market/open-interest", open_interest),
    get("v2/mix/market/symbol-price", symbol_price),
    get("v2/mix/market/query-position-lever", tiers, 2),
    get("v2/spot/market/tickers", spot_tickers),
    get("v2/spot/market/candles", spot_candles),
    get("v2/spot/market/history-candles", old_spot_candles),
    get("v2/spot/market/orderbook", spot_depth),
    get("v2/spot/market/fills", fills, 2),
    get("v2/spot/market/fills-history", fills, 2),
)
