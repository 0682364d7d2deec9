"""What a venue shows of an account beyond the port: equity and margin, settings of markets, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.exchange.orders import MarginMode, Wallet
from services.exchange.paper.holder import Holder
from services.exchange.paper.house import House
from services.exchange.paper.refusals import unvalued
from services.exchange.paper.state import Booking, BookingKind
from services.exchange.paper.worth import Equity


class PaperFigures:
    """Read-only figures of one account as they are now."""

    def __init__(self, account: str, house: House) -> None:
        self._account = account
        self._house = house

    @property
    def _holder(self) -> Holder:
        return self._house.holder(self._account)

    def equity(self, currency: str = "USDT") -> Equity:
        """Return the figures of the wallet that contracts settled in `currency` are paid from.

        Raises:
            ExchangeUnavailable: a position cannot be valued, because its market has no price yet.
        """
        wallet: Wallet = "unified" if self._holder.state.is_unified else "swap"
        equity = self._holder.worth.equity(wallet, currency)
        if equity is None:
            raise unvalued(self._house.source.venue, wallet, currency)
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
