"""What becomes of an event of trading: a message, or what its thread's message says from now on. Pure.

Every event leaves exactly one delivery, whose id follows from the event, so that the same event again is
known: a post, an edit, or an edit that was needless. An edit goes the way of its post, urgent or not: else
it could overtake an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import msgspec

from services.alerts.delivery.fallback import is_worth_a_message
from services.alerts.delivery.making import (
    FOR_A_RECEIPT,
    POST,
    STATE,
    body_of,
    edit_into,
    news_of,
    retold,
    with_body,
)
from services.alerts.delivery.places import CHANNEL, USER, is_outside
from services.alerts.trading_posts import Event
from services.ids import id_of
from services.store.rows import DeliveryRow

_TOLD_WITH_ITS_POST: Final = "its message tells it"
_GONE: Final = "its message is gone"
_FOLLOWED: Final = "a newer one follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who tells an event, in which language, and when it is due."""

    persona: str
    locale: str
    due_at: datetime


def place_of(event: Event) -> str:
    """Return where an event goes, as rows name places.

    Raises:
        ValueError: it is for nobody.
    """
    if event.place.isdecimal():
        return f"{CHANNEL}{event.place}"
    if not event.place and not event.user_id:
        raise ValueError(f"The event {event.id} is for nobody.")
    return event.place or f"{USER}{event.user_id}"


def ids_of(event: Event) -> tuple[str, str]:
    """Return the ids that the delivery of an event may have: as a post, and as an edit."""
    place = place_of(event)
    return id_of(event.thread, place, POST, event.id), id_of(event.thread, place, STATE, event.id)


@dataclass(slots=True)
class Threads:
    """The deliveries of the threads of a few events, as they are kept and as they become."""

    now: datetime
    known: set[str] = field(default_factory=set)
    """Ids of deliveries that are there."""
    _kept: dict[str, DeliveryRow] = field(default_factory=dict)
    _rows: dict[str, DeliveryRow] = field(default_factory=dict)

    def keep(self, rows: Iterable[DeliveryRow]) -> None:
        """Take up what is kept: every post, and the edits that are not out."""
        found = {row.id: row for row in rows}
        self._kept |= found
        self._rows |= found
        self.known |= found.keys()

    def take(self, event: Event, terms: Terms) -> None:
        """Put down what follows from an event; nothing where it is known."""
        ids = ids_of(event)
        if self.known.isdisjoint(ids):
            made = self._made(event, terms, *ids)
            self._rows[made.id] = made
            self.known.add(made.id)

    def added(self) -> list[DeliveryRow]:
        """Return the deliveries that are new."""
        return [row for id_, row in self._rows.items() if id_ not in self._kept]

    def changed(self) -> list[DeliveryRow]:
        """Return the deliveries that are there and have changed."""
        return [self._rows[id_] for id_, row in self._kept.items() if self._rows[id_] != row]

    def _made(self, event: Event, terms: Terms, post_id: str, edit_id: str) -> DeliveryRow:
        place, body = place_of(event), event.body
        post = self._post(event.thread, place, event.user_id)
        if post is None or event.is_new or (_is_lost(post) and is_worth_a_message(body)):
            how = {"place": place, "persona": terms.persona, "locale": terms.locale}
            return news_of(post_id, event, due_at=terms.due_at, now=self.now, **how)
        edit = edit_into(post, body, id_=edit_id, now=self.now)
        if _is_lost(post):
            return replace(edit, status="dropped", reason=_GONE)
        if not _may_be_out(post):
            self._rows[post.id] = _sooner(retold(post, body), event, terms)
            return replace(edit, status="dropped", reason=_TOLD_WITH_ITS_POST)
        self._overtake(post)
        is_waiting_for_it = edit.due_at == FOR_A_RECEIPT
        return replace(edit, reason=post.id) if is_waiting_for_it else edit

    def _post(self, thread: str, place: str, user_id: str) -> DeliveryRow | None:
        """Return the newest message of a thread at a place, wherever it was moved to."""
        posts = [row for row in self._rows.values() if row.alert_id == thread and row.kind == POST]
        at_place = [row for row in posts if row.place == place]
        elsewhere = {id_of(row.id, f"{USER}{user_id}", "moved") for row in at_place}
        own = [row for row in posts if row.place == place or row.id in elsewhere]
        return own[-1] if own else None

    def _overtake(self, post: DeliveryRow) -> None:
        """Drop the edits of a message that nobody has been handed yet."""
        for row in [*self._rows.values()]:
            if row.kind == STATE and not is_outside(row.place) and _is_still_here(row, post):
                dropped = replace(row, status="dropped", reason=_FOLLOWED, updated_at=self.now)
                self._rows[row.id] = dropped


def _is_lost(post: DeliveryRow) -> bool:
    """Return whether there is no message, and will be none."""
    is_deleted = post.status == "sent" and not post.message_id
    return post.status in ("dead", "dropped") or is_deleted


def _may_be_out(post: DeliveryRow) -> bool:
    return post.status in ("queued", "sent") or (post.tries > 0 and not is_outside(post.place))


def _is_still_here(edit: DeliveryRow, post: DeliveryRow) -> bool:
    if edit.status == "held":
        return edit.reason == post.id
    is_own = bool(post.message_id) and edit.message_id == post.message_id
    return is_own and edit.status == "waiting" and edit.tries == 0


def _sooner(post: DeliveryRow, event: Event, terms: Terms) -> DeliveryRow:
    """Return a post that waits, which goes out as soon as an urgent event of its thread would."""
    if not event.is_urgent:
        return post
    urgent = msgspec.structs.replace(body_of(post), is_urgent=True)
    return with_body(replace(post, is_urgent=True, due_at=min(post.due_at, terms.due_at)), urgent)


def threads_in(events: Sequence[Event]) -> list[str]:
    """Return the threads of a few events, each once."""
    return [*dict.fromkeys(event.thread for event in events)]
