"""What stands below an answer: its source and age, and who found the words."""

from __future__ import annotations

from collections.abc import Sequence

from services.chat.messages import Shown
from services.personas.voice import Voice


def model_footnote(voice: Voice, cards: Sequence[Shown], *, is_whole: bool, is_first: bool) -> str:
    """Return the footnote of what a model said.

    Args:
        voice: who says it.
        cards: what it was found in; the last one's source and age count.
        is_whole: whether the model came to its end.
        is_first: whether the conversation has not been told yet that this is no advice.
    """
    source = next((card.footnote for card in reversed(cards) if card.footnote), "")
    by = "language model, figures looked up just now" if cards else "language model, nothing looked up"
    cut = "" if is_whole else voice.text("cut short")
    advice = voice.text("not financial advice")
    if not is_first or advice in source:
        advice = ""
    return joined(source, voice.text(by), cut, advice)


def joined(*notes: str) -> str:
    """Return several notes as one."""
    return " · ".join(note for note in notes if note)
