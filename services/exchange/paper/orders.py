"""The orders of one account of a paper exchange behind the port `Orders`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.errors import Misconfigured, OrderNotFound, OrderUnknown
from services.exchange.orders import Fill, Order, OrderRequest
from services.exchange.paper.events import Amended, Canceled, Placed
from services.exchange.paper.house import House
from services.exchange.paper.state import AccountState, OrderState


class PaperOrders:
    """An `Orders`.

    An order is acknowledged at once and meets the book after the entry latency; a change or a cancel takes
    effect after it, and only then is answered.
    """

    def __init__(self, account: str, house: House) -> None:
        self._account = account
        self._house = house

    @property
    def _state(self) -> AccountState:
        return self._house.holder(self._account).state

    async def place(self, request: OrderRequest) -> Order:
        """Send an order; see `Orders.place`. Without latency it has met the book when this returns.

        Raises:
            OrderUnknown: it could not be kept, so that nobody knows of it before a restart.
        """
        await self._house.wait_until_listed()
        self._house.holder(self._account)
        try:
            told = self._house.apply(Placed(at=self._house.now(), account=self._account, request=request))
        except Misconfigured as error:
            raise OrderUnknown(
                f"Whether the order {request.client_id} exists is not known: {error.message}",
                hint="Look it up by its client id when the exchange has been started again.",
                facts={"venue": self._house.source.venue, "client_id": request.client_id},
            ) from error
        accepted = [
            one.change.id
            for one in told
            if one.account == self._account and isinstance(one.change, Order) and _is_of(one.change, request)
        ]
        return self._known(max(accepted, key=int)).public()

    async def amend(
        self, market: str, order_id: str, *, price: Decimal | None = None, amount: Decimal | None = None
    ) -> Order:
        """Change an order, which loses its place in the queue; see `Orders.amend`."""
        self._in_market(market, order_id)
        await self._house.pause(self._house.settings.entry_latency)
        self._house.apply(
            Amended(
                at=self._house.now(), account=self._account, order_id=order_id, price=price, amount=amount
            )
        )
        return self._known(order_id).public()

    async def cancel(self, market: str, order_id: str) -> Order:
        """Cancel an order; see `Orders.cancel`."""
        self._in_market(market, order_id)
        await self._house.pause(self._house.settings.entry_latency)
        self._house.apply(Canceled(at=self._house.now(), account=self._account, order_id=order_id))
        return self._known(order_id).public()

    async def cancel_all(self, market: str | None = None) -> Sequence[str]:
        """Cancel every order, or those of one market; see `Orders.cancel_all`."""
        await self._house.pause(self._house.settings.entry_latency)
        canceled = []
        for order in await self.open_orders(market):
            # Canceling one may end others that depend on it.
            if order.id in self._state.orders:
                self._house.apply(Canceled(at=self._house.now(), account=self._account, order_id=order.id))
                canceled.append(order.id)
        return canceled

    async def find(self, market: str, *, order_id: str | None = None, client_id: str | None = None) -> Order:
        """Return one order; see `Orders.find`. Of done ones only the newest are kept."""
        wanted = order_id or self._state.used_ids.get(client_id or "", "")
        return self._in_market(market, wanted).public()

    async def open_orders(self, market: str | None = None) -> Sequence[Order]:
        """Return every order that is open or waits; see `Orders.open_orders`."""
        return [
            order.public()
            for order in self._state.orders.values()
            if market is None or order.request.market == market
        ]

    async def closed(self, market: str | None = None, *, limit: int = 100) -> Sequence[Order]:
        """Return the orders that were done last, the newest last."""
        found = [
            order.public()
            for order in self._state.closed.values()
            if market is None or order.request.market == market
        ]
        return found[-limit:] if limit else []

    async def fills_of(self, order_id: str) -> Sequence[Fill]:
        """Return the fills of one order, oldest first."""
        return [one for one in self._state.fills if one.order_id == order_id]

    def request_of(self, order_id: str) -> OrderRequest:
        """Return how an order was asked for, with what `Order` does not show.

        Raises:
            OrderNotFound: there is no such order.
        """
        return self._known(order_id).request

    def _in_market(self, market: str, order_id: str) -> OrderState:
        order = self._known(order_id)
        if order.request.market != market:
            raise self._not_found(order_id)
        return order

    def _known(self, order_id: str) -> OrderState:
        order = self._state.order(order_id)
        if order is None:
            raise self._not_found(order_id)
        return order

    def _not_found(self, order_id: str) -> OrderNotFound:
        return OrderNotFound(
            f"There is no order {order_id} here.",
            hint="Look at the open orders.",
            facts={"venue": self._house.source.venue},
        )


def _is_of(order: Order, request: OrderRequest) -> bool:
    is_same = (order.market, order.side, order.kind, order.client_id) == (
        request.market,
        request.side,
        request.kind,
        request.client_id or None,
    )
    return is_same and order.status == "waiting" and not order.filled
