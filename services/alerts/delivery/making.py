"""What a delivery is made of: the row, and the message of ours inside it. Pure; ids follow from what it is.

The id is made of the alert, the place, the kind and the state, so that keeping the same step again makes the
same deliveries.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from services.alerts.delivery.places import channel_of, is_outside, member_of
from services.alerts.posts import Body, Delivery, Notice, Told
from services.alerts.subscribing.planning import Planned
from services.alerts.trading_posts import Event
from services.ids import id_of
from services.store.rows import AT_ONCE, DeliveryRow

POST: Final = "post"
STATE: Final = "state"
CHART: Final = "chart"
NOTICE: Final = "notice"
EDITS: Final = (STATE, CHART)
FOR_A_RECEIPT: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When an edit is due that waits until its message is there."""

_DELIVERY: Final = msgspec.json.Decoder(Delivery)


def body_of(row: DeliveryRow) -> Delivery:
    """Return the message inside a row."""
    return _DELIVERY.decode(row.body)


def with_body(row: DeliveryRow, delivery: Delivery) -> DeliveryRow:
    """Return the row with another message inside."""
    return replace(row, body=msgspec.json.encode(delivery).decode())


def post_id(alert: str, place: str, state: str) -> str:
    """Return the id of the first message of an alert at a place."""
    return id_of(alert, place, POST, state)


def post_of(told: Told, planned: Planned, *, is_urgent: bool, now: datetime) -> DeliveryRow:
    """Return the delivery of an alert to one place."""
    row = _row(
        post_id(told.alert, planned.place, told.state),
        told,
        place=planned.place,
        persona=planned.persona,
        locale=planned.locale,
        is_urgent=is_urgent,
        is_silent=planned.is_silent,
        now=now,
        alert_id=told.alert,
        user_id=planned.user_id,
    )
    if planned.held_until is None:
        return row
    return replace(row, status="held", due_at=planned.held_until, reason=planned.why)


def edit_of(post: DeliveryRow, told: Told, now: datetime) -> DeliveryRow:
    """Return the delivery that makes of a message what the alert is now; it waits for one not there yet.

    Outside Discord nothing can be edited: there it is a message of its own.
    """
    return edit_into(post, told, id_=id_of(told.alert, post.place, STATE, told.state), now=now)


def edit_into(post: DeliveryRow, content: Body, *, id_: str, now: datetime) -> DeliveryRow:
    """Return the delivery of that id which makes `content` of a message; see `edit_of`."""
    edit = msgspec.structs.replace(body_of(post), id=id_, body=content, is_again=False, created_at=now)
    fresh = replace(
        post, id=id_, kind=STATE, tries=0, reason="", message_id="", created_at=now, updated_at=now
    )
    if is_outside(post.place):
        return with_body(replace(fresh, status="waiting", due_at=AT_ONCE), edit)
    waits = with_body(replace(fresh, status="held", due_at=FOR_A_RECEIPT), edit)
    return released(waits, post, now) if post.status == "sent" else waits


def released(edit: DeliveryRow, post: DeliveryRow, now: datetime) -> DeliveryRow:
    """Return an edit that waited for its message, now that it is there; dropped where it is there no more."""
    if not post.message_id:
        return replace(edit, status="dropped", reason="its message is gone", updated_at=now)
    body = msgspec.structs.replace(
        body_of(edit),
        persona=post.persona,
        channel_id=post.channel_id,
        user_id="",
        message_id=post.message_id,
    )
    out = replace(
        edit,
        persona=post.persona,
        status="waiting",
        due_at=AT_ONCE,
        updated_at=now,
        channel_id=post.channel_id,
        message_id=post.message_id,
        reason="",
    )
    return with_body(out, body)


def retold(post: DeliveryRow, content: Body) -> DeliveryRow:
    """Return a post that is not out yet with what is told now."""
    return with_body(post, msgspec.structs.replace(body_of(post), body=content))


def moved(row: DeliveryRow, place: str, now: datetime) -> DeliveryRow:
    """Return the same message for another place."""
    body = body_of(row)
    id_ = id_of(row.id, place, "moved")
    there = msgspec.structs.replace(
        body, id=id_, channel_id=channel_of(place), user_id=member_of(place), created_at=now
    )
    fresh = replace(
        row,
        id=id_,
        kind=POST if row.kind in EDITS else row.kind,
        place=place,
        status="waiting",
        due_at=AT_ONCE,
        created_at=now,
        updated_at=now,
        tries=0,
        reason="",
        message_id="",
        channel_id=there.channel_id,
    )
    return with_body(fresh, there)


def notice_of(row: DeliveryRow, notice: Notice, place: str, *, about: str, now: datetime) -> DeliveryRow:
    """Return the delivery of a notice to `place`, once for what it is about."""
    body = body_of(row)
    made = _row(
        id_of(about, place, NOTICE, notice.what),
        notice,
        place=place,
        persona=row.persona,
        locale=body.locale,
        is_urgent=False,
        is_silent=False,
        now=now,
    )
    return replace(made, user_id=member_of(place) or None, kind=NOTICE)


def expiry_of(
    id_: str,
    notice: Notice,
    *,
    place: str,
    persona: str,
    locale: str,
    user_id: str | None,
    due_at: datetime,
    now: datetime,
) -> DeliveryRow:
    """Return the delivery of a notice that follows from no other delivery."""
    made = _row(
        id_,
        notice,
        place=place,
        persona=persona,
        locale=locale,
        is_urgent=False,
        is_silent=True,
        now=now,
    )
    return replace(made, user_id=user_id, kind=NOTICE, due_at=due_at)


def news_of(
    id_: str, event: Event, *, place: str, persona: str, locale: str, due_at: datetime, now: datetime
) -> DeliveryRow:
    """Return the delivery that posts an event of trading."""
    made = _row(
        id_,
        event.body,
        place=place,
        persona=persona,
        locale=locale,
        is_urgent=event.is_urgent,
        is_silent=False,
        now=now,
        alert_id=event.thread,
        user_id=event.user_id or None,
    )
    return replace(made, due_at=due_at)


def given_to(row: DeliveryRow, persona: str, now: datetime) -> DeliveryRow:
    """Return a delivery that another persona makes; its id stays, by which a repeat is known."""
    given = replace(row, persona=persona, status="waiting", updated_at=now)
    return with_body(given, msgspec.structs.replace(body_of(row), persona=persona))


def _row(
    id_: str,
    content: Body,
    *,
    place: str,
    persona: str,
    locale: str,
    is_urgent: bool,
    is_silent: bool,
    now: datetime,
    alert_id: str | None = None,
    user_id: str | None = None,
) -> DeliveryRow:
    body = Delivery(
        id=id_,
        persona=persona,
        locale=locale,
        body=content,
        is_urgent=is_urgent,
        is_silent=is_silent,
        created_at=now,
        channel_id=channel_of(place),
        user_id=member_of(place),
    )
    return DeliveryRow(
        id=id_,
        alert_id=alert_id,
        user_id=user_id,
        place=place,
        kind=POST,
        persona=persona,
        status="waiting",
        body=msgspec.json.encode(body).decode(),
        is_urgent=is_urgent,
        due_at=AT_ONCE,
        created_at=now,
        updated_at=now,
        channel_id=body.channel_id,
    )
