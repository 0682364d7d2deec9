"""What was held back for a place, together in one message once it is due.

Belongs here: putting it together, and letting go of what it is made of, in the transaction of whoever asks.
When something is due was decided in `planning`; asking every second what is belongs to `delivery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from services.alerts.posts import SEVERITIES, Delivery, Digest, DigestLine, Told
from services.alerts.subscribing.planning import CROWDED, DIGEST, QUIET
from services.ids import id_of
from services.store.rows import AT_ONCE, DeliveryRow
from services.store.store import Rows

KIND: Final = "digest"
"""Of its delivery."""
MOST_LINES: Final = 20
MOST_PLACES: Final = 100
_REASONS: Final = (QUIET, CROWDED, DIGEST)
"""The first of them that something was held back for is told."""
_DELIVERY: Final = msgspec.json.Decoder(Delivery)


async def gather(rows: Rows, now: datetime) -> list[DeliveryRow]:
    """Put together what is due for up to `MOST_PLACES`, and return the digests, one a place, which wait.

    Where so many were made, there may be more: other writers are let in before it is asked again.

    What was held is dropped, with the id of its digest as the reason. The id is made of what the digest
    holds, so that doing it again makes the same. After a clock has jumped ahead all that it passed is due,
    and comes as one.

    Raises:
        StoreUnavailable: nothing was changed.
    """
    places = await rows.held.due_places(now, MOST_PLACES)
    made = [await _digest_for(rows, place, now) for place in places]
    await rows.deliveries.add(made)
    return made


async def _digest_for(rows: Rows, place: str, now: datetime) -> DeliveryRow:
    due = await rows.held.due_at(place, now)
    made = digest_of(due, now)
    await rows.held.drop([row.id for row in due], reason=made.id, now=now)
    return made


def digest_of(due: Sequence[DeliveryRow], now: datetime) -> DeliveryRow:
    """Return the digest of what was held for one place, oldest first; there is at least one.

    It speaks as the newest of them would have spoken, and is silent where all of them were.
    """
    newest, bodies = due[-1], [_DELIVERY.decode(row.body) for row in due]
    lines, more = _lines(body.body for body in bodies if isinstance(body.body, Told))
    digest = Digest(
        why=next((why for why in _REASONS if any(row.reason == why for row in due)), DIGEST),
        since=min(row.created_at for row in due),
        until=max(row.created_at for row in due),
        lines=lines,
        more=more,
    )
    delivery = Delivery(
        id=id_of("digest", newest.place, *sorted(row.id for row in due)),
        persona=newest.persona,
        locale=bodies[-1].locale,
        body=digest,
        channel_id=bodies[-1].channel_id,
        user_id=bodies[-1].user_id,
        is_silent=all(body.is_silent for body in bodies),
        created_at=now,
    )
    return DeliveryRow(
        id=delivery.id,
        alert_id=None,
        user_id=newest.user_id,
        place=newest.place,
        kind=KIND,
        persona=delivery.persona,
        status="waiting",
        body=msgspec.json.encode(delivery).decode(),
        is_urgent=False,
        due_at=AT_ONCE,
        created_at=now,
        updated_at=now,
        channel_id=delivery.channel_id,
    )


@dataclass(frozen=True, slots=True)
class _Together:
    """All alerts of one rule: the newest of them, how many, and the highest severity."""

    newest: Told
    count: int
    rank: int

    @property
    def line(self) -> DigestLine:
        """Return what is told of them."""
        return DigestLine(
            condition=self.newest.condition,
            at=self.newest.at,
            price=self.newest.price,
            tick=self.newest.tick,
            severity=SEVERITIES[self.rank],
            count=self.count,
            state=self.newest.state,
        )


def _lines(told: Iterable[Told]) -> tuple[list[DigestLine], int]:
    """Return a line a rule in the order of time, and how many alerts there is no room for.

    The more severe stay, of equal ones the newer.
    """
    by_rule: dict[str, _Together] = {}
    for one in told:
        before, rank = by_rule.get(one.rule), SEVERITIES.index(one.severity)
        if before is None:
            by_rule[one.rule] = _Together(one, 1, rank)
        else:
            newest = max(before.newest, one, key=lambda told: told.at)
            by_rule[one.rule] = _Together(newest, before.count + 1, max(before.rank, rank))
    ranked = sorted(by_rule.values(), key=lambda one: (one.rank, one.newest.at), reverse=True)
    shown = sorted(ranked[:MOST_LINES], key=lambda one: one.newest.at)
    return [one.line for one in shown], sum(one.count for one in ranked[MOST_LINES:])
