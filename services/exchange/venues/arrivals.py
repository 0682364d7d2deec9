"""What the pushes have brought: read from where ccxt keeps it, whether or not anybody waited for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.errors import ExchangeUnavailable
from services.exchange.orders import Change
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.fills import Fills
from services.exchange.venues.ledger import Ledger
from services.exchange.venues.order_lists import OrderLists

_KNOWN_IN_A_ROW = 5
"""After so many rows that were told already, what stands before them was, too."""


class Arrivals:
    """The pushed orders and fills of one account."""

    def __init__(self, client: VenueClient, lists: OrderLists, fills: Fills) -> None:
        self._exchange = client.exchange
        self._lists = lists
        self._fills = fills

    def news(self, ledger: Ledger) -> tuple[list[Change], bool]:
        """Return what `ledger` does not know, oldest first, and whether all of it could be read."""

        def order(row: Json) -> Sequence[Change]:
            return ledger.order(self._lists.translate(row))

        def fill(row: Json) -> Sequence[Change]:
            made = self._fills.translate(row)
            return [] if made is None else ledger.fill(made)

        exchange = self._exchange
        parts = [
            _newest(exchange.orders, order),
            _newest(exchange.triggerOrders, order),
            _newest(exchange.myTrades, fill),
        ]
        return [change for news, _ in parts for change in news], all(is_whole for _, is_whole in parts)


def _newest(rows: Json, take: Callable[[Json], Sequence[Change]]) -> tuple[list[Change], bool]:
    """Return the news at the end of what ccxt keeps, which is where it puts what has just come."""
    news: list[Change] = []
    known, is_whole = 0, True
    for row in reversed(rows or ()):
        try:
            found = take(row)
        except ExchangeUnavailable:
            is_whole = False
            continue
        news += found
        known = 0 if found else known + 1
        if known > _KNOWN_IN_A_ROW:
            break
    return news[::-1], is_whole
