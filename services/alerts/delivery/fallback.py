"""Where a delivery goes that could not be made: the owner's direct messages, or, after those, nowhere.

A member whose alert could be brought nowhere finds it failed in their list; the admins are told of every
delivery that is dead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from services.alerts.delivery.making import EDITS, POST, STATE, body_of, moved, notice_of, retold
from services.alerts.delivery.places import USER, is_outside, member_of
from services.alerts.posts import Notice, Told
from services.store.rows import DeliveryRow
from services.store.store import Rows

_LONGEST: Final = 500
_TOLD: Final = msgspec.json.Decoder(Told)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A delivery that was not made: ``gone``, ``refused`` or ``poison``, and why in words."""

    row: DeliveryRow
    failure: str
    reason: str
    now: datetime

    def ended(self, status: str, reason: str = "") -> DeliveryRow:
        """Return the row with its end."""
        why = reason or f"{self.failure}: {self.reason}"
        return replace(self.row, status=status, reason=why[:_LONGEST], updated_at=self.now)


@dataclass(frozen=True, slots=True)
class WayOut:
    """What is done about it: the row's end, what is sent instead, and rules that have failed."""

    row: DeliveryRow
    added: tuple[DeliveryRow, ...] = ()
    failed_rules: frozenset[str] = frozenset()


async def way_out_of(trouble: Trouble, rows: Rows) -> WayOut:
    """Return what is done about a delivery that was not made. Raises `StoreUnavailable`."""
    row = trouble.row
    if trouble.failure == "poison":
        return WayOut(trouble.ended("dead"))
    if row.kind in EDITS and not is_outside(row.place):
        return WayOut(trouble.ended("dropped"))
    if member_of(row.place):
        return _nowhere(trouble)
    if row.user_id and row.kind in (POST, STATE):
        return await _to_owner(trouble, row.user_id, rows)
    return await _told_to_subscriber(trouble, rows)


async def _to_owner(trouble: Trouble, user_id: str, rows: Rows) -> WayOut:
    """Bring a member's alert, as it is now, to their direct messages, and say once that it moved."""
    row, place = trouble.row, f"{USER}{user_id}"
    for alert in await rows.outbox.alerts([row.alert_id] if row.alert_id else []):
        row = retold(row, _TOLD.decode(alert.told))
    told = _told(row)
    notice = Notice(
        what="moved",
        condition=None if told is None else told.condition,
        rule="" if told is None else told.rule,
        reason=trouble.reason,
    )
    about = f"{row.place} {notice.rule}"
    word = notice_of(row, notice, place, about=about, now=trouble.now)
    instead = moved(row, place, trouble.now)
    return WayOut(trouble.ended("dropped", f"moved to {place}: {trouble.reason}"), (instead, word))


async def _told_to_subscriber(trouble: Trouble, rows: Rows) -> WayOut:
    """Tell whoever subscribed a channel to a feed, once a day, that nothing arrives there."""
    row, told = trouble.row, _told(trouble.row)
    subscribed = await rows.subscriptions.of_place(row.place) if told is not None else ()
    words = [
        notice_of(
            row,
            Notice(what="undelivered", condition=told.condition, rule=told.rule, reason=trouble.reason),
            f"{USER}{one.user_id}",
            about=f"{row.place} {one.feed} {trouble.now:%Y-%m-%d}",
            now=trouble.now,
        )
        for one in subscribed
        if told is not None and one.feed == told.feed and one.user_id
    ]
    return WayOut(trouble.ended("dead"), tuple(words))


def _nowhere(trouble: Trouble) -> WayOut:
    told = _told(trouble.row)
    has_failed = told is not None and told.owner and told.state != "test" and not told.feed
    return WayOut(
        trouble.ended("dead"), failed_rules=frozenset({told.rule}) if told and has_failed else frozenset()
    )


def _told(row: DeliveryRow) -> Told | None:
    body = body_of(row).body
    return body if isinstance(body, Told) else None
