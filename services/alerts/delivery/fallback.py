"""Where a delivery goes that could not be made: the owner's direct messages, or, after those, nowhere.

A member whose alert could be brought nowhere finds it failed in their list; the admins are told of every
delivery that is dead. What becomes of a digest is decided for each alert in it, in `parting`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from services.alerts.delivery.making import EDITS, POST, STATE, body_of, moved, notice_of, retold
from services.alerts.delivery.places import USER, is_outside, member_of
from services.alerts.posts import Brief, Notice, Told
from services.alerts.trading_posts import DeskTold, PositionTold
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

    @property
    def is_poison(self) -> bool:
        """Return whether it cannot be made anywhere."""
        return self.failure == "poison"

    def ended(self, status: str, reason: str = "") -> DeliveryRow:
        """Return the row with its end."""
        why = reason or f"{self.failure}: {self.reason}"
        return replace(self.row, status=status, reason=why[:_LONGEST], updated_at=self.now)


@dataclass(frozen=True, slots=True)
class WayOut:
    """What is done about it: the row's end, what is sent instead, other rows that change with it."""

    row: DeliveryRow
    added: tuple[DeliveryRow, ...] = ()
    failed_rules: frozenset[str] = frozenset()
    changed: tuple[DeliveryRow, ...] = ()


async def way_out_of(trouble: Trouble, rows: Rows) -> WayOut:
    """Return what is done about a delivery that was not made, and is no digest. Raises `StoreUnavailable`."""
    row = trouble.row
    body = body_of(row).body
    if row.kind in EDITS and not is_outside(row.place):
        anew = (moved(row, row.place, trouble.now),) if _is_told_anew(trouble) else ()
        return WayOut(trouble.ended("dead" if trouble.is_poison else "dropped"), anew)
    if isinstance(body, Brief) or (isinstance(body, PositionTold) and body.is_shared):
        return WayOut(trouble.ended("dead"), _undelivered(trouble, row.user_id))
    if trouble.is_poison and row.user_id and row.kind in (POST, STATE):
        return WayOut(trouble.ended("dead"), _undelivered(trouble, row.user_id))
    if member_of(row.place):
        return WayOut(trouble.ended("dead"), failed_rules=failed_rules(row))
    if row.user_id and row.kind in (POST, STATE):
        return await _to_owner(trouble, row.user_id, rows)
    return WayOut(trouble.ended("dead"), await words_to_subscribers(trouble, rows))


async def _to_owner(trouble: Trouble, user_id: str, rows: Rows) -> WayOut:
    """Bring a member's alert, as it is now, to their direct messages, and say once that it moved."""
    row, place = trouble.row, f"{USER}{user_id}"
    for alert in await rows.outbox.alerts([row.alert_id] if row.alert_id else []):
        row = retold(row, _TOLD.decode(alert.told))
    told = told_in(row)
    notice = Notice(
        what="moved",
        condition=None if told is None else told.condition,
        rule="" if told is None else told.rule,
        reason=trouble.reason,
        is_of_desk=_is_of_desk(row),
    )
    about = f"{row.place} {notice.rule}"
    word = notice_of(row, notice, place, about=about, now=trouble.now)
    instead = moved(row, place, trouble.now)
    return WayOut(trouble.ended("dropped", f"moved to {place}: {trouble.reason}"), (instead, word))


async def words_to_subscribers(trouble: Trouble, rows: Rows) -> tuple[DeliveryRow, ...]:
    """Return what tells whoever subscribed a channel to a feed, once a day, that nothing arrives there.

    Raises:
        StoreUnavailable: the database is away.
    """
    row, told = trouble.row, told_in(trouble.row)
    if told is None:
        return ()
    subscribed = await rows.subscriptions.of_place(row.place)
    owners = [one.user_id for one in subscribed if one.feed == told.feed and one.user_id]
    return tuple(word for owner in owners for word in _undelivered(trouble, owner))


def undelivered(trouble: Trouble, user_id: str, told: Told | None) -> DeliveryRow:
    """Return what tells a member, once a day for a place and a rule, that something did not arrive."""
    row = trouble.row
    notice = Notice(
        what="undelivered",
        condition=None if told is None else told.condition,
        rule="" if told is None else told.rule,
        reason="" if trouble.is_poison else trouble.reason,
        is_of_desk=_is_of_desk(row),
    )
    what = row.kind if told is None else told.feed or told.rule
    about = f"{row.place} {what} {trouble.now:%Y-%m-%d}"
    return notice_of(row, notice, f"{USER}{user_id}", about=about, now=trouble.now)


def failed_rules(row: DeliveryRow) -> frozenset[str]:
    """Return the rule that has failed where an alert could not be brought even to its owner."""
    told = told_in(row)
    has_failed = told is not None and told.owner and told.state != "test" and not told.feed
    return frozenset({told.rule}) if told and has_failed else frozenset()


def told_in(row: DeliveryRow) -> Told | None:
    """Return the alert that a delivery tells; None where it tells none."""
    body = body_of(row).body
    return body if isinstance(body, Told) else None


def is_worth_a_message(body: object) -> bool:
    """Return whether news of trading whose message is gone are told in another: figures alone are not."""
    if isinstance(body, PositionTold):
        return not body.is_shared and body.news != "changed"
    return isinstance(body, DeskTold)


def _is_told_anew(trouble: Trouble) -> bool:
    return trouble.failure == "gone" and is_worth_a_message(body_of(trouble.row).body)


def _is_of_desk(row: DeliveryRow) -> bool:
    return isinstance(body_of(row).body, PositionTold | DeskTold)


def _undelivered(trouble: Trouble, user_id: str | None) -> tuple[DeliveryRow, ...]:
    return (undelivered(trouble, user_id, told_in(trouble.row)),) if user_id else ()
