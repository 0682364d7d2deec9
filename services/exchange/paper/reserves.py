"""How much of an order opens or closes a position, and what it holds back until it is done."""

from __future__ import annotations

from decimal import Decimal

from services.exchange.exchange import Side
from services.exchange.orders import PositionSide
from services.exchange.paper.pit import Pit
from services.exchange.paper.state import AccountState, OrderState, PositionState

NOTHING = Decimal(0)


def opened_by(side: Side) -> PositionSide:
    """Return the position that an order of `side` opens."""
    return "long" if side == "buy" else "short"


def is_closing(order: OrderState) -> bool:
    """Return whether an order may only make a position smaller."""
    asked = order.request
    in_hedge = asked.position_side is not None and asked.position_side != opened_by(asked.side)
    return asked.is_reduce_only or in_hedge


def opposed(account: AccountState, order: OrderState) -> PositionState | None:
    """Return the position that an order makes smaller, or None where it would open or extend one."""
    asked = order.request
    against: PositionSide = "short" if asked.side == "buy" else "long"
    if asked.position_side not in {None, against}:
        return None
    return account.position(asked.market, against)


def opening(account: AccountState, order: OrderState, amount: Decimal) -> Decimal:
    """Return how much of `amount` opens or extends a position; of spot orders nothing does."""
    if is_closing(order) or ":" not in order.request.market:
        return NOTHING
    position = opposed(account, order)
    return amount if position is None else max(NOTHING, amount - position.amount)


def closable(account: AccountState, order: OrderState) -> Decimal:
    """Return how much a closing order may fill now: what there is to close."""
    position = opposed(account, order)
    return NOTHING if position is None else position.amount


def margin_rate(pit: Pit, leverage: Decimal) -> Decimal:
    """Return what opening takes, as a share of its cost: initial margin and the fee."""
    return 1 / leverage + max(NOTHING, pit.terms.taker_fee)


def paid_in(pit: Pit, side: Side) -> str:
    """Return the currency that an order is paid with."""
    market = pit.terms.market
    if market.settle is not None:
        return market.settle
    return market.quote if side == "buy" else market.base


def need(account: AccountState, order: OrderState, pit: Pit, price: Decimal, usual: Decimal) -> Decimal:
    """Return what the rest of an order takes at `price`, in the currency it is paid with.

    Args:
        account: whose order it is.
        order: whose remaining amount is meant.
        pit: the market of the order.
        price: in quote currency.
        usual: the leverage of markets whose leverage was never set.
    """
    if not pit.terms.market.is_swap:
        return order.remaining * price if order.request.side == "buy" else order.remaining
    rate = margin_rate(pit, account.leverage_of(pit.market, usual))
    return opening(account, order, order.remaining) * price * rate


def reserve(account: AccountState, order: OrderState, pit: Pit, usual: Decimal) -> Decimal:
    """Return what an order holds back; nothing before it is triggered."""
    if order.reserve_price is None or order.is_conditional:
        return NOTHING
    return need(account, order, pit, order.reserve_price, usual)
