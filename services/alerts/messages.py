"""What the alerts service answers: members' own alerts. Numbers come as members write them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.alerts.conditions import Condition
from services.alerts.posts import Value
from services.bus.messages import Key, Message, Request
from services.market.messages import Origin
from services.members.messages import Caller

Kind = Literal[
    "price",
    "move",
    "trail",
    "indicator",
    "fib",
    "level",
    "line",
    "pattern",
    "close",
    "funding",
    "spread",
    "stale",
    "cosmic",
    "combo",
]
Confirming = Literal["touch", "close", "seconds", "venues"]
Status = Literal["active", "paused", "done", "expired", "failed"]
"""done: it fired and does not repeat. failed: it could not be delivered anywhere."""


class Options(Message, frozen=True, kw_only=True):
    """How an alert behaves. An empty `place` is a direct message."""

    place: str = ""
    """``channel:<id>``, ``way:<name>`` of farm.yaml, or empty."""
    persona: str = ""
    """Who delivers; empty for the member's choice, else the guide."""
    locale: str = "en"
    confirming: Confirming = "touch"
    confirm_timeframe: str = ""
    """With ``close``: of which candle."""
    confirm_seconds: int = 0
    """With ``seconds``: how long it must hold."""
    repeats: bool = False
    cooldown: int = 300
    """Seconds of market time between two firings."""
    expires_at: datetime | None = None
    note: str = ""
    role: str = ""
    is_urgent: bool = False


class AlertView(Message, frozen=True, kw_only=True):
    """One alert as its owner sees it."""

    id: str
    kind: Kind
    status: Status
    condition: Condition
    options: Options
    set_at: datetime
    """In wall time."""
    fired: int = 0
    last_fired_at: datetime | None = None
    """In market time."""
    snoozed_until: datetime | None = None
    is_armed: bool = True
    """False while the condition holds already, so that it must first cease."""
    price: Decimal | None = None
    tick: Decimal | None = None
    origin: Origin | None = None
    given: dict[str, str] = msgspec.field(default_factory=dict)
    """What the member wrote, by option, for the form that edits it."""


class Choice(Message, frozen=True, kw_only=True):
    """One way to go on from a question: `value` is what `ResumeAlert` takes."""

    value: str
    number: Decimal | None = None
    """As it would be read; None for yes."""


class Asked(Message, frozen=True, kw_only=True):
    """What must be answered before an alert is saved.

    ``number``: what was written can be read in two ways. ``far``: it is outside 0.2 to 5 times the price.
    ``often``: it would have fired `times` in `days`.
    """

    draft: str
    why: Literal["number", "far", "often"]
    written: str = ""
    choices: list[Choice]
    condition: Condition | None = None
    price: Decimal | None = None
    tick: Decimal | None = None
    times: int = 0
    days: int = 0


class AlertOutcome(Message, frozen=True, kw_only=True):
    """An alert that was saved, or what is asked first; exactly one of the two."""

    saved: AlertView | None = None
    asked: Asked | None = None
    is_unchecked: bool = False
    """It was saved, and nobody could look in time how often it would have fired."""


class AlertPage(Message, frozen=True, kw_only=True):
    """A member's alerts, the newest first; `total` counts all that fit the filter."""

    alerts: list[AlertView]
    total: int


class WouldFire(Message, frozen=True, kw_only=True):
    """One moment at which it would have fired."""

    at: datetime
    price: Decimal
    values: list[Value] = msgspec.field(default_factory=list)


class AlertPreview(Message, frozen=True, kw_only=True):
    """How often a condition would have fired in recorded candles of `timeframe`, and when; oldest first."""

    condition: Condition
    timeframe: str
    since: datetime
    until: datetime
    days: int
    times: list[WouldFire]
    is_noisy: bool = False
    """More than `NOISY_A_DAY` a day, those counted that would have waited for a confirmation in vain."""
    met: int = 0
    """How many those are."""
    why_not: str = ""
    """An English sentence where it cannot be told, as for spreads, of which nothing is recorded."""
    tick: Decimal | None = None
    price: Decimal | None = None
    """The last one, of what a member has in mind; None for an alert that is set, or without a market."""
    is_far: bool = False
    """The level is so far from it that `SetAlert` will ask whether it is meant."""
    origin: Origin | None = None
    digest: str = ""
    """The part of `analyst.CHART`; empty for none."""
    alt: str = ""


class Happening(Message, frozen=True, kw_only=True):
    """One firing of an alert, and what became of its message."""

    alert: str
    at: datetime
    seen_at: datetime
    price: Decimal | None
    tick: Decimal | None
    values: list[Value]
    state: str
    span: int
    late: int
    delivered: str
    """waiting, queued, held, sent, dead or dropped."""
    reason: str = ""


