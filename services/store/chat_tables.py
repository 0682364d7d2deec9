"""The tables of conversation as they are now."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Double, Index, Integer, Table, Text

from services.store.columns import UtcDateTime
from services.store.metadata import METADATA

CHAT_FACTS: Final = Table(
    "chat_facts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_chat_facts_user_id_guild_id", "user_id", "guild_id"),
)

CHAT_CHOICES: Final = Table(
    "chat_choices",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("guild_id", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

CHAT_TURNS: Final = Table(
    "chat_turns",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_chat_turns_conversation_at", "conversation", "at"),
    Index("ix_chat_turns_user_id", "user_id"),
    Index("ix_chat_turns_at", "at"),
)

CHAT_SUMMARIES: Final = Table(
    "chat_summaries",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("through", UtcDateTime, nullable=False),
    Index("ix_chat_summaries_user_id", "user_id"),
    Index("ix_chat_summaries_through", "through"),
)

CHAT_ANSWERS: Final = Table(
    "chat_answers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("persona", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_chat_answers_user_id_at", "user_id", "at"),
    Index("ix_chat_answers_at", "at"),
)

CHAT_SPEND: Final = Table(
    "chat_spend",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("guild_id", Text, primary_key=True),
    Column("persona", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("tokens_given", Integer, nullable=False),
    Column("tokens_written", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("cost", Double, nullable=True),
    Column("is_guessed", Boolean, nullable=False),
    Index("ix_chat_spend_user_id", "user_id"),
)
