"""The rows of plans: read with what is known of their children, and changed only while they are active."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import structlog

from services.store.store import Store
from services.store.trading_rows import AccountRow, IntentRow, PlanRow
from services.trading.orders.plans.kinds import (
    AnyPlan,
    children_of,
    kind_of,
    read_plan,
    unsent_of,
    write_plan,
)
from services.trading.orders.plans.plan import Child

_ACTIVE = {"status": "active"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A plan as it is kept."""

    row: PlanRow
    plan: AnyPlan
    children: tuple[Child, ...]
    account: AccountRow
    unsent: tuple[Child, ...] = ()
    """What came before its account had been compared with the venue, and is sent again."""


def row_of(plan_id: str, plan: AnyPlan, account: AccountRow, now: datetime) -> PlanRow:
    """Return the row of a plan that begins now."""
    return PlanRow(
        id=plan_id,
        account_id=account.id,
        user_id=account.user_id,
        kind=kind_of(plan),
        market=plan.market,
        status="active",
        body=write_plan(plan),
        due_at=now,
        created_at=now,
        updated_at=now,
    )


class PlanShelf:
    """All plans. Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def active(self, plan_id: str) -> Kept | None:
        """Return a plan that is active."""
        async with self._store.read() as rows:
            row = await rows.trading.plans.get(plan_id)
            if row is None or row.status != "active":
                return None
            account = await rows.trading.accounts.get(row.account_id)
            children = await rows.trading.intents.where(group_id=plan_id)
        if account is None:
            return None
        return Kept(
            row=row,
            plan=read_plan(row),
            children=children_of(children),
            account=account,
            unsent=unsent_of(children),
        )

    async def due(self, now: datetime | None = None) -> Sequence[str]:
        """Return the ids of active plans that are due, or of all."""
        async with self._store.read() as rows:
            until = None if now is None else ("due_at", now)
            return [row.id for row in await rows.trading.plans.where(status="active", until=until)]

    async def of_account(self, account_id: str) -> Sequence[tuple[PlanRow, Sequence[IntentRow]]]:
        """Return the active plans of an account with the rows of their children."""
        async with self._store.read() as rows:
            plans = await rows.trading.plans.where(account_id=account_id, status="active", by="created_at")
            ids = [plan.id for plan in plans]
            children = await rows.trading.intents.where(group_id=ids) if ids else []
        return [(plan, [one for one in children if one.group_id == plan.id]) for plan in plans]

    async def children(self, plan_id: str) -> Sequence[IntentRow]:
        """Return the rows of the children of a plan, oldest first, without those that are sent again."""
        async with self._store.read() as rows:
            found = await rows.trading.intents.where(group_id=plan_id, by="created_at")
        known = {child.row.id for child in children_of(found)}
        return [row for row in found if row.id in known]

    async def keep(self, plan_id: str, plan: AnyPlan, now: datetime) -> None:
        """Keep a plan that has changed; one that was marked as ending meanwhile stays so."""
        async with self._store.write() as rows:
            known = await rows.trading.plans.get(plan_id)
            if known is not None and read_plan(known).is_ending:
                plan = _ending(plan)
            await rows.trading.plans.change(plan_id, only_if=_ACTIVE, body=write_plan(plan), updated_at=now)

    async def is_ending(self, plan_id: str) -> bool:
        """Return whether nothing more may enter for a plan: it was marked so, or is over."""
        async with self._store.read() as rows:
            row = await rows.trading.plans.get(plan_id)
        return row is None or row.status != "active" or read_plan(row).is_ending

    async def mark_all(self, account_id: str, now: datetime) -> Sequence[str]:
        """Let nothing more enter for any active plan of an account, in one step, and return their ids."""
        async with self._store.write() as rows:
            active = await rows.trading.plans.where(account_id=account_id, status="active")
            for row in active:
                try:
                    body = write_plan(_ending(read_plan(row)))
                except msgspec.DecodeError:
                    log.exception("plan_unread", plan=row.id)
                    continue
                await rows.trading.plans.change(row.id, only_if=_ACTIVE, body=body, updated_at=now)
        return [row.id for row in active]

    async def wake_at(self, plan_id: str, due_at: datetime | None) -> None:
        """Set when a plan is due next; None for when one of its children changes."""
        async with self._store.write() as rows:
            await rows.trading.plans.change(plan_id, only_if=_ACTIVE, due_at=due_at)

    async def end(self, plan_id: str, status: str, reason: str, now: datetime) -> bool:
        """End a plan; return whether it was active until now."""
        async with self._store.write() as rows:
            return await rows.trading.plans.change(
                plan_id, only_if=_ACTIVE, status=status, reason=reason, due_at=None, updated_at=now
            )


def _ending(plan: AnyPlan) -> AnyPlan:
    return msgspec.structs.replace(plan, is_ending=True)
