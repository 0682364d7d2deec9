"""What happens in an account, pushed to those who are logged in to it.

Of a fill first the order is told, then the fill, then the position, then the wallet. Each push can be lost
on a test's word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from sandbox.exchange.rest import holdings
from sandbox.exchange.rows import account, orders, spot_orders, unified_account, unified_orders
from sandbox.exchange.seats import Seat
from sandbox.exchange.stream.hub import Action, Hub
from sandbox.exchange.stream.topics import Dialect, Topic
from sandbox.exchange.venue import Venue
from sandbox.exchange.views import OrderView, view
from sandbox.exchange.wire import Json
from services.errors import ExchangeUnavailable, OrderNotFound
from services.exchange.orders import Balance, Change, Fill, Order, Position
from services.exchange.prices import to_milliseconds

log = structlog.get_logger(__name__)

_AGAIN_AFTER_SECONDS = 0.1
_ORDERS: dict[str, Callable[[OrderView, Fill | None], Json]] = {
    "swap": orders.pushed_order,
    "spot": spot_orders.pushed_order,
    "unified": unified_orders.pushed_order,
}
_FILLS: dict[str, Callable[[OrderView, Fill], Json]] = {
    "swap": orders.pushed_fill,
    "spot": spot_orders.pushed_fill,
    "unified": unified_orders.pushed_fill,
}


class PrivateFeed:
    """The pushes of one account."""

    def __init__(self, venue: Venue, hub: Hub, seat: Seat) -> None:
        self._venue = venue
        self._hub = hub
        self._seat = seat
        self._filled: Order | None = None
        """An order that has just filled, whose fill is told next."""

    async def run(self) -> None:
        """Push what happens until cancelled. It listens from the start, though nothing may be listed yet."""
        while True:
            try:
                async for change in self._seat.account.changes():
                    await self._take_if_kept(change)
            except ExchangeUnavailable as error:
                log.warning("account_stream_interrupted", account=self._seat.name, why=error.message)
                await asyncio.sleep(_AGAIN_AFTER_SECONDS)

    async def _take_if_kept(self, change: Change) -> None:
        try:
            await self.take(change)
        except OrderNotFound as error:  # so much happened since that the account keeps it no more
            log.warning("push_left_out", account=self._seat.name, why=error.message)

    async def take(self, change: Change) -> None:
        """Push one change, if anybody listens. Raises `ExchangeUnavailable`."""
        if not self._hub.hears(self._seat.name):
            self._filled = None
            return
        await self._learn_market(change)
        if self._filled is not None and not isinstance(change, Fill):
            order, self._filled = self._filled, None
            await self._order(order, None)
        match change:
            case Order():
                if change.filled and change.status in {"open", "filled"}:
                    self._filled = change
                else:
                    await self._order(change, None)
            case Fill():
                await self._fill(change)
            case Position():
                await self._position(change)
            case Balance():
                await self._balance(change)

    async def _learn_market(self, change: Change) -> None:
        if not isinstance(change, Balance) and self._venue.ever_listed(change.market) is None:
            await self._venue.catalogue()

    @property
    def _is_unified(self) -> bool:
        return self._seat.account.is_unified

    async def _order(self, order: Order, fill: Fill | None) -> None:
        shown = await view(self._venue, self._seat, order)
        if shown is None:
            return
        ts = to_milliseconds(order.updated_at)
        kind = self._kind(shown)
        if not shown.has_triggered and self._is_unified:
            self._push("strategy-order", "UTA", [unified_orders.strategy_row(shown)], ts)
            return
        if shown.is_plan and not self._is_unified and fill is None:
            self._push("orders-algo", shown.one.product, [_pushed_plan(shown)], ts)
        if shown.has_triggered:
            row = _ORDERS[kind](shown, fill)
            self._push("order" if self._is_unified else "orders", self._product(shown), [row], ts)
            self._push_to_symbol(shown, [row], ts)

    async def _fill(self, fill: Fill) -> None:
        order, self._filled = self._filled, None
        if order is None or order.id != fill.order_id:
            order = await self._seat.account.orders.find(fill.market, order_id=fill.order_id)
        await self._order(order, fill)
        shown = await view(self._venue, self._seat, order)
        if shown is not None:
            row = _FILLS[self._kind(shown)](shown, fill)
            self._push("fill", self._product(shown), [row], to_milliseconds(fill.at))

    async def _position(self, changed: Position) -> None:
        ts = to_milliseconds(changed.as_of)
        if self._is_unified:
            held = await holdings.held(self._venue, self._seat, changed)
            if held is not None:
                self._push("position", "UTA", [unified_account.pushed_position(held)], ts)
            return
        one = self._venue.ever_listed(changed.market)
        if one is not None:
            every = await holdings.positions(self._venue, self._seat, one.product)
            rows = [account.pushed_position(held) for held in every]
            self._push("positions", one.product, rows, ts, action="snapshot")

    async def _balance(self, changed: Balance) -> None:
        now = self._venue.now_ms()
        if changed.wallet == "unified":
            equity = self._seat.account.figures.equity()
            rows = [unified_account.pushed_account([changed], equity)]
            self._push("account", "UTA", rows, now)
        elif changed.wallet == "spot":
            self._push("account", "SPOT", [account.spot_asset(changed, now)], now)
        else:
            products = {
                one.product
                for one in (await self._venue.catalogue()).listings
                if one.is_swap and one.margin_coin == changed.currency
            }
            for product in sorted(products):
                self._push("account", product, [account.pushed_contract_account(changed)], now)

    def _kind(self, shown: OrderView) -> str:
        if self._is_unified:
            return "unified"
        return "swap" if shown.one.is_swap else "spot"

    def _product(self, shown: OrderView) -> str:
        return "UTA" if self._is_unified else shown.one.product

    def _push_to_symbol(self, shown: OrderView, rows: list[Json], ts: int) -> None:
        """Push to who listens to one symbol only, as clients do for spot."""
        if not self._is_unified:
            topic = Topic("v2", "orders", shown.one.product, shown.one.id, owner=self._seat.name)
            self._publish(topic, "snapshot", rows, ts)

    def _push(
        self, channel: str, product: str, rows: list[Json], ts: int, *, action: Action = "snapshot"
    ) -> None:
        dialect: Dialect = "v3" if self._is_unified else "v2"
        topic = Topic(dialect, channel, product, "default", owner=self._seat.name)
        self._publish(topic, action, rows, ts)

    def _publish(self, topic: Topic, action: Action, rows: list[Json], ts: int) -> None:
        if self._hub.has(topic) and not self._venue.faults.take_push():
            self._hub.publish(topic, action, rows, ts)


def _pushed_plan(shown: OrderView) -> Json:
    return orders.pushed_plan(shown) if shown.one.is_swap else spot_orders.plan_row(shown)
