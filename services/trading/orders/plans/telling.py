"""What owners are told of their plans: that one ended, and that a stop which was wanted is not there."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from services.alerts.trading_posts import DeskNews, DeskTold, Event
from services.store.trading_rows import AccountRow, PlanRow
from services.trading.orders.plans.kinds import AnyPlan, entering_roles
from services.trading.orders.plans.plan import Ended, Known, added

UNPROTECTED: Final = "The stop at {stop} could not be placed: {why}"
_NOT_OUT: Final = "The trailing stop was reached, and its order could not be sent: {why}"


def ended_told(account: AccountRow, row: PlanRow, plan: AnyPlan, known: Known, ended: Ended) -> Event:
    """Return the news that a plan ended."""
    children = known.of(*entering_roles(plan))
    filled = added(child.filled for child in children)
    priced = [(child.filled, child.row.average) for child in children if child.filled]
    cost = added(amount * price for amount, price in priced if price is not None)
    is_known = bool(filled) and all(price is not None for _, price in priced)
    average = round(cost / filled / plan.tick) * plan.tick if is_known else None
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
    return _event(account, row, told, key="ended", is_urgent=False)


def unprotected_told(account: AccountRow, row: PlanRow, plan: AnyPlan, why: str, at: datetime) -> Event:
    """Return the news that a position has no stop although one was wanted."""
    is_stop = plan.stop is not None
    facts = {"why": why, **({"stop": f"{plan.stop:f}"} if is_stop else {})}
    words = UNPROTECTED if is_stop else _NOT_OUT
    told = _told(account, row, plan, news="unprotected", words=words, facts=facts, at=at)
    return _event(account, row, told, key="unprotected", is_urgent=True)


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
        mode="live" if account.mode == "live" else "paper",
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


def _event(account: AccountRow, row: PlanRow, told: DeskTold, *, key: str, is_urgent: bool) -> Event:
    return Event(
        id=f"{row.id}:{key}",
        thread=f"{row.id}:{key}",
        user_id=row.user_id,
        guild_id=account.guild_id,
        body=told,
        is_urgent=is_urgent,
        at=told.at,
    )
