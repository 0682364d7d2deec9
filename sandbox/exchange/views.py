"""An account's orders as the venue shows them: what our `Order` does not say is looked up beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.seats import Seat
from sandbox.exchange.venue import Venue
from services.exchange.orders import Fill, MarginMode, Order, OrderRequest

_PLAIN = frozenset({"market", "limit"})
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """Everything that a row of an order tells."""

    order: Order
    request: OrderRequest
    one: Listing
    fills: Sequence[Fill]
    """Those that are kept, up to the moment that `order` tells of."""
    is_hedged: bool
    leverage: Decimal | None
    margin_mode: MarginMode
    client_id: str
    plan: str
    """The plan type it was placed under; "" for an order without a trigger."""
    quote_size: Decimal | None
    """Of a market order that was sized in quote currency."""

    @property
    def is_plan(self) -> bool:
        """Return whether it is of the kind that waits for a trigger."""
        return self.order.kind not in _PLAIN

    @property
    def has_triggered(self) -> bool:
        """Return whether it has become an order like any other."""
        order = self.order
        return not self.is_plan or order.status in {"open", "filled"} or bool(order.filled)

    @property
    def has_all_fills(self) -> bool:
        """Return whether `fills` are all that it filled by."""
        return sum((fill.amount for fill in self.fills), _NOTHING) == self.order.filled

    @property
    def cost(self) -> Decimal | None:
        """Return what its fills came to, in quote currency; None where not all are kept."""
        if not self.has_all_fills:
            return None
        return sum((fill.price * fill.amount for fill in self.fills), _NOTHING)

    @property
    def fee(self) -> tuple[Decimal, str] | None:
        """Return what was paid for it and in which coin; None before the first fill or without all."""
        paid = [fill.fee for fill in self.fills if fill.fee is not None]
        if not paid or not self.has_all_fills:
            return None
        return sum((fee.amount for fee in paid), _NOTHING), paid[0].currency

    @property
    def profit(self) -> Decimal | None:
        """Return what its fills took home; None where not all are kept."""
        if not self.has_all_fills:
            return None
        return sum((fill.realised or _NOTHING for fill in self.fills), _NOTHING)


async def view(venue: Venue, seat: Seat, order: Order) -> OrderView | None:
    """Return all that a row tells of an order; None for one of a market that was never listed here."""
    one = venue.ever_listed(order.market)
    if one is None:
        return None
    account, note = seat.account, seat.notes.of(order)
    return OrderView(
        order=order,
        request=account.orders.request_of(order.id),
        one=one,
        fills=tuple(_fills_until(order, await account.orders.fills_of(order.id))),
        is_hedged=one.is_swap and (await account.modes()).is_hedged,
        leverage=account.figures.leverage(order.market) if one.is_swap else None,
        margin_mode=order.margin_mode or account.figures.margin_mode(order.market),
        client_id=note.client_id or order.client_id or "",
        plan=_plan(order, note.plan),
        quote_size=note.quote_size,
    )


def _fills_until(order: Order, fills: Sequence[Fill]) -> Iterator[Fill]:
    """Yield the fills that `order` tells of: it may have filled further since."""
    told = order.filled or _NOTHING
    for fill in fills:
        told -= fill.amount
        if told < 0:
            return
        yield fill


def _plan(order: Order, known: str) -> str:
    """Return the plan type; the likeliest of an order that nothing was said of."""
    if order.kind in _PLAIN:
        return ""
    if known:
        return known
    if order.kind == "trailing":
        return "track_plan"
    if not order.is_reduce_only:
        return "normal_plan"
    return "pos_profit" if order.kind.startswith("take_profit") else "pos_loss"
