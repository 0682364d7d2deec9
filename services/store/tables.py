"""The tables as they are now. How an older database becomes this is told in `migrations`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, Table, Text

from services.store.columns import Strings, UtcDateTime

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

GUILD_SETTINGS = Table(
    "guild_settings",
    METADATA,
    Column("guild_id", Text, primary_key=True),
    Column("locale", Text),
    Column("admin_channel_id", Text),
    Column("trader_role_ids", Strings, nullable=False),
    Column("admin_role_ids", Strings, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

MEMBER_SETTINGS = Table(
    "member_settings",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("locale", Text),
    Column("timezone", Text),
    Column("persona", Text),
    Column("favourites", Strings, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("theme", Text),
    Column("palette", Text),
)

AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "at"),
)

LESSON_PROGRESS = Table(
    "lesson_progress",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("lesson_id", Text, primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
)

QUIZ_ANSWERS = Table(
    "quiz_answers",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("question_id", Text, primary_key=True),
    Column("is_right", Boolean, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
)
