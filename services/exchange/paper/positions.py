"""How a fill changes a position. Cash is no concern here: what was realised is given back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.exchange.orders import MarginMode
from services.exchange.paper.reserves import NOTHING, opened_by, opposed
from services.exchange.paper.state import AccountState, OrderState, PositionState

_FINEST = Decimal("1e-12")


def apply_fill(
    account: AccountState,
    order: OrderState,
    *,
    price: Decimal,
    amount: Decimal,
    leverage: Decimal,
    at: datetime,
    market_time: datetime,
) -> tuple[Decimal | None, list[PositionState]]:
    """Close what the order opposes and open with the rest.

    Returns:
        What was realised, None where nothing was closed; and the positions that changed.
    """
    realised: Decimal | None = None
    changed: list[PositionState] = []
    against = opposed(account, order)
    closing = NOTHING if against is None else min(amount, against.amount)
    if against is not None and closing:
        realised = _reduce(account, against, price=price, amount=closing, at=at)
        changed.append(against)
    if amount > closing:
        position = _position_to_extend(account, order, at, market_time)
        position.amount += amount - closing
        position.cost += (amount - closing) * price
        position.updated_at = at
        if position.margin_mode == "isolated":
            position.margin += ((amount - closing) * price / leverage).quantize(_FINEST)
        changed.append(position)
    return realised, changed


def _reduce(
    account: AccountState, position: PositionState, *, price: Decimal, amount: Decimal, at: datetime
) -> Decimal:
    """Close part of a position and return what that realised; a closed one leaves the account."""
    is_all = amount == position.amount
    cost = position.cost if is_all else _share(position.cost, amount, position.amount)
    position.margin -= position.margin if is_all else _share(position.margin, amount, position.amount)
    realised = position.direction * (price * amount - cost)
    position.amount -= amount
    # What the rounding of a share leaves over stays in the cost of the rest, so no sum ever drifts.
    position.cost -= cost
    position.realised += realised
    position.updated_at = at
    if is_all:
        account.positions.remove(position)
    return realised


def _position_to_extend(
    account: AccountState, order: OrderState, at: datetime, market_time: datetime
) -> PositionState:
    asked = order.request
    side = asked.position_side or opened_by(asked.side)
    known = account.position(asked.market, side)
    if known is not None:
        return known
    mode: MarginMode = asked.margin_mode or account.margin_mode_of(asked.market)
    opened = PositionState(
        market=asked.market,
        side=side,
        amount=NOTHING,
        cost=NOTHING,
        margin_mode=mode,
        updated_at=at,
        funded_until=market_time,
    )
    account.positions.append(opened)
    return opened


def _share(whole: Decimal, part: Decimal, of: Decimal) -> Decimal:
    return (whole * part / of).quantize(_FINEST)
