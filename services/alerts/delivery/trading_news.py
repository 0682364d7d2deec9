"""Takes what trading tells and keeps a delivery for each event, which then goes the way of every delivery.

No alert is kept of it: lists of alerts and why they fired know nothing of trading, whose own tables do. What
follows from an event is decided in `threads`; how it is brought stands in `relay` and `sweep`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from config.semantics import GUIDE
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.making import POST, STATE
from services.alerts.delivery.outbox import assigned_by
from services.alerts.delivery.places import USER, Bell
from services.alerts.delivery.relay import Relay
from services.alerts.delivery.threads import Terms, Threads, ids_of, place_of, threads_in
from services.alerts.subscribing.quiet import quiet_until
from services.alerts.trading_posts import Event
from services.bus.messages import Entry
from services.clock import Clock
from services.store.deliveries import Sought
from services.store.rows import AT_ONCE, QuietRow
from services.store.store import Rows

_EDITS_KEPT_FOR: Final = timedelta(hours=3)
"""A card is edited several times a minute for days: its old edits are nobody's business."""
_LANGUAGE: Final = "en"


class TradingNews:
    """Takes events from their log.

    Args:
        ledger: the deliveries, and what members chose.
        relay: the way into Redis.
        bell: rung for what waits.
        clock: when it is, for quiet hours.
    """

    def __init__(self, ledger: Ledger, *, relay: Relay, bell: Bell, clock: Clock) -> None:
        self._ledger = ledger
        self._relay = relay
        self._bell = bell
        self._clock = clock

    async def take(self, entries: Sequence[Entry[Event]]) -> None:
        """Keep what follows from events, in their order, and send it. Those taken before change nothing.

        Raises:
            StoreUnavailable: nothing was kept.
            ValueError: one is for nobody.
        """
        events, now = [entry.message for entry in entries], self._clock.now()
        async with self._ledger.write() as rows:
            threads = await _opened(rows, events, now)
            quiet = await rows.quiet.of_members(sorted({event.user_id for event in events}))
            for event in events:
                threads.take(event, await _terms(rows, event, quiet, now))
            await rows.deliveries.put(threads.changed())
            assigned = await assigned_by(self._relay, rows, threads.added(), now)
            await rows.deliveries.add(assigned)
        self._relay.hand(assigned)
        if threads.changed() or any(row.status == "waiting" for row in assigned):
            self._bell.ring()


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


async def _terms(rows: Rows, event: Event, quiet: Mapping[str, QuietRow], now: datetime) -> Terms:
    """Return what a member chose, else the guide and what the server speaks."""
    member = await rows.members.get(event.user_id) if event.user_id else None
    guild = await rows.guilds.get(event.guild_id) if event.guild_id else None
    chosen = (None, None) if member is None else (member.persona, member.locale)
    return Terms(
        persona=event.persona or chosen[0] or GUIDE,
        locale=event.locale or chosen[1] or (guild and guild.locale) or _LANGUAGE,
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
