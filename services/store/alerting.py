"""The repository of alerts: the rules that were set, what they came to, and how far markets are decided."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.store.inserting import insert_into
from services.store.rows import AlertRow, HappenedRow, RuleRow, StandingRow
from services.store.tables import ALERT_RULES, ALERTS, DELIVERIES, MARKET_MARKS

_ACTIVE: Final = "active"
_OPEN: Final = (_ACTIVE, "paused")
_TEST: Final = "test"
_POST: Final = "post"
_AT_ONCE: Final = 2_000
"""Rules that are fetched together: all of 100,000 at once would be held twice."""
_CHANGED: Final = ("status", "options", "snoozed_until", "expires_at", "updated_at")
_GOES_ON: Final = ("state", "severity", "told")
"""What changes of an alert that was kept before; the rest is as it was when it was met."""


class AlertRows:
    """Rules, alerts and marks, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_rule(self, row: RuleRow) -> None:
        """Replace the rule of the same id, or add it."""
        new = insert_into(self._connection, ALERT_RULES)
        changed = {name: new.excluded[name] for name in _RULE_NAMES if name != "id"}
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["id"], set_=changed), asdict(row)
        )

    async def rule(self, rule_id: str) -> RuleRow | None:
        """Return the rule of that id."""
        found = (await self._connection.execute(_RULES.where(ALERT_RULES.c.id == rule_id))).one_or_none()
        return None if found is None else _rule(found)

    async def active(self) -> AsyncIterator[RuleRow]:
        """Yield every rule that is active, of members and of feeds; there may be a great many."""
        wanted = _RULES.where(ALERT_RULES.c.status == _ACTIVE).execution_options(yield_per=_AT_ONCE)
        async with self._connection.stream(wanted) as found:
            async for part in found.partitions():
                for row in part:
                    yield _rule(row)

    async def stand(self, standings: Sequence[StandingRow], *, at: datetime) -> None:
        """Keep how rules stand `at` a moment. What a member paused or deleted meanwhile stays so."""
        if standings:
            changed = [{**_standing(standing), "new_updated_at": at} for standing in standings]
            await self._connection.execute(_STAND, changed)

    async def put_alerts(self, alerts: Sequence[AlertRow]) -> None:
        """Add alerts; one that is there already goes on: its state, severity and what is told of it."""
        if not alerts:
            return
        new = insert_into(self._connection, ALERTS)
        changed = {name: new.excluded[name] for name in _GOES_ON}
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["id"], set_=changed), [asdict(row) for row in alerts]
        )

    async def alert(self, alert_id: str) -> HappenedRow | None:
        """Return the alert of that id, with what became of its post."""
        found = await _happened(self._connection, _HAPPENED.where(ALERTS.c.id == alert_id))
        return found[0] if found else None

    async def mark(self, marks: Sequence[tuple[str, datetime]]) -> None:
        """Keep up to which market time markets have been decided."""
        if not marks:
            return
        new = insert_into(self._connection, MARKET_MARKS)
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=["market"], set_={"through": new.excluded["through"]}),
            [{"market": market, "through": through} for market, through in marks],
        )

    async def marks(self) -> dict[str, datetime]:
        """Return up to which market time each market has been decided."""
        found = await self._connection.execute(select(MARKET_MARKS.c.market, MARKET_MARKS.c.through))
        return {row.market: row.through for row in found}


