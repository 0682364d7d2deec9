"""What a repository takes and gives: one frozen dataclass a table, without the columns that only it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a delivery is due that waits for no moment: a clock that is put back would else hold it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildRow:
    """What a guild's admins chose. Ids are Discord snowflakes as strings; None means never chosen."""

    guild_id: str
    locale: str | None = None
    admin_channel_id: str | None = None
    trader_role_ids: tuple[str, ...] = ()
    admin_role_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """What a member chose; None means never chosen."""

    user_id: str
    locale: str | None = None
    timezone: str | None = None
    persona: str | None = None
    favourites: tuple[str, ...] = ()
    theme: str | None = None
    palette: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One change: who did what to what, and how it ended. `id` is the change's own: a repeat has the same."""

    id: str
    at: datetime
    actor: str
    action: str
    subject: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDoneRow:
    """A lesson that a member has done."""

    user_id: str
    lesson_id: str
    done_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizAnswerRow:
    """How a member last answered a question; `is_right` stays true once it was."""

    user_id: str
    question_id: str
    is_right: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningRow:
    """All that a member has learnt, from both tables."""

    user_id: str
    lessons: tuple[LessonDoneRow, ...] = ()
    answers: tuple[QuizAnswerRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """An alert that was set. `condition`, `options`, `given` and `state` are JSON of services.alerts.

    A rule of a feed has no member; its `feed` is named.
    """

    id: str
    user_id: str | None
    guild_id: str | None
    feed: str
    kind: str
    market: str
    """The first it looks at; empty for none."""
    status: str
    condition: str
    options: str
    given: str
    state: str
    market_at: datetime | None
    """Market time when it was set; None where no price was known."""
    set_at: datetime
    updated_at: datetime
    fired: int = 0
    last_fired_at: datetime | None = None
    snoozed_until: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """How a rule stands after a step of the engine: what of its row that changes."""

    rule: str
    state: str
    status: str
    fired: int
    last_fired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One firing. `told` is JSON of `services.alerts.posts.Told`, in the state it is in now."""

    id: str
    rule_id: str
    user_id: str | None
    feed: str
    market: str
    at: datetime
    """Market time."""
    seen_at: datetime
    state: str
    severity: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HappenedRow:
    """A firing, with the newest delivery that posts it: where, its status and why; empty for none."""

    alert: AlertRow
    place: str = ""
    delivered: str = ""
    reason: str = ""

    @property
    def is_in_channel(self) -> bool:
        """Return whether others than its owner could see it."""
        return self.place.startswith("channel:")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One thing to bring to one place. `kind` is post, state, chart, notice, digest or brief.

    `status`: waiting (not in Redis yet), queued, held (until `due_at`, for a digest), sent, dead (with the
    reason), dropped (made needless, such as an edit of what was never posted).
    """

    id: str
    alert_id: str | None
    user_id: str | None
    """Whose it is: the owner of the alert, or the member it goes to."""
    place: str
    """``channel:<id>``, ``user:<id>`` or ``way:<name>``."""
    kind: str
    persona: str
    status: str
    body: str
    """JSON of `services.alerts.posts.Delivery`."""
    is_urgent: bool
    due_at: datetime
    created_at: datetime
    updated_at: datetime
    tries: int = 0
    channel_id: str = ""
    message_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A feed that comes to a place; one row for each feed and place."""

    id: str
    user_id: str
    guild_id: str | None
    feed: str
    place: str
    min_severity: str
    digest: str
    persona: str
    locale: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietRow:
    """A member's quiet hours."""

    user_id: str
    from_minute: int
    until_minute: int
    timezone: str
    is_urgent_let_through: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A post by the clock. `last_slot` names the last moment it was posted for, so that none comes twice."""

    id: str
    user_id: str
    guild_id: str
    kind: str
    place: str
    minute: int
    weekday: int
    timezone: str
    persona: str
    locale: str
    markets: tuple[str, ...]
    last_slot: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRow:
    """Who may do something that only one may do, until when; `token` grows with each new holder."""

    name: str
    holder: str
    token: int
    until: datetime
