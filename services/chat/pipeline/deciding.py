"""Decides who answers: code alone, a model, or the persona's templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from services.chat.intents import Intent, Topic, Understood
from services.chat.messages import Place

Way = Literal["private", "aside", "memory", "model", "templates"]
"""private: answered at once, since nobody else reads it. aside: behind a button, as others do."""

PRIVATE: Final[frozenset[Intent]] = frozenset({"positions", "balance", "orders", "pnl", "alerts", "memory"})
"""What concerns the member alone, whether or not a cog answers it."""
MEMORY: Final[frozenset[Intent]] = frozenset({"remember", "forget"})
_BY_CODE: Final[frozenset[Intent]] = frozenset(
    {"alert", "trade", "cannot", "greeting", "thanks", "goodbye", "help", "distress"}
)
"""Deeds and despair, which no model gets near, and courtesies, which are not worth one."""


def is_private(intent: Intent, topics: Mapping[Intent, Topic]) -> bool:
    """Return whether the answer is for the member alone."""
    topic = topics.get(intent)
    return intent in PRIVATE or (topic is not None and topic.is_private)


def way_of(understood: Understood, *, place: Place, topics: Mapping[Intent, Topic], has_model: bool) -> Way:
    """Return who answers a wish; `has_model` says whether the persona has one that may be used now."""
    if understood.intent == "distress" or understood.refused:
        return "templates"
    if is_private(understood.intent, topics):
        return "private" if place == "dm" else "aside"
    if understood.intent in MEMORY:
        return "memory"
    return "model" if has_model and understood.intent not in _BY_CODE else "templates"


def may_be_tool(topic: Topic) -> bool:
    """Return whether a model may look a topic up: nothing private, no deed."""
    return topic.is_tool and not topic.is_private and topic.intent not in PRIVATE | MEMORY | _BY_CODE
