"""Orders and plans as their owners see them, made of rows and of what the venue has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from services.exchange.orders import Order
from services.store.trading_rows import IntentRow, PlanRow
from services.trading.intents.intent import Judged, request_in
from services.trading.messages import Judgement, OrderState, OrderView
from services.trading.orders.messages import PlanView
from services.trading.orders.plans.dca import Dca
from services.trading.orders.plans.iceberg import Iceberg
from services.trading.orders.plans.kinds import AnyPlan, children_of, entering_roles, read_plan
from services.trading.orders.plans.oco import Oco
from services.trading.orders.plans.plan import added
from services.trading.orders.plans.twap import Twap

_STATES: Final[dict[str, OrderState]] = {
    "new": "new",
    "sending": "sending",
    "unknown": "unknown",
    "filled": "filled",
    "canceled": "canceled",
    "rejected": "rejected",
    "abandoned": "abandoned",
}


def view_of_intent(row: IntentRow, tick: Decimal | None, *, plan: str = "") -> OrderView:
    """Return an order of ours."""
    request = request_in(row.request)
    return OrderView(
        id=row.id,
        account=row.account_id,
        market=row.market,
        side=request.side,
        kind=row.kind,
        state=_STATES.get(row.status, "partly" if row.filled else "open"),
        amount=row.amount,
        filled=row.filled,
        price=request.price,
        trigger=request.trigger_price,
        average=row.average,
        tick=tick,
        is_reducing=row.is_reducing,
        plan=plan,
        origin=row.origin,
        order_id=row.order_id,
        reason=row.reason,
        created_at=row.created_at,
    )


def view_of_order(
    order: Order, account_id: str, tick: Decimal | None, *, is_attached: bool = False
) -> OrderView:
    """Return an order of the venue's: placed elsewhere, or `is_attached` to an entry of ours."""
    states: dict[str, OrderState] = {"filled": "filled", "canceled": "canceled", "rejected": "rejected"}
    return OrderView(
        id=order.id,
        account=account_id,
        market=order.market,
        side=order.side,
        kind=order.kind,
        state=states.get(order.status, "partly" if order.filled else "open"),
        amount=order.amount,
        filled=order.filled,
        price=order.price,
        trigger=order.trigger_price,
        average=order.average,
        tick=tick,
        is_reducing=order.is_reduce_only or is_attached,
        is_foreign=not is_attached,
        origin="attached" if is_attached else "elsewhere",
        order_id=order.id,
        reason=order.why,
        created_at=order.created_at,
    )


def view_of_plan(row: PlanRow, rows: Sequence[IntentRow]) -> PlanView:
    """Return a plan with how far it is."""
    plan = read_plan(row)
    roles = entering_roles(plan)
    entering = [child for child in children_of(rows) if child.role in roles]
    return PlanView(
        id=row.id,
        kind=row.kind,
        market=row.market,
        side=plan.side,
        status=row.status,
        amount=plan.amount,
        filled=added(child.filled for child in entering),
        done=sum(child.is_final for child in entering),
        of=_parts(plan),
        next_at=row.due_at if isinstance(plan, Twap) else None,
        reason=row.reason,
    )


def _parts(plan: AnyPlan) -> int:
    match plan:
        case Oco():
            return 2
        case Dca():
            return len(plan.prices)
        case Iceberg() | Twap():
            return plan.slices
    return 1


def judgement_of(judged: Judged) -> Judgement:
    """Return what the gate says, for a card: what refuses first."""
    verdicts = sorted(judged.verdicts, key=lambda verdict: verdict.is_passed)
    return Judgement(is_passed=judged.is_passed, state=judged.state, verdicts=verdicts)
