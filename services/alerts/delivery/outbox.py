"""Keeps what the engine decides, with a delivery for everybody it concerns, in one transaction.

Whom it concerns is decided in `subscribing`. What is kept is sent at once where there is room; whatever
happens after the commit, `sweep` finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

import msgspec

from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import EDITS, POST, edit_of, post_of, retold
from services.alerts.delivery.places import Bell, Charts, is_outside
from services.alerts.delivery.relay import Relay
from services.alerts.firing import Firing, Standing, Step
from services.alerts.posts import Told
from services.alerts.subscribing.digests import KIND as DIGEST
from services.alerts.subscribing.planning import Planned, is_urgent
from services.clock import Clock
from services.store.deliveries import Sought
from services.store.rows import AlertRow, DeliveryRow, StandingRow
from services.store.store import Rows

_RANKS: Final = {"pending": 0, "test": 1, "fired": 1, "confirmed": 2, "failed": 2, "armed": 3}
"""How far an alert has come in each state; it never goes back."""
_DECIDED: Final = ("confirmed", "failed")
_NOT_CONFIRMED: Final = "it was not confirmed before it was due"
_AT_A_STRETCH: Final = 200
"""Firings after which others in this process are let on."""
_TOLD: Final = msgspec.json.Decoder(Told)


class PlanOfStep(Protocol):
    """Whoever decides to whom the alerts of one step go."""

    async def of(self, firing: Firing) -> Sequence[Planned]:
        """Return where it goes, each place once. Raises `StoreUnavailable`."""
        ...


class Plan(Protocol):
    """Whoever decides to whom alerts go."""

    async def opened(self, rows: Rows, firings: Sequence[Firing], now: datetime) -> PlanOfStep:
        """Return the plan of a step. Raises `StoreUnavailable`."""
        ...


class DeliveryOutbox:
    """The `Outbox` of the engine."""

    def __init__(
        self, ledger: Ledger, *, relay: Relay, plan: Plan, charts: Charts, bell: Bell, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._relay = relay
        self._plan = plan
        self._charts = charts
        self._bell = bell
        self._clock = clock

    async def commit(self, step: Step) -> None:
        """Keep a step and send what follows from it. One that was kept before changes nothing.

        Raises:
            StoreUnavailable: nothing was kept; it may be tried again.
        """
        now = self._clock.now()
        assigned: list[DeliveryRow] = []
        fresh: list[Firing] = []
        async with self._ledger.write() as rows:
            if step.firings:
                pages = await _Pages.opened(rows, step.firings)
                fresh = await self._written(pages, rows, step.firings, now)
                await rows.alerts.put_alerts([*pages.alerts.values()])
                await rows.deliveries.put(pages.changed())
                assigned = await assigned_by(self._relay, rows, pages.added(), now)
                await rows.deliveries.add(assigned)
            await rows.alerts.stand([_standing(standing) for standing in step.standings], at=now)
            await rows.alerts.mark(step.marks)
        self._relay.hand(assigned)
        if any(row.status == "waiting" for row in assigned):
            self._bell.ring()
        for firing in fresh:
            self._charts.fired(firing)

    async def _written(
        self, pages: _Pages, rows: Rows, firings: Sequence[Firing], now: datetime
    ) -> list[Firing]:
        """Write down what follows from each firing; return those that were news."""
        plan, fresh = await self._plan.opened(rows, firings, now), []
        for number, firing in enumerate(firings, start=1):
            if await _write(pages, plan, firing, now):
                fresh.append(firing)
            if number % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        return fresh


async def assigned_by(
    relay: Relay, rows: Rows, added: Sequence[DeliveryRow], now: datetime
) -> list[DeliveryRow]:
    """Return new deliveries, those queued that can go at once. Raises `StoreUnavailable`."""
    personas = {row.persona for row in added if not is_outside(row.place)}
    behind = [persona for persona in personas if await rows.outbox.is_behind(persona, now)]
    return relay.assign(added, frozenset(map(relay.carrier, behind)), now)


async def _write(pages: _Pages, plan: PlanOfStep, firing: Firing, now: datetime) -> bool:
    """Write down what follows from a firing; return whether it was news.

    Where a digest has told an earlier state there is no message that could become the new one: it is a
    message of its own.
    """
    told = pages.take(firing)
    if told is None:
        return False
    posts = pages.posts(told.alert)
    for post in posts:
        pages.develop(post, told, now)
    again = pages.in_digests(posts) if told.state in _DECIDED else frozenset()
    if again or not posts:
        for number, planned in enumerate(await plan.of(firing), start=1):
            if not posts or planned.place in again:
                pages.add(post_of(told, planned, is_urgent=is_urgent(firing), now=now))
            if number % _AT_A_STRETCH == 0:
                await asyncio.sleep(0)
    return True


class _Pages:
    """The alerts of one step and their deliveries, as they are kept and as they become."""

    def __init__(
        self, known: dict[str, AlertRow], kept: Sequence[DeliveryRow], digests: frozenset[str]
    ) -> None:
        self.alerts: dict[str, AlertRow] = {}
        self._known = known
        self._digests = digests
        self._kept = {row.id: row for row in kept}
        self._now: dict[str, DeliveryRow] = {}
        self._posts: dict[str | None, list[str]] = {}
        for row in kept:
            self.add(row)

    @classmethod
    async def opened(cls, rows: Rows, firings: Sequence[Firing]) -> _Pages:
        ids = sorted({firing.told.alert for firing in firings})
        known = {row.id: row for row in await rows.outbox.alerts(ids)}
        sought = Sought(alert_ids=[*known], kinds=(POST, *EDITS))
        kept = await rows.deliveries.find(sought) if known else []
        ends = {row.reason for row in kept if row.kind == POST and row.status == "dropped"}
        digests = [row.id for row in await rows.deliveries.of([*ends]) if row.kind == DIGEST]
        return cls(known, kept, frozenset(digests))

    def take(self, firing: Firing) -> Told | None:
        """Put down the alert as it is now; None where it was as far before."""
        told = firing.told
        before = self.alerts.get(told.alert) or self._known.get(told.alert)
        if before is not None:
            if _RANKS[told.state] <= _RANKS[before.state]:
                return None
            told = _gone_on(_TOLD.decode(before.told), told)
        self.alerts[told.alert] = _alert(firing, told)
        return told

    def posts(self, alert: str) -> list[DeliveryRow]:
        """Return the first messages of an alert, one a place."""
        return [self._now[id_] for id_ in self._posts.get(alert, ())]

    def in_digests(self, posts: Sequence[DeliveryRow]) -> frozenset[str]:
        """Return the places at which nothing but a digest has told of these first messages."""
        there = {post.place for post in posts if post.status != "dropped"}
        return frozenset(post.place for post in posts if post.reason in self._digests) - there

    def add(self, row: DeliveryRow) -> None:
        """Put down a delivery."""
        self._now[row.id] = row
        if row.kind == POST:
            self._posts.setdefault(row.alert_id, []).append(row.id)

    def develop(self, post: DeliveryRow, told: Told, now: datetime) -> None:
        """Let a message become what its alert is: in place where it is not out yet, else by an edit."""
        if post.status in ("dead", "dropped"):
            return
        if post.status == "held" and told.state == "failed":  # nobody has heard that it was met
            self._now[post.id] = replace(post, status="dropped", reason=_NOT_CONFIRMED, updated_at=now)
            return
        may_be_out = post.status in ("queued", "sent") or (post.tries > 0 and not is_outside(post.place))
        if not may_be_out:
            self._now[post.id] = retold(post, told)
            return
        edit = edit_of(post, told, now)
        self._now.setdefault(edit.id, edit)

    def added(self) -> list[DeliveryRow]:
        """Return the deliveries that are new."""
        return [row for id_, row in self._now.items() if id_ not in self._kept]

    def changed(self) -> list[DeliveryRow]:
        """Return the deliveries that are there and have changed."""
        return [row for id_, row in self._now.items() if id_ in self._kept and row != self._kept[id_]]


def _gone_on(shown: Told, told: Told) -> Told:
    """Return an alert that was kept, in its new state: what was seen when it was met stays as it was."""
    return msgspec.structs.replace(
        shown,
        state=told.state,
        decided=told.price if told.state in _DECIDED else shown.decided,
        digest=told.digest or shown.digest,
        alt=told.alt or shown.alt,
    )


def _alert(firing: Firing, told: Told) -> AlertRow:
    return AlertRow(
        id=told.alert,
        rule_id=told.rule,
        user_id=firing.user_id,
        feed=told.feed,
        market=firing.market,
        at=told.at,
        seen_at=told.seen_at,
        state=told.state,
        severity=told.severity,
        told=msgspec.json.encode(told).decode(),
    )


def _standing(standing: Standing) -> StandingRow:
    return StandingRow(
        rule=standing.rule,
        state=standing.state,
        status=standing.status,
        fired=standing.fired,
        last_fired_at=standing.last_fired_at,
    )
