"""What becomes of a digest that could not be made: each alert in it is its owner's matter.

Its parts are the posts that were dropped for it: those whose reason is its id. What becomes of any other
delivery stands in `fallback`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from services.alerts.delivery.fallback import (
    Trouble,
    WayOut,
    failed_rules,
    told_in,
    undelivered,
    words_to_subscribers,
)
from services.alerts.delivery.making import POST, body_of, notice_of, with_body
from services.alerts.delivery.places import USER, member_of
from services.alerts.posts import Digest, Notice
from services.alerts.subscribing.digests import digest_of
from services.store.deliveries import Sought
from services.store.rows import DeliveryRow
from services.store.store import Rows


async def way_out_of_digest(trouble: Trouble, rows: Rows) -> WayOut:
    """Return what is done about a digest that was not made. Raises `StoreUnavailable`."""
    row, parts = trouble.row, await _parts_of(trouble.row, rows)
    own, of_feeds = _by_owner(parts), _one_a_feed(parts)
    if member_of(row.place) and not trouble.is_poison:
        failed = frozenset().union(*(failed_rules(part) for part in parts))
        return WayOut(trouble.ended("dead"), failed_rules=failed)
    words = [
        word for part in of_feeds for word in await words_to_subscribers(replace(trouble, row=part), rows)
    ]
    if trouble.is_poison:
        words += [undelivered(trouble, owner, None) for owner in own]
        return WayOut(trouble.ended("dead"), tuple(words))
    changed: list[DeliveryRow] = []
    for owner, theirs in own.items():
        instead, dropped = _moved(row, theirs, owner, trouble.now)
        changed += dropped
        notice = Notice(what="moved", reason=trouble.reason)
        about = f"{row.place} {row.kind}"
        words += [instead, notice_of(row, notice, f"{USER}{owner}", about=about, now=trouble.now)]
    return WayOut(trouble.ended("dead" if of_feeds else "dropped"), tuple(words), changed=tuple(changed))


async def _parts_of(row: DeliveryRow, rows: Rows) -> list[DeliveryRow]:
    sought = Sought(status="dropped", kinds=(POST,), touched_since=row.created_at)
    return [part for part in await rows.deliveries.find(sought) if part.reason == row.id]


def _by_owner(parts: Iterable[DeliveryRow]) -> dict[str, list[DeliveryRow]]:
    """Return the alerts of members' own by their owners, and those of feeds that came to a member."""
    own: dict[str, list[DeliveryRow]] = defaultdict(list)
    for part in parts:
        if part.user_id:
            own[part.user_id].append(part)
    return own


def _one_a_feed(parts: Iterable[DeliveryRow]) -> Sequence[DeliveryRow]:
    found: dict[str, DeliveryRow] = {}
    for part in parts:
        told = told_in(part)
        if told is not None and not part.user_id:
            found[told.feed] = part
    return [*found.values()]


def _moved(
    digest: DeliveryRow, parts: Sequence[DeliveryRow], owner: str, now: datetime
) -> tuple[DeliveryRow, Sequence[DeliveryRow]]:
    """Return the digest of a member's alerts for their direct messages, and its parts as they are then."""
    told = body_of(digest).body
    why = told.why if isinstance(told, Digest) else ""
    made = digest_of([_for_member(part, owner, why) for part in parts], now)
    return made, [replace(part, reason=made.id, updated_at=now) for part in parts]


def _for_member(part: DeliveryRow, owner: str, why: str) -> DeliveryRow:
    body = msgspec.structs.replace(body_of(part), channel_id="", user_id=owner)
    return with_body(replace(part, place=f"{USER}{owner}", channel_id="", reason=why), body)
