"""What the subscriptions, schedules and deliveries services answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from services.alerts.posts import Severity
from services.bus.messages import Message, Request
from services.members.messages import Caller

Feed = Literal["patterns", "levels", "moves", "funding", "cosmic", "data"]
"""What the farm looks for by itself in the watched markets. data: prices that stopped coming."""
FEEDS: tuple[Feed, ...] = ("patterns", "levels", "moves", "funding", "cosmic", "data")
Digesting = Literal["none", "hourly", "daily"]
ScheduleKind = Literal["daily", "weekly", "session"]


class Subscription(Message, frozen=True, kw_only=True):
    """A feed that comes to a member or a channel."""

    id: str
    feed: Feed
    place: str
    """``channel:<id>`` or ``user:<id>``."""
    min_severity: Severity = "normal"
    digest: Digesting = "none"
    persona: str = ""
    locale: str = "en"


class Subscriptions(Message, frozen=True, kw_only=True):
    """What somebody is subscribed to, with the quiet hours that hold it back."""

    subscriptions: list[Subscription]
    quiet: QuietHours | None = None


class QuietHours(Message, frozen=True, kw_only=True):
    """When a member wants silence: minutes after midnight in `timezone`; over midnight where from > until."""

    user_id: str
    from_minute: int
    until_minute: int
    timezone: str
    is_urgent_let_through: bool = True


class Schedule(Message, frozen=True, kw_only=True):
    """A post by the clock. `minute` is after midnight in `timezone`; sessions follow their own cities."""

    id: str
    kind: ScheduleKind
    place: str
    minute: int = 0
    weekday: int = 0
    """0 is Monday; of the weekly one."""
    timezone: str = "UTC"
    persona: str = ""
    locale: str = "en"
    markets: list[str] = msgspec.field(default_factory=list)
    next_at: datetime | None = None


class Schedules(Message, frozen=True, kw_only=True):
    """The posts of a guild."""

    schedules: list[Schedule]


class Dead(Message, frozen=True, kw_only=True):
    """Something that could not be delivered or handled. `id` is what `ReplayDead` takes."""

    id: str
    what: str
    """In English, such as ``alert for channel:123``."""
    reason: str
    at: datetime
    tries: int


class DeadLetters(Message, frozen=True, kw_only=True):
    """The newest of them."""

    dead: list[Dead]
    total: int


class TakenUp(Message, frozen=True, kw_only=True):
    """Deliveries that another persona has since been given: whoever asked must not post them."""

    gone: list[str]


class Subscribe(Request[Subscriptions], frozen=True, kw_only=True, tag="subscriptions.subscribe"):
    """Let a feed come to a place. A channel needs the right admin. Raises `NotAllowed`, `UserMistake`."""

    id: str
    caller: Caller
    feed: Feed
    place: str
    min_severity: Severity = "normal"
    digest: Digesting = "none"
    persona: str = ""
    locale: str = "en"


class Unsubscribe(Request[Subscriptions], frozen=True, kw_only=True, tag="subscriptions.unsubscribe"):
    """Let a feed come there no more. Raises as `Subscribe`."""

    id: str
    caller: Caller
    feed: Feed
    place: str


class ListSubscriptions(
    Request[Subscriptions], frozen=True, kw_only=True, tag="subscriptions.list_subscriptions"
):
    """Ask for one's own, or with a channel `place` for those of the channel."""

    caller: Caller
    place: str = ""


class SetQuiet(Request[Subscriptions], frozen=True, kw_only=True, tag="subscriptions.set_quiet"):
    """Keep quiet hours, or with None none. Raises `UserMistake` for a zone that is none."""

    caller: Caller
    quiet: QuietHours | None = None


class AddSchedule(Request[Schedules], frozen=True, kw_only=True, tag="schedules.add_schedule"):
    """Post by the clock in a channel; needs the right admin. Raises `NotAllowed`, `UserMistake`."""

    id: str
    caller: Caller
    schedule: Schedule


class RemoveSchedule(Request[Schedules], frozen=True, kw_only=True, tag="schedules.remove_schedule"):
    """Post it no more. Raises as `AddSchedule`."""

    id: str
    caller: Caller
    schedule: str


class ListSchedules(Request[Schedules], frozen=True, kw_only=True, tag="schedules.list_schedules"):
    """Ask for the posts of the caller's guild."""

    caller: Caller


class ListDead(Request[DeadLetters], frozen=True, kw_only=True, tag="deliveries.list_dead"):
    """Ask what could not be delivered; needs the right admin. Raises `NotAllowed`."""

    caller: Caller
    limit: int = 10


class ReplayDead(Request[DeadLetters], frozen=True, kw_only=True, tag="deliveries.replay_dead"):
    """Try one of them again, or with an empty `dead` all; needs the right admin. Raises `NotAllowed`.

    `id` is the interaction's; a repeat tries nothing again.
    """

    id: str
    caller: Caller
    dead: str = ""


class TakeUp(Request[TakenUp], frozen=True, kw_only=True, tag="deliveries.take_up"):
    """A bot says that it posts for `persona` from now on, and asks what was given to others meanwhile."""

    persona: str
