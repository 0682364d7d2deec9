"""Orders and plans as their owners see them, made of rows and of what the venue has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.exchange.orders import Order
from services.store.trading_rows import IntentRow, PlanRow
from services.trading.messages import OrderState, OrderView
from services.trading.orders.messages import PlanView
from services.trading.orders.plans.dca import Dca
from services.trading.orders.plans.iceberg import Iceberg
from services.trading.orders.plans.kinds import AnyPlan, children_of, entering_roles, read_plan
from services.trading.orders.plans.oco import Oco
from services.trading.orders.plans.plan import added
from services.trading.orders.plans.twap import Twap


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
