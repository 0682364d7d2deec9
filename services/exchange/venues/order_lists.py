"""Finds orders at a venue: every open one in however many lists it keeps, and one by either of its ids.

Nothing is sent or changed here. An order that one list does not have is looked for in the others before it
is called unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from services.errors import ExchangeUnavailable, OrderNotFound
from services.exchange.orders import Order
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.memory import OrderMemory, words_of
from services.exchange.venues.private_quirks import OrderCall, Params, PrivateQuirks
from services.exchange.venues.private_translate import to_order

_OPEN = "fetch_open_orders"
_DONE = "fetch_canceled_and_closed_orders"
_MOST_PAGES = 50


class OrderLists:
    """The orders of one account, as the venue lists them."""

    def __init__(
        self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts, memory: OrderMemory
    ) -> None:
        self.client = client
        self._quirks = quirks
        self._contracts = contracts
        self._memory = memory

    async def open_orders(self, market: str | None) -> Sequence[Order]:
        """Return every order that is open or waits for its trigger, of every list."""
        calls = self._calls(market)
        answers = await asyncio.gather(*(self._pages(_OPEN, market, call.params) for call in calls))
        found: dict[str, Order] = {}
        for call, rows in zip(calls, answers, strict=True):
            for row in rows:
                order = self.translate(row, call)
                found[order.id] = order
        return list(found.values())

    async def find(self, market: str, *, order_id: str | None = None, client_id: str | None = None) -> Order:
        """Return one order by one of its ids. Raises `OrderNotFound`."""
        waits = self._memory.is_trigger(order_id, client_id)
        ways = [self._find_plain, self._find_waiting]
        error: OrderNotFound | None = None
        for way in reversed(ways) if waits else ways[: 1 if waits is False else 2]:
            try:
                return await way(market, order_id, client_id)
            except OrderNotFound as missing:
                error = missing
        raise error or self._unknown()

    def translate(self, row: Json, call: OrderCall | None = None) -> Order:
        """Return ccxt's order as ours, and remember how it is named."""
        info = row.get("info") or {}
        order = to_order(
            row,
            in_base=self._contracts.to_base,
            read=self._quirks.read_order,
            venue=self.client.venue,
            asked=self._memory.asked(row.get("clientOrderId")),
        )
        if call is not None:
            self._memory.seen(order.id, words_of(info, call.params) if call.has_triggers else None)
        return order

    async def _find_plain(self, market: str, order_id: str | None, client_id: str | None) -> Order:
        if order_id is None and not self._quirks.finds_by_client_id:
            return await self._search(market, client_id)
        params = {} if order_id is not None else {"clientOrderId": client_id}
        row = await self.client.call("fetch_order", order_id, market, params, doing="read_account")
        return self.translate(row, _PLAIN)

    async def _search(self, market: str, client_id: str | None) -> Order:
        """Look for a client id where the venue cannot: among the open orders, then among those done last."""
        calls = [call for call in self._calls(market) if not call.has_triggers]
        row, call = await self._in_lists(market, calls, lambda row: row.get("clientOrderId") == client_id)
        return self.translate(row, call)

    async def _find_waiting(self, market: str, order_id: str | None, client_id: str | None) -> Order:
        calls = [call for call in self._calls(market) if call.has_triggers]

        def is_it(row: Json) -> bool:
            found = row.get("id") == order_id if order_id else row.get("clientOrderId") == client_id
            return bool(found)

        row, call = await self._in_lists(market, calls, is_it)
        order, reading = self.translate(row, call), self._quirks.read_order(row.get("info") or {})
        return await self._follow(order, reading.child_id) if reading.is_triggered else order

    async def _in_lists(
        self, market: str, calls: Sequence[OrderCall], is_it: Callable[[Json], bool]
    ) -> tuple[Json, OrderCall]:
        names = [_OPEN] if not self.client.has("fetchCanceledAndClosedOrders") else [_OPEN, _DONE]
        for name in names:
            answers = await asyncio.gather(*(self._pages(name, market, call.params, 1) for call in calls))
            for call, rows in zip(calls, answers, strict=True):
                row = next((one for one in rows if is_it(one)), None)
                if row is not None:
                    return row, call
        raise self._unknown()

    async def _follow(self, order: Order, child_id: str | None) -> Order:
        """Return what became of an order that was triggered: how the order it turned into stands."""
        try:
            child = await self._find_plain(order.market, child_id or order.id, None)
        except OrderNotFound:
            return replace(order, status="filled", why="triggered; what it became is not listed any more")
        return replace(
            order,
            status=child.status,
            filled=child.filled,
            remaining=child.remaining,
            average=child.average,
            updated_at=max(order.updated_at, child.updated_at),
            why=child.why,
        )

    async def _pages(
        self, name: str, market: str | None, params: Params, most: int = _MOST_PAGES
    ) -> list[Json]:
        """Return what one list holds, page by page.

        Raises:
            ExchangeUnavailable: it holds more than can be asked for.
        """
        longest, older = self._quirks.longest_list, self._quirks.older_than_param
        rows: list[Json] = []
        asked: dict[str, Any] = dict(params)
        for _ in range(most):
            page = await self.client.call(name, market, None, longest, asked, doing="read_account")
            known = {row["id"] for row in rows}
            new = [row for row in page if row["id"] not in known]
            rows += new
            if longest is None or len(page) < longest or most == 1:
                return rows
            if older is None or not new:
                break
            asked[older] = min(new, key=lambda row: row.get("timestamp") or 0)["id"]
        raise ExchangeUnavailable(
            f"{self.client.venue} has more orders than it lists.",
            hint="Cancel some at the venue itself.",
            facts={"venue": self.client.venue},
        )

    def _calls(self, market: str | None) -> list[OrderCall]:
        """Return the calls that tell of `market`, or of everything."""
        is_swap = market is not None and bool(self._contracts.row(market).get("swap"))
        found: list[OrderCall] = []
        for call in self._quirks.order_calls:
            if call.where == "any" or (call.where == "spot" and self._concerns_spot(market, is_swap=is_swap)):
                found.append(call)
            elif call.where == "swap" and (market is None or is_swap):
                found += self._of_each_product(call, market)
        return found

    def _concerns_spot(self, market: str | None, *, is_swap: bool) -> bool:
        return not is_swap if market is not None else self._contracts.has_spot()

    def _of_each_product(self, call: OrderCall, market: str | None) -> list[OrderCall]:
        products = self._contracts.products() if market is None else [self._contracts.product_of(market)]
        return [replace(call, params={**call.params, **product.params}) for product in products]

    def _unknown(self) -> OrderNotFound:
        return OrderNotFound(
            f"{self.client.venue} does not know the order.",
            hint="Right after sending it that is no proof.",
            facts={"venue": self.client.venue},
        )


_PLAIN = OrderCall(where="any", params={})
