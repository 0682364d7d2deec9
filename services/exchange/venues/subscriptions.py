"""What to watch of an account: the methods of ccxt that subscribe to its pushes, and their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.private_quirks import PrivateQuirks

_SURE, _UNSURE = 6, 2


class Subscription(NamedTuple):
    """A method of ccxt and its arguments."""

    method: str
    arguments: tuple[Any, ...] = ()
    refusals: int = _SURE
    """So often in a row it may be refused before it is given up; a refusal hits all of a connection."""


_EVERYWHERE = {
    "watchOrders": "watch_orders",
    "watchMyTrades": "watch_my_trades",
    "watchPositions": "watch_positions",
    "watchBalance": "watch_balance",
}
_SPOT = {"type": "spot"}


def subscriptions_of(
    client: VenueClient, quirks: PrivateQuirks, contracts: Contracts
) -> Sequence[Subscription]:
    """Return everything there is to watch of an account at this venue."""
    if quirks.protocol != "bitget_classic":
        return [Subscription(method) for feature, method in _EVERYWHERE.items() if client.has(feature)]
    found: list[Subscription] = []
    for market, product in contracts.one_of_each():
        found += _of_a_product(market, str(product.params["productType"]))
    if contracts.has_spot():
        everything = (None, None, None, _SPOT)
        found += [
            Subscription("watch_orders", everything, _UNSURE),
            Subscription("watch_my_trades", everything, _UNSURE),
            Subscription("watch_balance", (_SPOT,), _UNSURE),
        ]
    return found


def _of_a_product(market: str, product: str) -> list[Subscription]:
    """Return what tells of a whole product, which Bitget names by any of its contracts."""
    return [
        Subscription("watch_orders", (market,)),
        Subscription("watch_orders", (market, None, None, {"trigger": True})),
        Subscription("watch_my_trades", (market,)),
        Subscription("watch_positions", ([market],)),
        Subscription("watch_balance", ({"type": "swap", "instType": product},)),
    ]
