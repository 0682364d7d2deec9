"""Summing up older turns without a model: the first sentence of each, the newest kept where room is short."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from services.locales.numbers import clip
from services.store.chat_rows import ChatSummaryRow

MOST_CHARACTERS: Final = 800
_SENTENCE: Final = 120
_END = re.compile(r"(?<=[.!?…])\s|\n")


def folded(summary: str, *, question: str, answer: str) -> str:
    """Return the summary with one more question and its answer at its end."""
    return _newest_lines([*summary.splitlines(), f"{_first(question)} → {_first(answer)}"])


def merged(summaries: Iterable[ChatSummaryRow]) -> str:
    """Return the summaries of all who took part as one."""
    ordered = sorted(summaries, key=lambda one: (one.through, one.user_id))
    return _newest_lines([line for one in ordered for line in one.text.splitlines()])


def _newest_lines(lines: list[str]) -> str:
    room = MOST_CHARACTERS
    kept: list[str] = []
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join(reversed(kept))


def _first(text: str) -> str:
    sentence = _END.split(text.strip(), maxsplit=1)[0]
    return clip(" ".join(sentence.split()), _SENTENCE)
