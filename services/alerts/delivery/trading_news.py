"""Takes what trading tells and keeps a delivery for each event, which then goes the way of every delivery.

No alert is kept of it: lists of alerts and why they fired know nothing of trading, whose own tables do. What
follows from an event is decided in `threads`; how it is brought stands in `relay` and `sweep`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from config.semantics import GUIDE
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import POST, STATE
from services.alerts.delivery.outbox import assigned_by
from services.alerts.delivery.places import USER, Bell
from services.alerts.delivery.relay import Relay
from services.alerts.delivery.threads import Terms, Threads, ids_of, place_of, threads_in
from services.alerts.subscribing.quiet import quiet_until
from services.alerts.trading_posts import Event
from services.bus.messages import Entry, Key, Latest, M
from services.clock import Clock
from services.errors import Unavailable
from services.members.messages import MEMBER_LANGUAGE
from services.store.deliveries import Sought
from services.store.rows import AT_ONCE, QuietRow
from services.store.store import Rows

_EDITS_KEPT_FOR: Final = timedelta(hours=3)
"""A card is edited several times a minute for days: its old edits are nobody's business."""
_LANGUAGE: Final = "en"

log = structlog.get_logger(__name__)


class Knowing(Protocol):
    """The part of the bus that knows newest values."""

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key. Raises `BusUnavailable`."""
        ...


class TradingNews:
    """Takes events from their log.

    Args:
        ledger: the deliveries, and what members chose.
        relay: the way into Redis.
        bell: rung for what waits.
        bus: knows the language of members' Discord.
        clock: when it is, for quiet hours.
    """

    def __init__(self, ledger: Ledger, *, relay: Relay, bell: Bell, bus: Knowing, clock: Clock) -> None:
        self._ledger = ledger
        self._relay = relay
        self._bell = bell
        self._bus = bus
        self._clock = clock

    async def take(self, entries: Sequence[Entry[Event]]) -> None:
        """Keep what follows from events, in their order, and send it. Those taken before change nothing.

        Raises:
            StoreUnavailable: nothing was kept.
            ValueError: one is for nobody.
        """
        events, now = [entry.message for entry in entries], self._clock.now()
        spoken = await self._spoken({event.user_id for event in events if event.user_id})
        async with self._ledger.write() as rows:
            threads = await _opened(rows, events, now)
            quiet = await rows.quiet.of_members(sorted({event.user_id for event in events}))
            for event in events:
                threads.take(event, await _terms(rows, event, quiet, spoken, now))
            await rows.deliveries.put(threads.changed())
            assigned = await assigned_by(self._relay, rows, threads.added(), now)
            await rows.deliveries.add(assigned)
        self._relay.hand(assigned)
        if threads.changed() or any(row.status == "waiting" for row in assigned):
            self._bell.ring()

    async def _spoken(self, members: set[str]) -> dict[str, str]:
        """Return the languages of members' Discord, as far as known: without Redis none is."""
        try:
            found = {one: await self._bus.latest(MEMBER_LANGUAGE, part=one) for one in sorted(members)}
        except Unavailable as error:
            log.warning("languages_not_known", reason=error.message)
            return {}
        return {one: latest.value.locale for one, latest in found.items() if latest is not None}


async def _opened(rows: Rows, events: Sequence[Event], now: datetime) -> Threads:
    names = threads_in(events)
    await rows.deliveries.let_go_of_edits(names, before=now - _EDITS_KEPT_FOR)
    threads = Threads(now)
    threads.keep(await rows.deliveries.find(Sought(alert_ids=names, kinds=(POST,))))
    open_edits = Sought(alert_ids=names, kinds=(STATE,), statuses=("held", "waiting"))
    threads.keep(await rows.deliveries.find(open_edits))
    ids = [id_ for event in events for id_ in ids_of(event)]
    threads.known |= {row.id for row in await rows.deliveries.of(ids)}
    return threads


async def _terms(
    rows: Rows, event: Event, quiet: Mapping[str, QuietRow], spoken: Mapping[str, str], now: datetime
) -> Terms:
    """Return what a member chose, else the guide, and what their Discord speaks, or for all the server."""
    member = await rows.members.get(event.user_id) if event.user_id else None
    guild = await rows.guilds.get(event.guild_id) if event.guild_id else None
    chosen = (None, None) if member is None else (member.persona, member.locale)
    own = spoken.get(event.user_id) if place_of(event).startswith(USER) else ""
    return Terms(
        persona=event.persona or chosen[0] or GUIDE,
        locale=event.locale or chosen[1] or own or (guild and guild.locale) or _LANGUAGE,
        due_at=_due_at(event, quiet.get(event.user_id), now),
    )


def _due_at(event: Event, quiet: QuietRow | None, now: datetime) -> datetime:
    """Return when an event is due: at once, or when the member's quiet hours end.

    It waits as a message of its own, and not in a digest: it goes out as what its thread has come to by then.
    """
    if quiet is None or not place_of(event).startswith(USER):
        return AT_ONCE
    if event.is_urgent and quiet.is_urgent_let_through:
        return AT_ONCE
    return quiet_until(quiet, now) or AT_ONCE
