"""The arithmetic of an order against a picture: prices, sizes, costs, and whether it truly reduces.

Sizes are in base currency and costs in quote currency, both signed: above 0 for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from services.exchange.exchange import Market
from services.exchange.orders import Order, OrderRequest
from services.trading.intents.intent import Intent
from services.trading.ports import Holding, Picture
from services.trading.risk.case import Case

_AT_MARKET: Final = frozenset({"market", "stop", "take_profit", "trailing"})


def entry_of(request: OrderRequest, last: Decimal | None) -> Decimal | None:
    """Return the price at which an order is expected to fill: its own, its trigger's, else the last."""
    return request.price or request.trigger_price or last


def takes(request: OrderRequest, last: Decimal | None) -> bool:
    """Return whether an order takes from the book at once or at its trigger, instead of resting in it."""
    if request.time_in_force == "post_only":
        return False
    if request.kind in _AT_MARKET or request.price is None:
        return True
    base = request.trigger_price or last
    if base is None:
        return True
    return request.price >= base if request.side == "buy" else request.price <= base


def way(side: str) -> int:
    """Return 1 for what buys or is long, -1 for what sells or is short."""
    return 1 if side in {"buy", "long"} else -1


def held(picture: Picture, market: str) -> list[Holding]:
    """Return the positions of one market: of an account in hedge mode there may be two."""
    return [one for one in picture.holdings if one.position.market == market]


def is_truly_reducing(intent: Intent, market: Market, picture: Picture) -> bool:
    """Return whether an order can do nothing but make something smaller, by the picture.

    Reduce-only on a contract is the venue's own promise, and still needs a position to reduce. Without it the
    order must fit into the position with everything else that waits on its side. A sale on spot gives away
    what is there.
    """
    request = intent.request
    if market.settle is None:
        return request.side == "sell"
    amount = sum(
        (one.position.amount for one in held(picture, market.name) if _is_against(request, one)), Decimal(0)
    )
    if request.is_reduce_only:
        return amount > 0
    if request.position_side is not None and way(request.position_side) == way(request.side):
        return False
    waiting = sum(
        (_left(one) for one in picture.orders if _competes(one, request)),
        Decimal(0),
    )
    return request.stop_loss is None and request.amount + waiting <= amount


def _is_against(request: OrderRequest, holding: Holding) -> bool:
    side = holding.position.side
    is_meant = request.position_side in {None, side}
    return is_meant and way(side) != way(request.side)


def _competes(order: Order, request: OrderRequest) -> bool:
    return order.market == request.market and order.side == request.side and not order.is_reduce_only


def _left(order: Order) -> Decimal:
    return order.amount if order.remaining is None else order.remaining


def worth(holding: Holding) -> Decimal:
    """Return the signed cost of a position at its mark, else at its entry."""
    position = holding.position
    return way(position.side) * position.amount * (position.mark or position.entry)


def position_cost(case: Case) -> Decimal | None:
    """Return the signed cost of the position that the order makes; None without a price."""
    price = entry_of(case.request, case.facts.price)
    if price is None:
        return None
    order = way(case.request.side) * case.request.amount * price
    side = case.request.position_side
    mine = [one for one in held(case.picture, case.market.name) if side in {None, one.position.side}]
    return order + sum((worth(one) for one in mine), Decimal(0))


def market_cost(case: Case) -> Decimal | None:
    """Return the cost of the order's market once all that waits on the order's side has filled.

    None where the price of anything that waits is not known.
    """
    position = position_cost(case)
    waiting = _waiting(case, case.market.name, side=case.request.side)
    return None if position is None or waiting is None else abs(position) + waiting


def whole_cost(case: Case) -> Decimal | None:
    """Return the cost of every position and of all that waits to open one, the order included."""
    own = market_cost(case)
    others = {one.position.market for one in case.picture.holdings}
    others |= {one.market for one in case.picture.orders} | {one.market for one in case.passed}
    waiting = [_waiting(case, market) for market in sorted(others - {case.market.name})]
    if own is None or None in waiting:
        return None
    elsewhere = (abs(worth(one)) for one in case.picture.holdings if one.position.market != case.market.name)
    return own + sum(elsewhere, Decimal(0)) + sum((one for one in waiting if one is not None), Decimal(0))


def _waiting(case: Case, market: str, *, side: str = "") -> Decimal | None:
    """Return the cost of what waits in a market and may open something; None where it cannot be told."""
    last = case.facts.price if market == case.market.name else mark_of(case.picture, market)
    costs = [
        *_costs(_of_orders(case.picture.orders), market, side, last),
        *_costs(_of_requests(case.passed), market, side, last),
    ]
    return None if None in costs else sum((one for one in costs if one is not None), Decimal(0))


def waits_elsewhere(case: Case) -> list[tuple[str, Decimal]] | None:
    """Return what waits to open something in other markets: each market and signed cost.

    None where the price of anything that waits is not known.
    """
    found: list[tuple[str, Decimal]] = []
    for market, side, amount, own in (*_of_orders(case.picture.orders), *_of_requests(case.passed)):
        if market == case.market.name:
            continue
        price = own or mark_of(case.picture, market)
        if price is None:
            return None
        found.append((market, way(side) * amount * price))
    return found


_Wait = tuple[str, str, Decimal, Decimal | None]
"""Market, side, amount, and its own price."""


def _of_orders(orders: Sequence[Order]) -> Iterable[_Wait]:
    return (
        (one.market, one.side, _left(one), one.price or one.trigger_price)
        for one in orders
        if not one.is_reduce_only
    )


def _of_requests(requests: Sequence[OrderRequest]) -> Iterable[_Wait]:
    return ((one.market, one.side, one.amount, one.price or one.trigger_price) for one in requests)


def _costs(waits: Iterable[_Wait], market: str, side: str, last: Decimal | None) -> list[Decimal | None]:
    costs: list[Decimal | None] = []
    for where, which, amount, own in waits:
        if where == market and side in {"", which}:
            price = own or last
            costs.append(None if price is None else amount * price)
    return costs


def mark_of(picture: Picture, market: str) -> Decimal | None:
    """Return the mark of a market that is held; None where the picture does not say it."""
    marks = [one.position.mark for one in held(picture, market) if one.position.mark is not None]
    return marks[0] if marks else None
