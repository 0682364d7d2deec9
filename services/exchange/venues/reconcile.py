"""Compares what was told of an account with what the venue says when it is asked, and tells the difference.

It finds what a dropped push, a missed wake-up or a dead stream has lost. It asks by REST alone; the streams
themselves are `private_streams`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from services.clock import Clock
from services.errors import OrderNotFound
from services.exchange.orders import Change, Fill
from services.exchange.venues.client import VenueClient
from services.exchange.venues.fills import Fills
from services.exchange.venues.holdings import Holdings
from services.exchange.venues.ledger import Ledger
from services.exchange.venues.order_lists import OrderLists

_MOST_FILLS = 500
_OVERLAP = timedelta(seconds=5)
"""How much later than a fill an earlier one may become visible."""

log = structlog.get_logger(__name__)


class Reconciler:
    """Of one account."""

    def __init__(
        self, client: VenueClient, lists: OrderLists, fills: Fills, holdings: Holdings, *, clock: Clock
    ) -> None:
        self._client = client
        self._lists = lists
        self._fills = fills
        self._holdings = holdings
        self._clock = clock
        self._began = clock.now()
        self._read_to: dict[str, datetime] = {}

    async def begin(self, ledger: Ledger) -> None:
        """Take how things stand as told."""
        self._began = self.venue_time()
        self._read_to.clear()
        await self.holdings(ledger)
        for order in await self._lists.open_orders(None):
            ledger.order(order)
        for market in ledger.markets():
            for fill in await self._fills.read(market, since=None, limit=_MOST_FILLS):
                if fill.at < self._began:
                    ledger.fill(fill)

    def venue_time(self) -> datetime:
        """Return the time as the venue's clock was found to tell it."""
        return self._clock.now() - self.clock_difference()

    def clock_difference(self) -> timedelta:
        """Return how far this machine's clock is ahead of the venue's, as it was measured last."""
        told = self._client.exchange.options.get("timeDifference") or 0
        return timedelta(milliseconds=float(told))

    async def holdings(self, ledger: Ledger) -> list[Change]:
        """Return what changed in balances and positions."""
        positions, balances = await asyncio.gather(self._holdings.positions(), self._holdings.balances())
        return [*ledger.positions(positions, self._clock.now()), *ledger.balances(balances)]

    async def orders_and_fills(self, ledger: Ledger) -> list[Change]:
        """Return the orders and fills that were not told."""
        listed = await self._lists.open_orders(None)
        news = [change for order in listed for change in ledger.order(order)]
        news += await self._vanished({order.id for order in listed}, ledger)
        for market in sorted(ledger.markets()):
            missed = await self._missed_fills(market, ledger)
            news += missed
            news += await self._orders_of(missed, ledger)
        return news

    async def _vanished(self, listed: set[str], ledger: Ledger) -> list[Change]:
        """Return how orders ended that are not listed as open any more."""
        found: list[Change] = []
        for order in ledger.live_orders():
            if order.id in listed:
                continue
            found += await self._look_at(order.market, order.id, ledger)
        return found

    async def _orders_of(self, fills: Sequence[Fill], ledger: Ledger) -> list[Change]:
        """Return the orders of fills that nothing else told of."""
        found: list[Change] = []
        for market, order_id in sorted({(fill.market, fill.order_id) for fill in fills}):
            if not ledger.has_order(order_id):
                found += await self._look_at(market, order_id, ledger)
        return found

    async def _look_at(self, market: str, order_id: str, ledger: Ledger) -> list[Change]:
        try:
            return ledger.order(await self._lists.find(market, order_id=order_id))
        except OrderNotFound:
            log.warning("order_not_visible", venue=self._client.venue, order=order_id)
            return []

    async def _missed_fills(self, market: str, ledger: Ledger) -> list[Fill]:
        """Return the fills that were not told, of all since the last that REST told.

        The newest fill that was pushed is no place to go on from: one before it may have been lost.
        """
        since = max(self._began, self._read_to.get(market, self._began) - _OVERLAP)
        fills = await self._fills.read(market, since=since, limit=_MOST_FILLS)
        self._read_to[market] = max((fill.at for fill in fills), default=since)
        return [one for fill in fills if fill.at >= self._began for one in ledger.fill(fill)]
