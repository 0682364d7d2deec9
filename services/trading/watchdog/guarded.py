"""The watchdog's hands: they cancel and close. What could open something is refused before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.errors import OrderRejected
from services.exchange.orders import Account, Order, OrderRequest, Orders


class OnlyReducing:
    """`Orders` that cancel, and place nothing but reduce-only market orders.

    Args:
        orders: of the account.
    """

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    async def place(self, request: OrderRequest) -> Order:
        """Send a close. Raises `OrderRejected` for anything else, and as `Orders.place`."""
        if not request.is_reduce_only or request.kind != "market":
            raise _refused()
        return await self._orders.place(request)

    async def amend(
        self, market: str, order_id: str, *, price: Decimal | None = None, amount: Decimal | None = None
    ) -> Order:
        """Refuse: a changed order may open more."""
        del market, order_id, price, amount
        raise _refused()

    async def cancel(self, market: str, order_id: str) -> Order:
        """Cancel an order; see `Orders.cancel`."""
        return await self._orders.cancel(market, order_id)

    async def cancel_all(self, market: str | None = None) -> Sequence[str]:
        """Cancel every order; see `Orders.cancel_all`."""
        return await self._orders.cancel_all(market)

    async def find(self, market: str, *, order_id: str | None = None, client_id: str | None = None) -> Order:
        """Return one order; see `Orders.find`."""
        return await self._orders.find(market, order_id=order_id, client_id=client_id)

    async def open_orders(self, market: str | None = None) -> Sequence[Order]:
        """Return every open order; see `Orders.open_orders`."""
        return await self._orders.open_orders(market)


@dataclass(frozen=True, slots=True)
class Hands:
    """An open account as the watchdog may use it."""

    account: Account
    orders: OnlyReducing


def _refused() -> OrderRejected:
    return OrderRejected(
        "The watchdog only cancels and closes.", facts={"venue": "watchdog", "reason": "unsupported"}
    )
