"""The tables as they are now. How an older database becomes this is told in `migrations`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from services.store.columns import Strings, UtcDateTime
from services.store.metadata import METADATA

OUTSIDE: Final = "way:%"
"""Places outside of Discord, as LIKE knows them: what is there cannot be edited, and no bot brings it."""

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

ALERT_RULES = Table(
    "alert_rules",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text),
    Column("guild_id", Text),
    Column("feed", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("options", Text, nullable=False),
    Column("given", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("market_at", UtcDateTime),
    Column("set_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("fired", Integer, nullable=False),
    Column("last_fired_at", UtcDateTime),
    Column("snoozed_until", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Index(None, "user_id"),
    Index(None, "status"),
    Index("ix_alert_rules_guild_id_status", "guild_id", "status"),
)

ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("rule_id", Text, nullable=False),
    Column("user_id", Text),
    Column("feed", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("told", Text, nullable=False),
    Index(None, "seen_at"),
    Index(None, "rule_id"),
    Index(None, "user_id"),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("alert_id", Text),
    Column("user_id", Text),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("is_urgent", Boolean, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_deliveries_status_due_at", "status", "due_at"),
    Index("ix_deliveries_status_updated_at", "status", "updated_at"),
    Index(None, "alert_id"),
    Index(None, "user_id"),
    Index("ix_deliveries_place_position", "place", "position"),
    Index(None, "position"),
)
"""`position` counts up, so that what was asked for first goes out first."""

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text),
    Column("feed", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("min_severity", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ux_subscriptions_feed_place", "feed", "place", unique=True),
    Index(None, "user_id"),
)

QUIET_HOURS = Table(
    "quiet_hours",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("from_minute", Integer, nullable=False),
    Column("until_minute", Integer, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("is_urgent_let_through", Boolean, nullable=False),
)

SCHEDULES = Table(
    "schedules",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("markets", Strings, nullable=False),
    Column("last_slot", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "guild_id"),
)

LEASES = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

MARKET_MARKS = Table(
    "market_marks",
    METADATA,
    Column("market", Text, primary_key=True),
    Column("through", UtcDateTime, nullable=False),
)
"""Up to which market time every alert on a market has been decided."""
