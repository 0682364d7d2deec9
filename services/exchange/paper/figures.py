"""What a venue shows of an account beyond the port: equity and margin, settings of markets, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.errors import ExchangeUnavailable
from services.exchange.orders import MarginMode, Wallet
from services.exchange.paper.house import House
from services.exchange.paper.state import Booking, BookingKind
from services.exchange.paper.worth import Equity

_BASIS = Decimal(10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slippage:
    """What an order paid against the middle of the book it met; above 0 basis points it was worse."""

    arrival_mid: Decimal
    average: Decimal
    basis_points: Decimal


class PaperFigures:
    """Read-only figures of one account as they are now."""

    def __init__(self, account: str, house: House) -> None:
        self._holder = house.engine.holders[account]
        self._house = house

    def equity(self, currency: str = "USDT") -> Equity:
        """Return the figures of the wallet that contracts settled in `currency` are paid from.

        Raises:
            ExchangeUnavailable: a position cannot be valued, because its market has no price yet.
        """
        wallet: Wallet = "unified" if self._holder.state.is_unified else "swap"
        equity = self._holder.worth.equity(wallet, currency)
        if equity is None:
            raise ExchangeUnavailable(
                f"What the {wallet} wallet is worth in {currency} is not known yet.",
                hint="Try again when prices have come in.",
                facts={"venue": self._house.source.venue},
            )
        return equity

    def leverage(self, market: str) -> Decimal:
        """Return the leverage that the next order of `market` opens with."""
        return self._holder.worth.leverage(market)

    def margin_mode(self, market: str) -> MarginMode:
        """Return how `market` is margined."""
        return self._holder.state.margin_mode_of(market)

    def bookings(
        self, *, kind: BookingKind | None = None, market: str | None = None, limit: int = 100
    ) -> Sequence[Booking]:
        """Return the newest bookings, of one kind or market if asked, oldest first."""
        found = [
            one
            for one in self._holder.state.bookings
            if kind in {None, one.kind} and market in {None, one.market}
        ]
        return found[-limit:] if limit else []

    def slippage(self, order_id: str) -> Slippage | None:
        """Return what an order paid against its arrival; None before its first fill or if nobody knows."""
        order = self._holder.state.order(order_id)
        if order is None or not order.filled or order.arrival_mid is None:
            return None
        average = order.cost / order.filled
        sign = 1 if order.request.side == "buy" else -1
        points = sign * (average - order.arrival_mid) / order.arrival_mid * _BASIS
        return Slippage(arrival_mid=order.arrival_mid, average=average, basis_points=points)
