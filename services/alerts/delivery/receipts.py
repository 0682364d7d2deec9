"""What became of deliveries: their rows are marked, edits that waited are let go, failures find another way.

What is told twice changes nothing: a delivery that is sent stays so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import structlog

from services.alerts.delivery.fallback import Trouble, way_out_of
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import EDITS, FOR_A_RECEIPT, POST, STATE, released
from services.alerts.delivery.parting import way_out_of_digest
from services.alerts.delivery.places import Bell, Charts, DropRule, is_outside
from services.alerts.delivery.relay import Relay
from services.alerts.posts import Receipt
from services.alerts.subscribing.digests import KIND as DIGEST
from services.bus.messages import Entry
from services.clock import Clock
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow
from services.store.store import Rows

_DELETED: Final = "0"
"""In place of a message id: it was posted and has been deleted since."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Outcome:
    """What a few receipts come to."""

    changed: dict[str, DeliveryRow] = field(default_factory=dict)
    added: list[DeliveryRow] = field(default_factory=list)
    failed_rules: set[str] = field(default_factory=set)
    posts: list[DeliveryRow] = field(default_factory=list)
    """Messages that are there now, or never will be."""


class Receipts:
    """Takes receipts, from the log of the bots or of whoever sends elsewhere.

    Args:
        ledger: the deliveries.
        relay: whose bot a persona's deliveries are for.
        charts: hears of each message that is there.
        drop_rule: hears of each rule that could not be delivered anywhere.
        bell: rung for what can now be sent.
        clock: when it was.
    """

    def __init__(
        self, ledger: Ledger, *, relay: Relay, charts: Charts, drop_rule: DropRule, bell: Bell, clock: Clock
    ) -> None:
        self._ledger = ledger
        self._relay = relay
        self._charts = charts
        self._drop_rule = drop_rule
        self._bell = bell
        self._clock = clock

    async def take(self, entries: Sequence[Entry[Receipt]]) -> None:
        """Take what the bots appended. Raises `StoreUnavailable`; nothing was changed then."""
        await self.settle([entry.message for entry in entries])

    async def settle(self, receipts: Iterable[Receipt]) -> None:
        """Keep what became of deliveries. Raises `StoreUnavailable`; nothing was changed then."""
        by_id = _best_by_delivery(receipts)
        if not by_id:
            return
        outcome = _Outcome()
        async with self._ledger.write() as rows:
            now = self._clock.now()
            for row in await rows.deliveries.of([*by_id]):
                await self._settle(rows, row, by_id[row.id], outcome, now)
            await _let_edits_go(rows, outcome, now)
            await rows.deliveries.put([*outcome.changed.values()])
            await rows.deliveries.add(outcome.added)
            for rule in outcome.failed_rules:
                await rows.own_alerts.change(rule, lambda it: replace(it, status="failed", updated_at=now))
        await self._tell(outcome)

    async def _settle(
        self, rows: Rows, row: DeliveryRow, receipt: Receipt, outcome: _Outcome, now: datetime
    ) -> None:
        if receipt.failure:
            await self._fail(rows, row, receipt, outcome, now)
            return
        if row.status == "sent":
            return
        sent = _sent(row, receipt, now)
        if not self._is_of(row, receipt):  # it was posted before it was given away
            sent = replace(sent, persona=receipt.persona)
        outcome.changed[row.id] = sent
        if row.kind == POST:
            outcome.posts.append(sent)

    async def _fail(
        self, rows: Rows, row: DeliveryRow, receipt: Receipt, outcome: _Outcome, now: datetime
    ) -> None:
        if row.status not in ("waiting", "queued") or not self._is_of(row, receipt):
            return
        log.warning("delivery_failed", delivery=row.id, place=row.place, failure=receipt.failure)
        trouble = Trouble(row, receipt.failure, receipt.reason, now)
        find = way_out_of_digest if row.kind == DIGEST else way_out_of
        way_out = await find(trouble, rows)
        outcome.changed.update({one.id: one for one in (way_out.row, *way_out.changed)})
        outcome.added += way_out.added
        outcome.failed_rules |= way_out.failed_rules
        if row.kind == POST:
            outcome.posts.append(way_out.row)

    def _is_of(self, row: DeliveryRow, receipt: Receipt) -> bool:
        """Return whether the receipt is from whoever is to make the delivery now."""
        return is_outside(row.place) or self._relay.carrier(row.persona) == receipt.persona

    async def _tell(self, outcome: _Outcome) -> None:
        is_waiting = any(row.status == "waiting" for row in outcome.changed.values())
        if outcome.added or is_waiting:
            self._bell.ring()
        for row in outcome.posts:
            if row.status == "sent" and row.message_id and row.alert_id is not None:
                self._charts.posted(row.alert_id)
        for rule in outcome.failed_rules:
            await self._drop_rule(rule)


def _best_by_delivery(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return what became of each delivery: posted counts before failed.

    A receipt with neither says that nothing was done, because the delivery was another persona's already.
    """
    best: dict[str, Receipt] = {}
    for receipt in receipts:
        if receipt.message_id or (receipt.failure and receipt.delivery not in best):
            best[receipt.delivery] = receipt
    return best


def _sent(row: DeliveryRow, receipt: Receipt, now: datetime) -> DeliveryRow:
    message = "" if receipt.message_id == _DELETED else receipt.message_id
    channel = receipt.channel_id or row.channel_id
    sent = replace(row, status="sent", channel_id=channel, reason="", updated_at=now)
    return sent if row.kind in EDITS and row.message_id else replace(sent, message_id=message)


def _is_edit_of(row: DeliveryRow, post: DeliveryRow) -> bool:
    """Return whether an edit waits for that post; its reason is the post where there may be several."""
    return (row.alert_id, row.place) == (post.alert_id, post.place) and row.reason in {"", post.id}


async def _let_edits_go(rows: Rows, outcome: _Outcome, now: datetime) -> None:
    """Send the newest edit that waited for each message; the older ones are needless."""
    if not outcome.posts:
        return
    alerts = {row.alert_id for row in outcome.posts if row.alert_id is not None}
    held = await rows.deliveries.find(Sought(status="held", alert_ids=alerts, kinds=(STATE,)))
    waiting = [row for row in held if row.due_at == FOR_A_RECEIPT]
    for post in outcome.posts:
        own = [row for row in waiting if _is_edit_of(row, post)]
        for row in own[:-1]:
            outcome.changed[row.id] = replace(
                row, status="dropped", reason="a newer one follows", updated_at=now
            )
        for row in own[-1:]:
            outcome.changed[row.id] = released(row, post, now)