class OwnAlerts:
    """What members look up and change among their rules and what came of them, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def change(self, rule_id: str, changed: Callable[[RuleRow], RuleRow]) -> RuleRow | None:
        """Put what `changed` makes of a rule in its place; None where there is no such rule.

        Only status, options, snooze and expiry are taken: what the engine keeps of it stays as it is.
        """
        held = _RULES.where(ALERT_RULES.c.id == rule_id).with_for_update()
        found = (await self._connection.execute(held)).one_or_none()
        if found is None:
            return None
        row = changed(_rule(found))
        new = {name: getattr(row, name) for name in _CHANGED}
        await self._connection.execute(update(ALERT_RULES).where(ALERT_RULES.c.id == rule_id).values(new))
        return row

    async def delete(self, rule_id: str) -> int:
        """Delete a rule; what it came to stays. Return how many rows that were."""
        gone = await self._connection.execute(delete(ALERT_RULES).where(ALERT_RULES.c.id == rule_id))
        return gone.rowcount

    async def page(
        self, user_id: str, *, market: str = "", status: str = "", offset: int = 0, limit: int
    ) -> tuple[list[RuleRow], int]:
        """Return a page of a member's rules, the newest first, and how many fit; empty filters fit all."""
        wheres = [ALERT_RULES.c.user_id == user_id]
        wheres += [ALERT_RULES.c.market == market] if market else []
        wheres += [ALERT_RULES.c.status == status] if status else []
        total = await self._connection.scalar(select(func.count()).select_from(ALERT_RULES).where(*wheres))
        newest = (ALERT_RULES.c.set_at.desc(), ALERT_RULES.c.id)
        page = _RULES.where(*wheres).order_by(*newest).offset(offset).limit(limit)
        return await self._rules(page), total or 0

    async def active_on(self, user_id: str, market: str) -> list[RuleRow]:
        """Return a member's active rules that look at `market` first."""
        own = _RULES.where(ALERT_RULES.c.user_id == user_id, ALERT_RULES.c.market == market)
        return await self._rules(own.where(ALERT_RULES.c.status == _ACTIVE))

    async def count(self, *, user_id: str = "", guild_id: str = "") -> int:
        """Return how many active and paused rules a member has, or a guild's members have there."""
        whose = ALERT_RULES.c.user_id == user_id if user_id else ALERT_RULES.c.guild_id == guild_id
        counted = select(func.count()).select_from(ALERT_RULES).where(whose, ALERT_RULES.c.status.in_(_OPEN))
        return await self._connection.scalar(counted) or 0

    async def starting_with(self, user_id: str, start: str) -> list[RuleRow]:
        """Return a member's rules whose id begins so, two at most: enough to know whether it is one."""
        return await self._rules(
            _RULES.where(
                ALERT_RULES.c.user_id == user_id, ALERT_RULES.c.id.startswith(start, autoescape=True)
            ).limit(2)
        )

    async def alerts_starting_with(self, user_id: str, start: str) -> list[HappenedRow]:
        """Return alerts of a member or of a feed whose id begins so, two at most."""
        seen = (ALERTS.c.user_id == user_id) | ALERTS.c.user_id.is_(None)
        begun = _HAPPENED.where(seen, ALERTS.c.id.startswith(start, autoescape=True))
        return await _happened(self._connection, begun.limit(2))

    async def alerts_of_rule(self, rule_id: str, *, limit: int) -> list[HappenedRow]:
        """Return what a rule came to, the newest first; tests do not count."""
        own = _HAPPENED.where(ALERTS.c.rule_id == rule_id, ALERTS.c.state != _TEST)
        newest = (ALERTS.c.at.desc(), ALERTS.c.seen_at.desc(), ALERTS.c.id.desc())
        return await _happened(self._connection, own.order_by(*newest).limit(limit))

    async def _rules(self, wanted: Select[Any]) -> list[RuleRow]:
        return [_rule(row) for row in await self._connection.execute(wanted)]


def _delivery(column: Column[Any], label: str) -> Any:
    """Return the column of the newest delivery that posts an alert."""
    newest: ScalarSelect[Any] = (
        select(column)
        .where(DELIVERIES.c.alert_id == ALERTS.c.id, DELIVERIES.c.kind == _POST)
        .order_by(DELIVERIES.c.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    return newest.label(label)


_RULE_NAMES: Final = tuple(field.name for field in fields(RuleRow))
_ALERT_NAMES: Final = tuple(field.name for field in fields(AlertRow))
_RULES: Final = select(*(ALERT_RULES.c[name] for name in _RULE_NAMES))
_HAPPENED: Final = select(
    *(ALERTS.c[name] for name in _ALERT_NAMES),
    _delivery(DELIVERIES.c.place, "place"),
    _delivery(DELIVERIES.c.status, "delivered"),
    _delivery(DELIVERIES.c.reason, "reason"),
)


async def _happened(connection: AsyncConnection, wanted: Select[Any]) -> list[HappenedRow]:
    return [
        HappenedRow(
            alert=AlertRow(**{name: values[name] for name in _ALERT_NAMES}),
            place=values["place"] or "",
            delivered=values["delivered"] or "",
            reason=values["reason"] or "",
        )
        for values in (await connection.execute(wanted)).mappings()
    ]


def _still_active(column: Column[Any], new: str) -> ColumnElement[Any]:
    return case((ALERT_RULES.c.status == _ACTIVE, bindparam(new)), else_=column)


_STAND: Final = (
    update(ALERT_RULES)
    .where(ALERT_RULES.c.id == bindparam("rule"))
    .values(
        state=bindparam("new_state"),
        status=_still_active(ALERT_RULES.c.status, "new_status"),
        fired=bindparam("new_fired"),
        last_fired_at=bindparam("new_last_fired_at"),
        updated_at=bindparam("new_updated_at"),
    )
)


def _standing(standing: StandingRow) -> dict[str, object]:
    new = {f"new_{field.name}": getattr(standing, field.name) for field in fields(StandingRow)}
    return {"rule": standing.rule, **{name: value for name, value in new.items() if name != "new_rule"}}


def _rule(row: Row[Any]) -> RuleRow:
    return RuleRow(**dict(zip(_RULE_NAMES, row, strict=True)))
