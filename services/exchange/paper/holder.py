"""One account at work: books its fills, moves its orders from state to state, and tells of each change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.exchange.orders import Change, Fee, Fill, OrderStatus, Position, Wallet
from services.exchange.paper.assumptions import joined, of_slippage
from services.exchange.paper.pit import Pit
from services.exchange.paper.positions import apply_fill
from services.exchange.paper.reserves import NOTHING, paid_in
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState, Booking, BookingKind, OrderState, PositionState
from services.exchange.paper.worth import Worth

_FEE_DECIMALS = Decimal("1e-8")


class Execution(NamedTuple):
    """One match of an order: at which price, how much of it, when, and what that rests on."""

    price: Decimal
    amount: Decimal
    at: datetime
    is_maker: bool
    assumption: str


class Holder:
    """An account and what it has to tell. Fees are paid in what is received: by a buyer of spot in coins."""

    def __init__(self, state: AccountState, pits: Mapping[str, Pit], settings: PaperSettings) -> None:
        self.state = state
        self.pits = pits
        self.settings = settings
        self.worth = Worth(state, pits, settings)
        self.live: dict[str, dict[str, OrderState]] = {}
        """The live orders by market and id, in the order they came."""
        for order in state.orders.values():
            self._index(order)
        self.news: list[Change] = []
        self.is_changed = False
        """Whether there is something to keep that was not kept yet."""
        self.has_moved = False
        """Whether there is something to keep that may be lost: queues and marks."""

    def book(
        self,
        kind: BookingKind,
        currency: str,
        amount: Decimal,
        *,
        wallet: Wallet,
        at: datetime,
        market: str | None = None,
        note: str = "",
    ) -> None:
        """Change cash by `amount` and write down why."""
        if not amount and not note:
            return
        purse = self.state.cash.setdefault(wallet, {})
        purse[currency] = purse.get(currency, NOTHING) + amount
        self.state.bookings.append(
            Booking(
                id=self.state.next_id(),
                kind=kind,
                wallet=wallet,
                currency=currency,
                amount=amount,
                at=at,
                market=market,
                note=note,
            )
        )
        self.is_changed = True

    def fill(self, order: OrderState, part: Execution) -> None:
        """Book one fill of an order, and tell of the order, the fill, the position and the balance."""
        pit = self.pits[order.request.market]
        order.filled += part.amount
        order.cost += part.price * part.amount
        order.updated_at = part.at
        order.status = "open" if order.remaining else "filled"
        fee = _fee(order, pit, part)
        pay = self._fill_swap if pit.terms.market.is_swap else self._fill_spot
        realised, changed = pay(order, pit, part)
        wallet = self.state.wallet_of(pit.market)
        self.book("fee", fee.currency, -fee.amount, wallet=wallet, at=part.at, market=pit.market)
        order.fees += fee.amount
        fill = _record(self.state.next_id(), order, part, fee, realised)
        self.state.fills.append(fill)
        self._file(order)
        self.news.append(fill)
        self.tell_positions(changed)
        self.tell_balances(wallet, paid_in(pit, "buy"), paid_in(pit, "sell"))

    def take_in(self, order: OrderState) -> None:
        """Take in a new order, and tell of it."""
        self.state.orders[order.id] = order
        self._index(order)
        self.tell(order)

    def live_in(self, market: str) -> list[OrderState]:
        """Return the orders of `market` that have reached the venue and can still fill."""
        return [order for order in self.live.get(market, {}).values() if order.has_arrived]

    def finish(self, order: OrderState, status: OrderStatus, why: str, at: datetime) -> None:
        """End an order that will not fill any further, and say why."""
        if not order.is_live:
            return
        order.status, order.why, order.updated_at = status, why, at
        self._file(order)

    def tell(self, order: OrderState) -> None:
        """Tell how an order stands."""
        self.news.append(order.public())
        self.is_changed = True

    def tell_positions(self, positions: list[PositionState]) -> None:
        """Tell how positions stand; one that is closed has amount 0."""
        for position in positions:
            self.news.append(self.worth.public(position) if position.amount else _gone(position))

    def tell_balances(self, wallet: Wallet, *currencies: str) -> None:
        """Tell how much there is of some currencies."""
        for currency in dict.fromkeys(currencies):
            balance = self.worth.balance(wallet, currency)
            if balance is not None:
                self.news.append(balance)
        self.is_changed = True

    def _fill_swap(
        self, order: OrderState, pit: Pit, part: Execution
    ) -> tuple[Decimal | None, list[PositionState]]:
        realised, changed = apply_fill(
            self.state,
            order,
            price=part.price,
            amount=part.amount,
            leverage=self.worth.leverage(pit.market),
            at=part.at,
            market_time=pit.market_time(part.at) or part.at,
        )
        if pit.mark is not None:
            self.state.marks[pit.market] = pit.mark
        wallet, currency = self.state.wallet_of(pit.market), pit.terms.market.settle or ""
        self.book("fill", currency, realised or NOTHING, wallet=wallet, at=part.at, market=pit.market)
        return realised, changed

    def _fill_spot(
        self, order: OrderState, pit: Pit, part: Execution
    ) -> tuple[Decimal | None, list[PositionState]]:
        market, wallet = pit.terms.market, self.state.wallet_of(pit.market)
        coins = part.amount if order.request.side == "buy" else -part.amount
        self.book("fill", market.base, coins, wallet=wallet, at=part.at, market=pit.market)
        self.book("fill", market.quote, -part.price * coins, wallet=wallet, at=part.at, market=pit.market)
        return None, []

    def _index(self, order: OrderState) -> None:
        self.live.setdefault(order.request.market, {})[order.id] = order

    def _file(self, order: OrderState) -> None:
        if not order.is_live:
            self.state.orders.pop(order.id, None)
            self.live[order.request.market].pop(order.id, None)
            self.state.closed[order.id] = order
        self.tell(order)


def _fee(order: OrderState, pit: Pit, part: Execution) -> Fee:
    market, terms = pit.terms.market, pit.terms
    in_coins = not market.is_swap and order.request.side == "buy"
    currency = market.base if in_coins else market.settle or market.quote
    base = part.amount if in_coins else part.price * part.amount
    rate = terms.maker_fee if part.is_maker else terms.taker_fee
    return Fee(amount=(base * rate).quantize(_FEE_DECIMALS), currency=currency)


def _record(fill_id: str, order: OrderState, part: Execution, fee: Fee, realised: Decimal | None) -> Fill:
    return Fill(
        id=fill_id,
        order_id=order.id,
        market=order.request.market,
        side=order.request.side,
        price=part.price,
        amount=part.amount,
        at=part.at,
        fee=fee,
        is_maker=part.is_maker,
        client_id=order.request.client_id or None,
        position_side=order.request.position_side,
        realised=realised,
        assumption=part.assumption if part.is_maker else joined(part.assumption, of_slippage(order)),
    )


def floor(amount: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` that is not above `amount`, and none below 0."""
    return max(NOTHING, amount // step * step)


def _gone(position: PositionState) -> Position:
    return Position(
        market=position.market,
        side=position.side,
        amount=NOTHING,
        entry=NOTHING,
        as_of=position.updated_at,
        margin_mode=position.margin_mode,
        realised=position.realised,
    )
