"""What owners are told of their plans: that one ended, and that a stop which was wanted is not there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from services.alerts.trading_posts import DeskNews, DeskTold, Event
from services.exchange.prices import to_tick
from services.store.trading_rows import AccountRow, PlanRow
from services.trading.orders.plans.kinds import AnyPlan, entering_roles
from services.trading.orders.plans.plan import Ended, Known, added
from services.trading.telling import event_of, mode_of

UNPROTECTED: Final = "The stop at {stop} could not be placed: {why}"
_NOT_OUT: Final = "The trailing stop was reached, and its order could not be sent: {why}"


def ended_told(account: AccountRow, row: PlanRow, plan: AnyPlan, known: Known, ended: Ended) -> Event:
    """Return the news that a plan ended."""
    children = known.of(*entering_roles(plan))
    filled = added(child.filled for child in children)
    priced = [(child.filled, child.row.average) for child in children if child.filled]
    cost = added(amount * price for amount, price in priced if price is not None)
    is_known = bool(filled) and all(price is not None for _, price in priced)
    average = to_tick(cost / filled, plan.tick) if is_known else None
    told = _told(
        account,
        row,
        plan,
        news="plan_ended",
        words=ended.words,
        facts=dict(ended.facts),
        at=known.now,
        filled=filled,
        average=average,
    )
    return event_of(account, told, id_=f"{row.id}:ended")


def unprotected_told(account: AccountRow, row: PlanRow, plan: AnyPlan, why: str, at: datetime) -> Event:
    """Return the news that a position has no stop although one was wanted."""
    is_stop = plan.stop is not None
    facts = {"why": why, **({"stop": f"{plan.stop:f}"} if is_stop else {})}
    words = UNPROTECTED if is_stop else _NOT_OUT
    told = _told(account, row, plan, news="unprotected", words=words, facts=facts, at=at)
    return event_of(account, told, id_=f"{row.id}:unprotected", is_urgent=True)


def _told(
    account: AccountRow,
    row: PlanRow,
    plan: AnyPlan,
    *,
    news: DeskNews,
    words: str,
    facts: dict[str, str],
    at: datetime,
    filled: Decimal | None = None,
    average: Decimal | None = None,
) -> DeskTold:
    return DeskTold(
        news=news,
        owner=row.user_id,
        about=row.id,
        mode=mode_of(account),
        account_name=account.name,
        market=row.market,
        side=plan.side,
        kind=row.kind,
        tick=plan.tick,
        amount=plan.amount,
        filled=filled,
        price=average,
        stop=plan.stop,
        target=plan.target,
        words=words,
        facts=facts,
        at=at,
    )
