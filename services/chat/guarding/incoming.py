"""What strangers wrote, made fit for a prompt: questions, names, quoted messages, memories, look-ups.

Nothing in it is judged here: text is data, whatever it says. What a model answers belongs to `outgoing`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.chat.guarding.letters import with_zeros, without_unseen

_MOST_READ: Final = 40_000
"""Characters; what stands behind them is not looked at."""
_ROUNDS: Final = 6
"""Each takes out what the one before has laid bare; a text that still changes then is given up."""
_MENTION: Final = re.compile(
    r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:\n]{1,100}:|id:)\w{0,40}>|@(?:everyone|here)", re.IGNORECASE
)
_NOT_IN_A_LABEL: Final = re.compile(r"[^a-z0-9 ]+")
MARGIN: Final = "| "
"""Stands before every line of a stranger's text, so that no line of it can pass for one of ours."""


def cleaned(text: str, *, most: int) -> str:
    """Return what can be read of `text`, at most `most` characters, without mentions and invisible signs.

    Cleaning twice changes nothing. Line breaks stay, one at a time.
    """
    now = text[:_MOST_READ]
    for _ in range(_ROUNDS):
        before, now = now, _cleaned_once(now, most)
        if now == before:
            return now
    return ""


def as_data(label: str, text: str) -> str:
    """Return `text` marked as a stranger's: a heading of ours, then each of its lines behind a margin."""
    heading = " ".join(_NOT_IN_A_LABEL.sub(" ", label.casefold()).split())
    lines = without_unseen(text).split("\n")
    return "\n".join([f"[{heading}]", *(MARGIN + line for line in lines)])


def _cleaned_once(text: str, most: int) -> str:
    folded = unicodedata.normalize("NFKC", with_zeros(without_unseen(text)))[:_MOST_READ]
    seen = _MENTION.sub(" ", without_unseen(folded))
    lines = (" ".join(line.split()) for line in seen.split("\n"))
    return _cut("\n".join(filter(None, lines)), most)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    room = text[:most]
    at = most if text[most].isspace() else max(room.rfind(" "), room.rfind("\n"))
    return (room[:at] if at > most // 2 else room).rstrip()
