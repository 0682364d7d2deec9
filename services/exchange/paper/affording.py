"""How much of an order there is money for when it fills, which may be less than when it was accepted."""

from __future__ import annotations

from copy import copy
from decimal import Decimal

from services.exchange.paper.holder import Holder, floor
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING, opening
from services.exchange.paper.state import AccountState, OrderState


def affordable(holder: Holder, order: OrderState, price: Decimal, amount: Decimal) -> Decimal:
    """Return how much of `amount` there is money for at `price`, down to the market's step."""
    pit = holder.pits[order.request.market]
    available = holder.worth.available(order)
    if available is None:
        return amount
    step = pit.terms.step
    if not pit.terms.market.is_swap:
        most = available / price if order.request.side == "buy" else available
        return min(amount, floor(most, step))
    opened = opening(holder.state, order, amount)
    needed = _taken_by_one(order, pit, price, holder.worth.leverage(pit.market))
    return amount - opened + min(opened, floor(available / needed, step))


def on_trial(holder: Holder, order: OrderState) -> tuple[Holder, OrderState]:
    """Return a copy of an account, and of one of its live orders, that can be filled without a trace."""
    state, twin = holder.state, copy(order)
    account = AccountState(
        name=state.name,
        number=state.number,
        is_unified=state.is_unified,
        is_hedged=state.is_hedged,
        cash={wallet: dict(purse) for wallet, purse in state.cash.items()},
        positions=[copy(one) for one in state.positions],
        orders=state.orders | {order.id: twin},
        leverages=state.leverages,
        margin_modes=state.margin_modes,
    )
    return Holder(account, holder.pits, holder.settings), twin


def _taken_by_one(order: OrderState, pit: Pit, price: Decimal, leverage: Decimal) -> Decimal:
    """Return what opening one of base currency at `price` takes: margin, fee, and what is lost at the mark.

    The margin of a position is reckoned at the mark; a short that is opened below it needs more than its
    price says, while a long has gained what it needs more.
    """
    mark = price if pit.mark is None else pit.mark
    is_buy = order.request.side == "buy"
    lost_at_once = max(NOTHING, price - mark if is_buy else mark - price)
    margin_at = price if is_buy else max(price, mark)
    return margin_at / leverage + price * max(NOTHING, pit.terms.taker_fee) + lost_at_once
