"""`PaperExchange`: the public data of another exchange, and accounts whose orders are matched against it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, OrderNotFound, UnknownMarket
from services.exchange.exchange import Exchange, Side
from services.exchange.orders import Order
from services.exchange.paper.account import PaperAccount
from services.exchange.paper.events import AccountOpened, FilledByHand, PiecesSet
from services.exchange.paper.feed import feed
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.holder import floor
from services.exchange.paper.house import House, Sleep
from services.exchange.paper.public import PublicSide
from services.exchange.paper.reserves import NOTHING
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.terms import Terms


class PaperExchange(PublicSide):
    """An `Exchange` that passes on what `source` says, and matches orders of its own accounts against it.

    Orders are matched while `run` runs. Accounts that `accounts` keeps are there again after a restart.
    """

    def __init__(
        self,
        source: Exchange,
        *,
        clock: Clock,
        settings: PaperSettings,
        accounts: AccountFiles | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Take up the accounts where they were left.

        Raises:
            Misconfigured: the file of an account cannot be read.
        """
        super().__init__(source)
        self._house = House(source, clock=clock, settings=settings, files=accounts, sleep=sleep)

    async def run(self) -> None:
        """Pump the source's tickers, trades, books and funding into the engine until cancelled.

        Raises:
            ExchangeUnavailable: the source does not even say which markets it has.
        """
        await feed(self._house)

    async def terms(self, market: str) -> Terms:
        """Return what is asked of whoever trades `market`.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            ExchangeUnavailable: the source does not answer.
        """
        await self._house.wait_until_listed()
        pit = self._house.engine.pits.get(market)
        if pit is None:
            raise UnknownMarket.of(market, ())
        return pit.terms

    def open(self, name: str, *, is_unified: bool = False) -> PaperAccount:
        """Return the account `name`; a new one begins with the balances of the settings.

        Raises:
            Misconfigured: it is there, and of the other kind.
        """
        known = self._house.engine.holders.get(name)
        if known is None:
            self._house.apply(AccountOpened(at=self._house.now(), account=name, is_unified=is_unified))
        elif known.state.is_unified != is_unified:
            raise Misconfigured(
                f"The paper account {name} is {'' if known.state.is_unified else 'not '}unified.",
                hint="Open it as what it is, or give the new one another name.",
            )
        return PaperAccount(name, self._house)

    def names(self) -> Sequence[str]:
        """Return the names of all accounts, the oldest first."""
        return list(self._house.engine.holders)

    def fill_by_hand(self, order_id: str, amount: Decimal, price: Decimal) -> Order:
        """Fill an order of whichever account has it, as if the market had: for tests.

        Raises:
            OrderNotFound: no account has it.
            OrderRejected: it is already done (already_done).
        """
        for name, holder in self._house.engine.holders.items():
            order = holder.state.order(order_id)
            if order is not None:
                now = self._house.now()
                self._house.apply(
                    FilledByHand(at=now, account=name, order_id=order_id, amount=amount, price=price)
                )
                return order.public()
        raise OrderNotFound(
            f"No account has an order {order_id}.",
            hint="Look at the open orders.",
            facts={"venue": self.venue},
        )

    def fill_in_pieces(self, *, is_on: bool) -> None:
        """Let every market order fill in two pieces, or in one again: for tests."""
        self._house.apply(PiecesSet(at=self._house.now(), is_on=is_on))

    async def amount_for(self, market: str, side: Side, cost: Decimal) -> Decimal:
        """Return how much `cost`, in quote currency, buys or sells of `market` now, down to its step.

        What exceeds the visible book is reckoned at its last level.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            ExchangeUnavailable: there is no book of it, or the source does not answer.
        """
        terms = await self.terms(market)
        levels = self._house.engine.pits[market].depth.facing(side)
        if not levels:
            raise ExchangeUnavailable(
                f"There is no order book of {market} now.",
                hint="Try again in a moment.",
                facts={"venue": self.venue},
            )
        left, amount = cost, NOTHING
        for level in levels:
            part = min(level.amount, left / level.price)
            left, amount = left - part * level.price, amount + part
        return floor(amount + max(NOTHING, left) / levels[-1].price, terms.step)
