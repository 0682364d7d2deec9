"""Does what a used ticket says, and finds out what came of one whose end is not known.

Everything here may be done again: an order has an id that follows from its ticket's, so that it is sent once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from services.errors import OmegaError, OrderNotFound, OrderRejected, OrderUnknown, Unavailable, UserMistake
from services.exchange.orders import Order
from services.store.store import Store
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.intent import LOST, Intent, request_in
from services.trading.messages import Judgement, OrderView
from services.trading.ordered import judgement_of, order_view
from services.trading.orders.actions import (
    Action,
    Begin,
    Body,
    Cancel,
    Place,
    Protect,
    intent_id_of,
    intents_of,
)
from services.trading.orders.arriving import Arrivals
from services.trading.orders.attached import Attached
from services.trading.orders.messages import Outcome
from services.trading.orders.plans.keeping import PlanKeeper
from services.trading.orders.plans.kinds import kind_of
from services.trading.orders.views import view_of_order
from services.trading.ports import Gate, IntentDesk, Sessions

ABANDONED: Final = "The desk was restarted before it was sent. Nothing was sent."
_UNSURE: Final = ("sending", "unknown")

log = structlog.get_logger(__name__)


class Doing:
    """Does what tickets say."""

    def __init__(
        self,
        *,
        intents: IntentDesk,
        arrivals: Arrivals,
        store: Store,
        keeper: PlanKeeper,
        sessions: Sessions,
        gate: Gate,
    ) -> None:
        self._intents = intents
        self._arrivals = arrivals
        self._attached = Attached(store)
        self._keeper = keeper
        self._sessions = sessions
        self._gate = gate

    async def do(self, body: Body, account: AccountRow) -> Outcome:
        """Do it, and return what came of it.

        Raises:
            Unavailable: what came of it is not known yet; it may be done again.
        """
        action = body.action
        match action:
            case Place():
                rows = await self._arrivals.of(await self._place(body, action, account))
                return await self._outcome(body, account, rows)
            case Begin():
                rows = await self._arrivals.of(await self._keeper.step(body.ticket.id))
                return await self._outcome(body, account, rows, plan=kind_of(action.plan))
            case Protect():
                return await self._protect(body, action, account)
            case Cancel():
                return await self._cancel(body, action, account)

    async def was_begun(self, body: Body) -> bool:
        """Return whether anything of it may have been sent before a restart."""
        return not _needs_intent(body.action) or (
            await self._intents.row(intent_id_of(body.ticket.id, 1)) is not None
        )

    async def _place(self, body: Body, action: Place | Protect, account: AccountRow) -> Sequence[IntentRow]:
        """Send the orders in turn, and stop at the first that is not there for sure."""
        rows: list[IntentRow] = []
        for intent in intents_of(body.ticket.id, action, account):
            rows.append(await self._intents.submit(intent))
            if rows[-1].status in {*_UNSURE, *LOST}:
                break
        return rows

    async def _protect(self, body: Body, action: Protect, account: AccountRow) -> Outcome:
        rows = await self._place(body, action, account)
        outcome = await self._outcome(body, account, rows)
        if outcome.state != "done":
            return outcome
        if action.trailing is not None:
            await self._keeper.step(body.ticket.id)
        gone = await self._cancel(body, Cancel(orders=action.orders, plans=action.plans), account)
        return Outcome(
            state=gone.state if gone.state == "unknown" else "done",
            orders=[*outcome.orders, *gone.orders],
            account=outcome.account,
            reason=gone.reason,
        )

    async def _cancel(self, body: Body, action: Cancel, account: AccountRow) -> Outcome:
        views: list[OrderView] = []
        troubles: list[OmegaError] = []
        ended = 0
        for plan_id in action.plans:
            try:
                await self._keeper.end(plan_id)
                ended += 1
            except OmegaError as error:
                troubles.append(error)
        for order_id in action.orders:
            try:
                views.append(await self._view(await self._intents.cancel(account.id, order_id), body))
            except (UserMistake, OrderRejected, OrderNotFound, OrderUnknown, Unavailable) as error:
                troubles.append(error)
        unsure = next((one for one in troubles if isinstance(one, OrderUnknown | Unavailable)), None)
        told = unsure or next(iter(troubles), None)
        is_nothing = bool(troubles) and not views and not ended
        return Outcome(
            state="unknown" if unsure else "refused" if is_nothing else "done",
            orders=views,
            account=body.ticket.account,
            reason=told.message if told else "",
            hint=told.hint if told else "",
        )

    async def _view(self, done: IntentRow | Order, body: Body) -> OrderView:
        tick, account_id = body.ticket.preview.tick, body.ticket.account.id
        if not isinstance(done, Order):
            return order_view(done, tick=tick)
        attached = await self._attached.among(account_id, [done])
        return view_of_order(done, account_id, tick, is_attached=bool(attached))

    async def _outcome(
        self, body: Body, account: AccountRow, rows: Sequence[IntentRow], *, plan: str = ""
    ) -> Outcome:
        """Say what came of orders: one refused is told before one that is not known."""
        tick = body.ticket.preview.tick
        lost = next((row for row in rows if row.status in LOST), None)
        is_unsure = any(row.status in _UNSURE for row in rows)
        return Outcome(
            state="refused" if lost else "unknown" if is_unsure else "done",
            orders=[order_view(row, tick=tick, plan=plan) for row in rows],
            account=body.ticket.account,
            judgement=await self._judged(lost, body.action, account) if lost else None,
            reason=lost.reason if lost else "",
        )

    async def _judged(self, row: IntentRow, action: Action, account: AccountRow) -> Judgement | None:
        """Return what the gate says of an order that it did not let pass.

        None where the venue refused it, it was not judged, or the gate cannot say it again.
        """
        if row.sent_at is not None or row.status != "rejected":
            return None
        intent = Intent(
            id=row.id,
            account=row.account_id,
            user_id=row.user_id,
            request=request_in(row.request),
            origin=row.origin,
            group=row.group_id,
            is_exempt=row.is_reducing,
            stop=action.plan.stop if isinstance(action, Begin) and not row.is_reducing else None,
        )
        try:
            judgement = judgement_of(await self._gate.judge(intent, await self._sessions.of(account.id)))
        except OmegaError as error:
            log.warning("refusal_not_judged_again", intent=row.id, code=error.code, error=error.message)
            return None
        return None if judgement.is_passed else judgement


def _needs_intent(action: Action) -> bool:
    """Return whether nothing was done as long as there is no first intent."""
    return isinstance(action, Place) or (isinstance(action, Protect) and bool(action.requests))
