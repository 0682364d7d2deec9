"""Cancels many orders with as few calls as the venue allows, and tells which of them were."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.errors import OrderNotFound, OrderRejected, OrderUnknown
from services.exchange.orders import Order
from services.exchange.venues.client import VenueClient
from services.exchange.venues.memory import OrderMemory

_AT_ONCE = 8
"""Orders that are canceled at the same time, each by itself."""

Cancel = Callable[[str, str], Awaitable[Order]]
"""Cancels one order, by its market and its id."""


class Sweep:
    """Of one account."""

    def __init__(self, client: VenueClient, memory: OrderMemory) -> None:
        self._client = client
        self._memory = memory

    async def cancel(self, orders: Sequence[Order], cancel: Cancel) -> list[str]:
        """Cancel these orders, the plain ones of a contract at once; return the ids of those that were.

        Raises:
            OrderUnknown: one of them may be canceled.
        """
        plain = [one for one in orders if self._memory.words(one.id) is None and ":" in one.market]
        markets = sorted({one.market for one in plain}) if self._client.has("cancelAllOrders") else []
        swept = await asyncio.gather(*map(self._market, markets))
        wanted = {one.id for one in plain}
        done = [order_id for ids in swept for order_id in ids if order_id in wanted]
        return done + await _each([one for one in orders if one.id not in done], cancel)

    async def _market(self, market: str) -> list[str]:
        """Cancel the plain orders of a contract in one call; return the ids that the venue says it took."""
        try:
            rows = await self._client.call("cancel_all_orders", market, doing="change")
        except (OrderUnknown, OrderRejected, OrderNotFound):
            return []  # each is then canceled, and looked up, by itself
        return [str(row["id"]) for row in rows or () if row.get("id") and row.get("status") != "rejected"]


async def _each(orders: Sequence[Order], cancel: Cancel) -> list[str]:
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(order: Order) -> str | None:
        async with turn:
            try:
                return (await cancel(order.market, order.id)).id
            except (OrderRejected, OrderNotFound):
                return None  # it was done before its turn came

    return [found for found in await asyncio.gather(*map(one, orders)) if found is not None]
