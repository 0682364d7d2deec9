"""What the tables of conversation take and give: one frozen dataclass a table.

`guild_id` is empty for what was said in direct messages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatFactRow:
    """One thing that a member told a persona to remember."""

    id: str
    user_id: str
    guild_id: str
    persona: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatChoiceRow:
    """Whether a member lets personas remember things in a guild; no row means no."""

    user_id: str
    guild_id: str
    is_on: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTurnRow:
    """What a member said and what a persona answered. `id` is made of the message's and the persona."""

    id: str
    conversation: str
    user_id: str
    guild_id: str
    channel_id: str
    persona: str
    question: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSummaryRow:
    """What one member's older turns of a conversation were about, up to and with the one at `through`."""

    conversation: str
    user_id: str
    text: str
    through: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswerRow:
    """What an answer rests on. `body` is JSON of what was looked up; `model` is empty for templates."""

    id: str
    user_id: str
    guild_id: str
    persona: str
    question: str
    source: str
    model: str
    body: str
    removed: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSpendRow:
    """What one member's answers of one model took in a day (UTC, as ``2026-03-01``).

    `user_id` is empty where the member was forgotten: what guild and farm spent stays known.
    """

    day: str
    user_id: str
    guild_id: str
    persona: str
    model: str
    tokens_given: int
    tokens_written: int
    requests: int
    answers: int
    cost: float | None
    """US dollars at the prices of when it was spent; None where a price was not known for some of it."""
    is_guessed: bool
    """Whether a provider told no count for some of it, and it was guessed."""
