"""What an account holds, gathered for rows: positions with what orders hold back of them, wallets, bills."""

from __future__ import annotations

from decimal import Decimal

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rows.account import Held
from sandbox.exchange.seats import Seat
from sandbox.exchange.venue import Venue
from services.exchange.orders import Balance, Order, Position, Wallet
from services.exchange.paper.state import Booking

_NOTHING = Decimal(0)


async def positions(venue: Venue, seat: Seat, product: str | None = None) -> list[Held]:
    """Return the open positions of one product, or of all."""
    found = [await held(venue, seat, one) for one in await seat.account.positions()]
    return [one for one in found if one is not None and product in (None, one.one.product)]


async def held(venue: Venue, seat: Seat, position: Position) -> Held | None:
    """Return all that a row tells of a position; None for one of a market that was never listed here."""
    one = venue.ever_listed(position.market)
    if one is None:
        return None
    orders = await seat.account.orders.open_orders(position.market)
    locked = sum((_remaining(order) for order in orders if _reduces(order, position)), _NOTHING)
    return Held(
        position=position,
        one=one,
        is_hedged=(await seat.account.modes()).is_hedged,
        locked=min(position.amount, locked),
        margin_ratio=_ratio(seat, one, position),
    )


async def wallet(seat: Seat, name: Wallet) -> list[Balance]:
    """Return the currencies of one wallet."""
    return [one for one in await seat.account.balances() if one.wallet == name]


def funding_of(venue: Venue, seat: Seat, product: str, market: str | None) -> list[tuple[Booking, Listing]]:
    """Return what was paid and got in funding, newest first."""
    paid = seat.account.figures.bookings(kind="funding", market=market, limit=500)
    listed = [(one, venue.ever_listed(one.market or "")) for one in reversed(paid)]
    return [(one, listing) for one, listing in listed if listing is not None and listing.product == product]


def _ratio(seat: Seat, one: Listing, position: Position) -> Decimal | None:
    if position.margin_mode == "isolated":
        backing = (position.margin or _NOTHING) + (position.unrealised or _NOTHING)
        return position.maintenance / backing if position.maintenance is not None and backing > 0 else None
    return seat.account.figures.equity(one.margin_coin).risk_rate


def _reduces(order: Order, position: Position) -> bool:
    is_resting = order.status == "open" and order.is_reduce_only
    return is_resting and order.side == ("sell" if position.side == "long" else "buy")


def _remaining(order: Order) -> Decimal:
    return order.remaining if order.remaining is not None else order.amount
