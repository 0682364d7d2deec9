"""What stands below an answer: who found the words, and why no model did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from services.chat.messages import Shown
from services.personas.voice import Voice

Lack = Literal["silent", "unshown", "blocked", "little", "spent", "price", "uncounted", "busy"]
"""Why there is no answer of a model.

silent: none answered. unshown: nothing that it said may be shown. blocked: its provider stopped it. little:
the rest of a budget does not do for an answer. spent: a budget is. price: what it costs is not known.
uncounted: what was spent is not known. busy: another answer is being written in that place.
"""
INSTEAD: Final[Mapping[Lack, str]] = {
    "silent": "its language model does not answer now; this is from its own templates",
    "unshown": (
        "what its language model said could not be shown: nothing that was found bears it out; "
        "this is from its own templates"
    ),
    "blocked": "its language model was stopped by its provider; this is from its own templates",
    "little": "too little is left of today's budget for language models; /usage says when it renews",
    "spent": "today's budget for language models is spent; /usage says when it renews",
    "price": (
        "what its language model costs is not known, so it is not asked; this is from its own templates"
    ),
    "uncounted": (
        "what language models cost today cannot be looked up, so none is asked; "
        "this is from its own templates"
    ),
    "busy": "another answer is being written here; this is from its own templates",
}
"""The footnote of an answer from templates where a model should have answered."""


def model_footnote(voice: Voice, cards: Sequence[Shown], *, is_whole: bool, is_first: bool) -> str:
    """Return the footnote of what a model said. Sources and ages are facts of its card, not part of this.

    Args:
        voice: who says it.
        cards: what was looked up; the last footnote among theirs is taken over.
        is_whole: whether the model came to its end.
        is_first: whether the conversation has not been told yet that this is no advice.
    """
    theirs = next((card.footnote for card in reversed(cards) if card.footnote), "")
    by = "language model, figures looked up just now" if cards else "language model, nothing looked up"
    cut = "" if is_whole else voice.text("cut short")
    advice = voice.text("not financial advice")
    if not is_first or advice in theirs:
        advice = ""
    return joined(theirs, voice.text(by), cut, advice)


def joined(*notes: str) -> str:
    """Return several notes as one."""
    return " · ".join(note for note in notes if note)
