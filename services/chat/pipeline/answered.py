"""An answer before it is sent: its card, who found the words, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from services.chat.messages import Called, Shown, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to one message."""

    card: Shown
    source: Source = "templates"
    model: str = ""
    called: tuple[Called, ...] = ()
    removed: int = 0
    is_private: bool = False
    """Whether nothing of it may be kept or repeated to a model."""
