"""Cancels an open order, ours or one that was placed elsewhere, and takes in what came of it."""

from __future__ import annotations

from typing import Protocol

from services.errors import ExchangeUnavailable, OrderNotFound, OrderRejected, OrderUnknown, UserMistake
from services.exchange.orders import Order
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import request_in
from services.trading.intents.outcomes import Outcomes
from services.trading.intents.register import Register
from services.trading.ports import Session, Sessions

FORGOTTEN = "The venue does not know it any more, and its owner let go of it."


class Losses(Protocol):
    """Which open orders the venue has forgotten."""

    def is_lost(self, account_id: str, intent_id: str) -> bool:
        """Return whether the venue has answered often enough that it does not know an open order."""
        ...


class Canceling:
    """Of all accounts."""

    def __init__(self, register: Register, outcomes: Outcomes, sessions: Sessions, losses: Losses) -> None:
        self._register = register
        self._outcomes = outcomes
        self._sessions = sessions
        self._losses = losses

    async def cancel(self, account_id: str, intent_or_order: str) -> IntentRow | Order:
        """Cancel an order; see `IntentDesk.cancel`."""
        row = await self._register.get(intent_or_order)
        if row is None or row.account_id != account_id:
            row = await self._register.of_order(account_id, order_id=intent_or_order)
        session = await self._sessions.of(account_id)
        if row is None:
            return await self._cancel_foreign(session, intent_or_order)
        _refuse_unless_open(row)
        is_lost = self._losses.is_lost(account_id, row.id)
        order = await self._last_state(
            session, row.market, row.order_id, stand_in=_gone(row) if is_lost else None
        )
        return await self._outcomes.order(session, row, order)

    async def _cancel_foreign(self, session: Session, order_id: str) -> Order:
        for order in await session.orders.open_orders():
            if order.id == order_id:
                return await self._last_state(session, order.market, order_id)
        raise UserMistake(f"There is no open order {order_id}.", hint="Look at the list of open orders.")

    async def _last_state(
        self, session: Session, market: str, order_id: str, *, stand_in: Order | None = None
    ) -> Order:
        """Cancel, or find out how an order ended that cannot be canceled any more.

        `stand_in` is what is said of one that the venue does not find.
        """
        try:
            return await session.orders.cancel(market, order_id)
        except (OrderRejected, OrderNotFound, OrderUnknown) as error:
            found: Order | None
            try:
                found = await session.orders.find(market, order_id=order_id)
            except OrderNotFound:
                found = stand_in
            if found is None or found.status in {"open", "waiting"}:
                raise _not_told() from error
            return found


def _gone(row: IntentRow) -> Order:
    """Return the last word on an order that the venue has forgotten: what had filled is kept."""
    request = request_in(row.request)
    return Order(
        id=row.order_id,
        client_id=row.client_id,
        market=row.market,
        side=request.side,
        kind=request.kind,
        status="canceled",
        amount=row.amount,
        filled=row.filled,
        remaining=None,
        average=row.average,
        created_at=row.created_at,
        updated_at=row.updated_at,
        why=FORGOTTEN,
    )


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
