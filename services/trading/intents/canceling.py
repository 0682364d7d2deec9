"""Cancels an open order, ours or one that was placed elsewhere, and takes in what came of it."""

from __future__ import annotations

from services.errors import ExchangeUnavailable, OrderNotFound, OrderRejected, OrderUnknown, UserMistake
from services.exchange.orders import Order
from services.store.trading_rows import IntentRow
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.register import Register
from services.trading.ports import Session, Sessions


class Canceling:
    """Of all accounts."""

    def __init__(self, register: Register, outcomes: Outcomes, sessions: Sessions) -> None:
        self._register = register
        self._outcomes = outcomes
        self._sessions = sessions

    async def cancel(self, account_id: str, intent_or_order: str) -> IntentRow | Order:
        """Cancel an order; see `IntentDesk.cancel`."""
        row = await self._register.get(intent_or_order)
        if row is None or row.account_id != account_id:
            row = await self._register.of_order(account_id, order_id=intent_or_order)
        session = await self._sessions.of(account_id)
        if row is None:
            return await self._cancel_foreign(session, intent_or_order)
        _refuse_unless_open(row)
        order = await self._last_state(session, row.market, row.order_id)
        return await self._outcomes.order(session, row, order)

    async def _cancel_foreign(self, session: Session, order_id: str) -> Order:
        for order in await session.orders.open_orders():
            if order.id == order_id:
                return await self._last_state(session, order.market, order_id)
        raise UserMistake(f"There is no open order {order_id}.", hint="Look at the list of open orders.")

    async def _last_state(self, session: Session, market: str, order_id: str) -> Order:
        """Cancel, or find out how an order ended that cannot be canceled any more."""
        try:
            return await session.orders.cancel(market, order_id)
        except (OrderRejected, OrderNotFound, OrderUnknown) as error:
            try:
                order = await session.orders.find(market, order_id=order_id)
            except OrderNotFound:
                order = None
            if order is None or order.status in {"open", "waiting"}:
                raise _not_told() from error
            return order


def _refuse_unless_open(row: IntentRow) -> None:
    if row.status in {"new", "sending", "unknown"}:
        raise UserMistake(
            "The venue has not said yet whether it has this order.",
            hint="It is being looked up. Cancel it once it is found.",
        )
    if row.status != "open":
        raise UserMistake("This order is not open any more.", hint="Look at the list of open orders.")


def _not_told() -> ExchangeUnavailable:
    return ExchangeUnavailable(
        "The venue did not say whether the order is canceled.", hint="Look at the list of open orders."
    )
