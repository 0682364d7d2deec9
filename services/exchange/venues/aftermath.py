"""What became of an order after it was sent or changed: asked for until it is told, never concluded.

A venue may show an order late, or not have answered at all. Nothing is sent or changed from here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal

from services.errors import OmegaError, OrderUnknown
from services.exchange.orders import Order, OrderRequest
from services.exchange.venues.limits import Sleep

LOOK_AGAIN: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two looks for an order of which the venue said nothing."""
SHOWS_SOON: Sequence[float] = (0.0, 0.05, 0.1, 0.3, 1.0)
"""Seconds between two looks for an order that the venue has accepted, the first at once."""

Find = Callable[[], Awaitable[Order]]
IsSo = Callable[[Order], bool]


class Aftermath:
    """Looks for orders of one account."""

    def __init__(
        self,
        venue: str,
        *,
        sleep: Sleep = asyncio.sleep,
        look_again: Sequence[float] = LOOK_AGAIN,
        shows_soon: Sequence[float] = SHOWS_SOON,
    ) -> None:
        self._venue = venue
        self._sleep = sleep
        self._look_again = look_again
        self._shows_soon = shows_soon

    async def settled(self, find: Find, is_so: IsSo) -> Order | None:
        """Return an order that was accepted once `is_so`, or as it was seen last; None if never."""
        return await self._watch(find, is_so, self._shows_soon)

    async def cleared_up(self, find: Find, is_so: IsSo, client_id: str | None, why: OrderUnknown) -> Order:
        """Return an order once `is_so`.

        Raises:
            OrderUnknown: it is not seen, or not so; it may be.
        """
        order = await self._watch(find, is_so, self._look_again)
        if order is not None and is_so(order):
            return order
        raise self.unknown(client_id) from why

    def unknown(self, client_id: str | None) -> OrderUnknown:
        """Return the error for an order of which nothing certain can be said."""
        return OrderUnknown(
            f"{self._venue} does not say what became of the order.",
            hint="Ask for it by its client id before anything else is sent.",
            facts={"venue": self._venue, "client_id": client_id},
        )

    async def _watch(self, find: Find, is_so: IsSo, pauses: Sequence[float]) -> Order | None:
        order: Order | None = None
        for pause in pauses:
            if pause:
                await self._sleep(pause)
            try:
                order = await find()
            except OmegaError:  # whatever it is, it does not say what became of the order
                continue
            if is_so(order):
                break
        return order


def anything(_order: Order) -> bool:
    """Tell of any order that it is so: it is there."""
    return True


def is_done(order: Order) -> bool:
    """Tell whether nothing more can happen to an order."""
    return order.status not in {"open", "waiting"}


def accepted(request: OrderRequest, order_id: str, at: datetime) -> Order:
    """Return an order that the venue has accepted and does not show yet; what has filled is not known."""
    return Order(
        id=order_id,
        client_id=request.client_id,
        market=request.market,
        side=request.side,
        kind=request.kind,
        status="waiting",
        amount=request.amount,
        filled=None,
        remaining=None,
        created_at=at,
        updated_at=at,
        price=request.price,
        trigger_price=request.trigger_price,
        trigger_by=request.trigger_by if request.kind not in {"market", "limit"} else None,
        time_in_force=request.time_in_force,
        is_reduce_only=request.is_reduce_only,
        position_side=request.position_side,
        margin_mode=request.margin_mode,
        why="accepted; the venue does not show it yet",
    )


def has_changed(price: Decimal | None, amount: Decimal | None) -> IsSo:
    """Return what tells whether a change has been made, or can be made no more."""

    def is_so(order: Order) -> bool:
        is_made = (price is None or order.price == price) and (amount is None or order.amount == amount)
        return is_made or is_done(order)

    return is_so
