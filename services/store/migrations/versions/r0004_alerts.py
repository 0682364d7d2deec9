"""Alerts: rules, firings, deliveries, subscriptions, quiet hours, schedules, leases and marks of markets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _moment(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in names]


def upgrade() -> None:
    _rules()
    _deliveries()
    _subscriptions()
    _by_the_clock()


def _rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text),
        sa.Column("guild_id", sa.Text),
        *_text("feed", "kind", "market", "status", "condition", "options", "given", "state"),
        sa.Column("market_at", sa.DateTime(timezone=True)),
        *_moment("set_at", "updated_at"),
        sa.Column("fired", sa.Integer, nullable=False),
        sa.Column("last_fired_at", sa.DateTime(timezone=True)),
        sa.Column("snoozed_until", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_alert_rules"),
    )
    op.create_index("ix_alert_rules_user_id", "alert_rules", ["user_id"])
    op.create_index("ix_alert_rules_status", "alert_rules", ["status"])
    op.create_index("ix_alert_rules_guild_id_status", "alert_rules", ["guild_id", "status"])
    op.create_table(
        "alerts",
        *_text("id", "rule_id"),
        sa.Column("user_id", sa.Text),
        *_text("feed", "market"),
        *_moment("at", "seen_at"),
        *_text("state", "severity", "told"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_rule_id", "alerts", ["rule_id"])
    op.create_index("ix_alerts_user_id", "alerts", ["user_id"])
    op.create_index("ix_alerts_seen_at", "alerts", ["seen_at"])
    op.create_table(
        "market_marks",
        *_text("market"),
        *_moment("through"),
        sa.PrimaryKeyConstraint("market", name="pk_market_marks"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        *_text("id"),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("alert_id", sa.Text),
        sa.Column("user_id", sa.Text),
        *_text("place", "kind", "persona", "status", "body"),
        sa.Column("is_urgent", sa.Boolean, nullable=False),
        *_moment("due_at", "created_at", "updated_at"),
        sa.Column("tries", sa.Integer, nullable=False),
        *_text("channel_id", "message_id", "reason"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_status_due_at", "deliveries", ["status", "due_at"])
    op.create_index("ix_deliveries_status_updated_at", "deliveries", ["status", "updated_at"])
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"])
    op.create_index("ix_deliveries_user_id", "deliveries", ["user_id"])
    op.create_index("ix_deliveries_place_position", "deliveries", ["place", "position"])
    op.create_index("ix_deliveries_position", "deliveries", ["position"])


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        *_text("id", "user_id"),
        sa.Column("guild_id", sa.Text),
        *_text("feed", "place", "min_severity", "digest", "persona", "locale"),
        *_moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ux_subscriptions_feed_place", "subscriptions", ["feed", "place"], unique=True)
    op.create_index("ix_subscriptions_user_id", "subscriptions", ["user_id"])
    op.create_table(
        "quiet_hours",
        *_text("user_id"),
        sa.Column("from_minute", sa.Integer, nullable=False),
        sa.Column("until_minute", sa.Integer, nullable=False),
        *_text("timezone"),
        sa.Column("is_urgent_let_through", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_quiet_hours"),
    )


def _by_the_clock() -> None:
    op.create_table(
        "schedules",
        *_text("id", "user_id", "guild_id", "kind", "place"),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        *_text("timezone", "persona", "locale"),
        sa.Column("markets", sa.JSON, nullable=False),
        *_text("last_slot"),
        *_moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_index("ix_schedules_guild_id", "schedules", ["guild_id"])
    op.create_table(
        "leases",
        *_text("name", "holder"),
        sa.Column("token", sa.Integer, nullable=False),
        *_moment("until"),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
