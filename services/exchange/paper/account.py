"""One account of a paper exchange behind the port `Account`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal

from services.errors import NotOffered
from services.exchange.orders import (
    AccountModes,
    Balance,
    Change,
    Fill,
    FundingPayment,
    MarginMode,
    Position,
    Wallet,
)
from services.exchange.paper.events import Deposited, HedgingSet, LeverageSet, MarginModeSet
from services.exchange.paper.figures import PaperFigures
from services.exchange.paper.holder import Holder
from services.exchange.paper.house import House
from services.exchange.paper.orders import PaperOrders
from services.exchange.paper.refusals import unvalued


class PaperAccount:
    """An `Account`; its orders are `orders`, what a venue shows beyond the port is in `figures`."""

    def __init__(self, name: str, house: House) -> None:
        self.name = name
        self.orders = PaperOrders(name, house)
        self.figures = PaperFigures(name, house)
        self._house = house

    @property
    def _holder(self) -> Holder:
        return self._house.holder(self.name)

    @property
    def is_unified(self) -> bool:
        """Return whether spot and contracts share one wallet."""
        return self._house.engine.holders[self.name].state.is_unified

    async def balances(self) -> Sequence[Balance]:
        """Return every currency of every wallet; see `Account.balances`.

        Raises:
            ExchangeUnavailable: a position cannot be valued, because its market has no price yet.
        """
        found: list[Balance] = []
        for wallet, purse in self._holder.state.cash.items():
            for currency in purse:
                balance = self._holder.worth.balance(wallet, currency)
                if balance is None:
                    raise unvalued(self._house.source.venue, wallet, currency)
                found.append(balance)
        return found

    async def positions(self) -> Sequence[Position]:
        """Return every open position at the present mark price; see `Account.positions`."""
        return [self._holder.worth.public(position) for position in self._holder.state.positions]

    async def fills(self, market: str, *, since: datetime | None = None, limit: int = 100) -> Sequence[Fill]:
        """Return the newest fills of `market`, oldest first; with `since`, the oldest at or after it.

        Raises:
            NotOffered: some of the fills since then are not kept any more.
        """
        state = self._holder.state
        fills = [one for one in state.fills if one.market == market]
        if since is None:
            return fills[-limit:] if limit else []
        if state.forgot_until is not None and since <= state.forgot_until:
            raise NotOffered.by(
                self._house.source.venue,
                f"all fills since {since:%Y-%m-%d %H:%M:%S}, but only those after"
                f" {state.forgot_until:%Y-%m-%d %H:%M:%S}",
            )
        return [one for one in fills if one.at >= since][:limit]

    async def fundings(
        self, market: str, *, since: datetime | None = None, limit: int = 100
    ) -> Sequence[FundingPayment]:
        """Return the newest payments of funding that are kept; see `Account.fundings`."""
        booked = self.figures.bookings(kind="funding", market=market, limit=limit)
        return [
            FundingPayment(id=one.id, market=market, at=one.at, amount=one.amount, currency=one.currency)
            for one in booked
            if since is None or one.at >= since
        ]

    async def modes(self) -> AccountModes:
        """Return how the account trades."""
        return AccountModes(is_hedged=self._holder.state.is_hedged, is_unified=self.is_unified)

    async def set_hedged(self, *, is_hedged: bool) -> None:
        """Choose between one-way and hedge mode; see `Account.set_hedged`."""
        self._house.apply(HedgingSet(at=self._house.now(), account=self.name, is_hedged=is_hedged))

    async def set_leverage(self, market: str, leverage: Decimal) -> None:
        """Set the leverage of `market`; see `Account.set_leverage`."""
        await self._house.wait_until_listed()
        self._house.apply(
            LeverageSet(at=self._house.now(), account=self.name, market=market, leverage=leverage)
        )

    async def set_margin_mode(self, market: str, mode: MarginMode) -> None:
        """Set how `market` is margined; see `Account.set_margin_mode`."""
        await self._house.wait_until_listed()
        self._house.apply(MarginModeSet(at=self._house.now(), account=self.name, market=market, mode=mode))

    def changes(self) -> AsyncIterator[Change]:
        """Yield what happens in the account from now on; see `Account.changes`."""
        return self._house.listen(self.name)

    async def deposit(self, wallet: Wallet, currency: str, amount: Decimal) -> None:
        """Put cash into a wallet, or take it out with an amount below 0.

        Raises:
            OrderRejected: so much is not free (no_funds), or the account has no such wallet (unsupported).
        """
        self._house.apply(
            Deposited(
                at=self._house.now(), account=self.name, wallet=wallet, currency=currency, amount=amount
            )
        )