class AlertWhy(Message, frozen=True, kw_only=True):
    """An alert with its last firings, the newest first, and what its rule sees now."""

    alert: AlertView
    happenings: list[Happening]
    now: list[Value] = msgspec.field(default_factory=list)
    at: datetime | None = None
    """Market time of `now`; None where nothing was seen yet."""
    is_own: bool = True
    """False for the alert of a feed, and for one of somebody else that came into a channel."""


class AlertsKept(Message, frozen=True, kw_only=True):
    """All that is kept of a member's alerts, as JSON texts, one a row, by table."""

    rows: dict[str, list[str]]


class AlertsForgotten(Message, frozen=True, kw_only=True):
    """How many rows were deleted."""

    rows: int


NOISY_A_DAY = 12
"""An alert that would have fired more often is asked about before it is saved."""


class SetAlert(Request[AlertOutcome], frozen=True, kw_only=True, tag="alerts.set_alert"):
    """Save an alert; with `id` of an old one in `replaces`, change it.

    `given` has what the member wrote by option: see `services.alerts.drafting`. `id` is the interaction's; a
    repeat answers the same. Raises `UserMistake` (with what is wrong where), `NotAllowed`, and what
    `GetQuote` raises.
    """

    id: str
    caller: Caller
    kind: Kind
    given: dict[str, str]
    options: Options = Options()
    replaces: str = ""


class ResumeAlert(Request[AlertOutcome], frozen=True, kw_only=True, tag="alerts.resume_alert"):
    """Go on with what was `Asked`. Raises `UserMistake` where the draft is gone, after 15 minutes."""

    id: str
    caller: Caller
    draft: str
    value: str


class PreviewAlert(Request[AlertPreview], frozen=True, kw_only=True, tag="alerts.preview_alert"):
    """Ask how often an alert, or what a member has in mind, would have fired. Raises as `SetAlert`."""

    caller: Caller
    alert: str = ""
    kind: Kind = "price"
    given: dict[str, str] = msgspec.field(default_factory=dict)
    options: Options = Options()
    days: int = 7
    theme: str = "dark"
    palette: str = "standard"


class ListAlerts(Request[AlertPage], frozen=True, kw_only=True, tag="alerts.list_alerts"):
    """Ask for a page of one's own alerts."""

    caller: Caller
    market: str = ""
    status: Literal["", "active", "paused", "done", "expired", "failed"] = ""
    offset: int = 0
    limit: int = 8


class GetAlert(Request[AlertView], frozen=True, kw_only=True, tag="alerts.get_alert"):
    """Ask for one of one's own alerts, by its id or the beginning of it. Raises `UserMistake`."""

    caller: Caller
    alert: str


class ChangeAlert(Request[AlertView], frozen=True, kw_only=True, tag="alerts.change_alert"):
    """Pause, resume, snooze for `seconds`, let repeat or fire once. Raises as `GetAlert`.

    While it is snoozed an alert goes along with the market: what would have fired is not made up for
    afterwards, and it waits again only once its condition has ceased to hold.

    One that shall wait again is refused where it could not be set any more: limits, and rights.
    """

    id: str
    caller: Caller
    alert: str
    change: Literal["pause", "resume", "snooze", "repeat", "once"]
    seconds: int = 0


class DeleteAlert(Request[AlertView], frozen=True, kw_only=True, tag="alerts.delete_alert"):
    """Delete one's own alert; answers it as it last was. Raises as `GetAlert`."""

    id: str
    caller: Caller
    alert: str


class TestAlert(Request[AlertView], frozen=True, kw_only=True, tag="alerts.test_alert"):
    """Deliver an alert now, marked as a test, by the way that a real one takes; once a minute each.

    Raises as `GetAlert`, and where the caller might not let it go there any more.
    """

    id: str
    caller: Caller
    alert: str


class WhyAlert(Request[AlertWhy], frozen=True, kw_only=True, tag="alerts.why_alert"):
    """Ask why an alert fired or did not; `limit` firings back. Raises as `GetAlert`.

    An alert of a feed or a channel may be asked about by whoever saw it, by the id of the firing.
    """

    caller: Caller
    alert: str
    limit: int = 1


class ExportAlerts(Request[AlertsKept], frozen=True, kw_only=True, tag="alerts.export_alerts"):
    """Ask for all that is kept of a member here. Only the member is shown it."""

    user_id: str


class ForgetAlerts(Request[AlertsForgotten], frozen=True, kw_only=True, tag="alerts.forget_alerts"):
    """Delete a member's alerts, subscriptions, quiet hours and deliveries."""

    user_id: str


class Draft(Message, frozen=True, kw_only=True):
    """An alert that waits for an answer."""

    request: SetAlert
    answers: list[str] = msgspec.field(default_factory=list)


DRAFTS = Key("alert_draft", Draft)
"""One part a draft; it fades after 15 minutes."""
