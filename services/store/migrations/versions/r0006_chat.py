"""Conversation: what is remembered, what was said, what answers rest on, and what models cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _chat_facts()
    _chat_choices()
    _chat_turns()
    _chat_summaries()
    _chat_answers()
    _chat_spend()


def _chat_facts() -> None:
    op.create_table(
        "chat_facts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_facts"),
    )
    op.create_index("ix_chat_facts_user_id_guild_id", "chat_facts", ["user_id", "guild_id"])


def _chat_choices() -> None:
    op.create_table(
        "chat_choices",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "guild_id", name="pk_chat_choices"),
    )


def _chat_turns() -> None:
    op.create_table(
        "chat_turns",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_turns"),
    )
    op.create_index("ix_chat_turns_conversation_at", "chat_turns", ["conversation", "at"])
    op.create_index("ix_chat_turns_user_id", "chat_turns", ["user_id"])
    op.create_index("ix_chat_turns_at", "chat_turns", ["at"])


def _chat_summaries() -> None:
    op.create_table(
        "chat_summaries",
        sa.Column("conversation", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("through", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "user_id", name="pk_chat_summaries"),
    )
    op.create_index("ix_chat_summaries_user_id", "chat_summaries", ["user_id"])
    op.create_index("ix_chat_summaries_through", "chat_summaries", ["through"])


def _chat_answers() -> None:
    op.create_table(
        "chat_answers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chat_answers"),
    )
    op.create_index("ix_chat_answers_user_id_at", "chat_answers", ["user_id", "at"])
    op.create_index("ix_chat_answers_at", "chat_answers", ["at"])


def _chat_spend() -> None:
    op.create_table(
        "chat_spend",
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("persona", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("tokens_given", sa.Integer, nullable=False),
        sa.Column("tokens_written", sa.Integer, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("answers", sa.Integer, nullable=False),
        sa.Column("cost", sa.Double, nullable=True),
        sa.Column("is_guessed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("day", "user_id", "guild_id", "persona", "model", name="pk_chat_spend"),
    )
    op.create_index("ix_chat_spend_user_id", "chat_spend", ["user_id"])
