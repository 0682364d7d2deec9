"""Which orders of the venue are ours although it made them: the stop and the target that an entry asked for.

A venue gives them client ids of its own, so that they are told by what was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.exchange.orders import STOPS, TARGETS, Order, OrderRequest
from services.store.store import Store
from services.trading.intents.intent import request_in

_LOOKED_AT: Final = 200
"""Of the newest intents of a market."""


class Attached:
    """Of all accounts. Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def among(self, account_id: str, orders: Sequence[Order]) -> frozenset[str]:
        """Return the ids of those orders of the venue's that an entry of ours asked for."""
        likely = [order for order in orders if order.kind in STOPS | TARGETS]
        asked = [
            request
            for market in sorted({order.market for order in likely})
            for request in await self._asked(account_id, market)
        ]
        return frozenset(order.id for order in likely if any(_is_of(order, one) for one in asked))

    async def _asked(self, account_id: str, market: str) -> list[OrderRequest]:
        async with self._store.read() as rows:
            known = await rows.trading.intents.where(
                account_id=account_id, market=market, by="created_at", newest=True, limit=_LOOKED_AT
            )
        return [request_in(row.request) for row in known if row.sent_at is not None]


def _is_of(order: Order, entry: OrderRequest) -> bool:
    """Return whether an order is the stop or the target of an entry."""
    wanted = entry.stop_loss if order.kind in STOPS else entry.take_profit
    return order.side != entry.side and wanted is not None and order.trigger_price == wanted
