"""To whom an alert goes, and when: its owner's place, or everybody who subscribed to its feed.

Belongs here: the decision. Its rows, and bringing them there, belong to `delivery`; putting together what was
held belongs to `digests`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from config.semantics import GUIDE
from services.alerts.firing import Firing
from services.alerts.posts import SEVERITIES
from services.alerts.subscribing.crowding import Crowds
from services.alerts.subscribing.quiet import MORNING, next_hour, next_morning, quiet_until
from services.store.rows import QuietRow, SubscriptionRow
from services.store.store import Rows

QUIET: Final = "quiet hours"
DIGEST: Final = "digest"
CROWDED: Final = "too many in an hour"
_OWN: Final = "user:"
_CHANNEL: Final = "channel:"
_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One alert to one place. `held_until` is None where it goes out at once; `why` it does not is told."""

    place: str
    user_id: str | None
    persona: str
    locale: str
    is_silent: bool = False
    held_until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Holding:
    """What may hold something back for members; the same quiet hours end at the same moment for all."""

    now: datetime
    quiet: Mapping[str, QuietRow]
    zones: Mapping[str, str]
    ends: dict[tuple[int, int, str, datetime], datetime | None]

    def quiet_end(self, user_id: str, at: datetime, *, is_urgent: bool) -> datetime | None:
        """Return when the quiet ends that it is for a member `at`; None where nothing needs to wait."""
        row = self.quiet.get(user_id)
        if row is None or (is_urgent and row.is_urgent_let_through):
            return None
        key = (row.from_minute, row.until_minute, row.timezone, at)
        if key not in self.ends:
            self.ends[key] = quiet_until(row, at)
        return self.ends[key]

    def morning(self, user_id: str) -> datetime:
        """Return when it is morning for a member: when their quiet hours end, else eight o'clock there."""
        row = self.quiet.get(user_id)
        if row is not None:
            return next_morning(row.timezone, row.until_minute, self.now)
        return next_morning(self.zones.get(user_id, _UTC), MORNING, self.now)


class StepPlan:
    """Where the alerts of one step go; what many of them have in common is asked once."""

    def __init__(self, rows: Rows, crowds: Crowds, own: _Holding) -> None:
        self._rows = rows
        self._crowds = crowds
        self._own = own
        self._feeds: dict[str, tuple[Sequence[SubscriptionRow], _Holding]] = {}

    async def of(self, firing: Firing) -> Sequence[Planned]:
        """Return where `firing` goes, each place once. It takes as many questions for one as for thousands.

        Raises:
            StoreUnavailable: the database is away.
        """
        planned = _to_owner(firing, self._own) if firing.user_id else await self._to_feed(firing)
        return planned if _is_now(firing) else await self._spread(planned)

    async def _to_feed(self, firing: Firing) -> Sequence[Planned]:
        feed, severity = firing.told.feed, SEVERITIES.index(firing.told.severity)
        if feed not in self._feeds:
            found = await self._rows.subscriptions.to_feed(feed)
            self._feeds[feed] = found, await _holding(self._rows, feed, found, self._own.now)
        subscribed, holding = self._feeds[feed]
        heard = [row for row in subscribed if SEVERITIES.index(row.min_severity) <= severity]
        return [_planned(row, firing, holding) for row in heard]

    async def _spread(self, planned: Sequence[Planned]) -> Sequence[Planned]:
        """Hold back what would be too much for a channel within an hour."""
        channels = [one.place for one in planned if one.place.startswith(_CHANNEL) and one.held_until is None]
        full = await self._crowds.fill(channels)
        if not full:
            return planned
        return [
            replace(one, held_until=next_hour(self._own.now), why=CROWDED) if one.place in full else one
            for one in planned
        ]


class Planner:
    """Decides where alerts go.

    Args:
        channel_per_hour: how many alerts a channel takes in an hour before they are put together.
    """

    def __init__(self, *, channel_per_hour: int) -> None:
        self._channel_per_hour = channel_per_hour

    async def opened(self, rows: Rows, firings: Sequence[Firing], now: datetime) -> StepPlan:
        """Return the plan of a step with these firings.

        Raises:
            StoreUnavailable: the database is away.
        """
        crowds = Crowds(rows, most=self._channel_per_hour, now=now)
        places = [(one, place_of(one)) for one in firings if one.user_id]
        await crowds.expect(
            Counter(place for one, place in places if place.startswith(_CHANNEL) and not _is_now(one))
        )
        members = sorted({one.user_id or "" for one, place in places if place.startswith(_OWN)})
        return StepPlan(rows, crowds, _Holding(now, await rows.quiet.of_members(members), {}, {}))


def place_of(firing: Firing) -> str:
    """Return where a member's own alert goes."""
    return firing.options.place or f"{_OWN}{firing.user_id}"


def is_urgent(firing: Firing) -> bool:
    """Return whether an alert overtakes others, and may come in quiet hours."""
    return firing.told.severity == "urgent" or firing.options.is_urgent


def _is_test(firing: Firing) -> bool:
    """Return whether the owner asks for the alert right now, whatever the hour."""
    return firing.told.state == "test"


def _is_now(firing: Firing) -> bool:
    return is_urgent(firing) or _is_test(firing)


def _to_owner(firing: Firing, holding: _Holding) -> Sequence[Planned]:
    user_id, options = firing.user_id or "", firing.options
    one = Planned(
        place=place_of(firing),
        user_id=user_id,
        persona=options.persona or GUIDE,
        locale=options.locale,
        is_silent=firing.told.severity == "low",
    )
    if not one.place.startswith(_OWN) or _is_test(firing):
        return [one]
    end = holding.quiet_end(user_id, holding.now, is_urgent=is_urgent(firing))
    return [one if end is None else replace(one, held_until=end, why=QUIET)]


async def _holding(rows: Rows, feed: str, subscribed: Iterable[SubscriptionRow], now: datetime) -> _Holding:
    own = [row for row in subscribed if row.place.startswith(_OWN)]
    quiet = await rows.quiet.of_subscribers(feed) if own else {}
    is_zone_needed = any(row.digest == "daily" and row.user_id not in quiet for row in own)
    zones = await rows.quiet.zones_of_subscribers(feed) if is_zone_needed else {}
    return _Holding(now, quiet, zones, {})


def _planned(row: SubscriptionRow, firing: Firing, holding: _Holding) -> Planned:
    is_own = row.place.startswith(_OWN)
    until, why = _held(row, holding, is_urgent=is_urgent(firing))
    return Planned(
        place=row.place,
        user_id=row.user_id if is_own else None,
        persona=row.persona or GUIDE,
        locale=row.locale,
        is_silent=firing.told.severity == "low",
        held_until=until,
        why=why,
    )


def _held(row: SubscriptionRow, holding: _Holding, *, is_urgent: bool) -> tuple[datetime | None, str]:
    """Return until when a subscription holds an alert back, and why.

    An urgent one does not wait for a digest: it comes at once, or as soon as the quiet hours end that the
    member lets nothing through.
    """
    member = row.user_id if row.place.startswith(_OWN) else ""
    due = None if is_urgent else _digest_at(row, holding, member)
    end = holding.quiet_end(member, due or holding.now, is_urgent=is_urgent)
    if end is not None:
        return end, QUIET
    return due, "" if due is None else DIGEST


def _digest_at(row: SubscriptionRow, holding: _Holding, member: str) -> datetime | None:
    if row.digest == "hourly":
        return next_hour(holding.now)
    return holding.morning(member) if row.digest == "daily" else None
