"""What a repository takes and gives: one frozen dataclass a table, without the columns that only it needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
