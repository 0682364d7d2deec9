"""A model's text as it comes, and what of it may be shown so far.

Belongs here: when a word is sure enough to be shown, and which sentences are dropped. Does not belong here:
what a figure or a claim is (`numbers`, `services.chat.guarding`), and how often a message is edited.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.grounding.numbers import Ground
from services.chat.grounding.sentences import split
from services.chat.grounding.spoken import may_be_number
from services.chat.guarding.foreign import is_foreign
from services.chat.guarding.outgoing import claims_a_deed, holds_link, holds_secret, is_advice, shown
from services.chat.guarding.unsaid import is_unsaid
from services.chat.ports import Sentence

_MOST_READ: Final = 8_000
"""Characters of a text; what a model says behind them is not read, as it could not be shown."""
_LONGEST: Final = 1_000
"""Characters of a sentence; a longer one is dropped."""
_TAIL: Final = 40
"""Characters of it by which its end is found."""
_SURE_AFTER: Final = 4
"""So many words behind a number nothing that follows changes what it means."""
_LIST_MARK: Final = re.compile(r"^([ \t]*)\d{1,2}[.)](?=[ \t]+[^\s\d])")
"""A mark of a list is a figure that nobody traces, so a dash is shown instead."""
_WORD: Final = re.compile(r"\S+")
_WORDS: Final = re.compile(r"[^\W\d_]|[%$€£°:]")
_SHORT_NUMBER: Final = re.compile(r"(?<![\d.,])\d{1,2}(?![\d.,]*\d)")
"""Alone in its line it is a digit of a number that goes on in the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What is left of a model's text."""

    text: str
    removed: tuple[Sentence, ...] = ()
    """In order. One without untraced numbers was forbidden; the text of one that held a secret is empty."""
    has_advice: bool = False
    """Whether one of them was advice, for which the persona has its own lines."""


class CheckedStream:
    """Lets through what was found and may be said, word by word, and takes back whole sentences."""

    def __init__(self, ground: Ground, *, secrets: Sequence[str] = (), most: int = 1_900) -> None:
        """Start with an empty text.

        Args:
            ground: the numbers of this turn; more may be added while the text comes.
            secrets: what must not be said, however it is disguised.
            most: characters of what is shown.
        """
        self._ground = ground
        self._secrets = tuple(secrets)
        self._most = most
        self._read = 0
        self._kept: list[str] = []
        self._removed: list[Sentence] = []
        self._has_advice = False
        self._rest = ""
        self._is_skipping = False

    def feed(self, text: str) -> None:
        """Take the next piece, however it is cut."""
        taken = text[: max(0, _MOST_READ - self._read)]
        self._read += len(taken)
        self._rest += taken
        if taken:
            self._take(is_whole=False)

    def ready(self) -> str:
        """Return all that may be shown so far; what was returned before may be missing in it."""
        return self._said([*self._kept, self._begun()])

    def finish(self) -> Checked:
        """Judge what is left; nothing may be fed after that."""
        self._take(is_whole=True)
        text = self._said(self._kept)
        if self._kept and not text and holds_secret("".join(self._kept), self._secrets):
            self._removed += [Sentence(text="") for _ in self._kept]
        return Checked(text=text, removed=tuple(self._removed), has_advice=self._has_advice)

    def _take(self, *, is_whole: bool) -> None:
        ended, self._rest = split(self._rest, is_whole=is_whole)
        for sentence in ended:
            self._judge(_LIST_MARK.sub(r"\1-", sentence))
        if len(self._rest) > _LONGEST:
            if not self._is_skipping:
                self._removed.append(Sentence(text=self._rest[:_LONGEST]))
            self._is_skipping, self._rest = True, self._rest[-_TAIL:]

    def _judge(self, sentence: str) -> None:
        if self._is_skipping or len(sentence) > _LONGEST:
            if not self._is_skipping:
                self._removed.append(Sentence(text=sentence[:_LONGEST]))
            self._is_skipping = False
        elif (removed := self._complaint(sentence)) is None:
            self._kept.append(sentence)
        else:
            self._removed.append(removed)
            self._kept += ["\n"] * sentence[len(sentence.rstrip()) :].count("\n")
            self._has_advice = self._has_advice or any(map(is_advice, self._lines(sentence)))

    def _complaint(self, sentence: str) -> Sentence | None:
        """Return the sentence with what is wrong with it; None where nothing is."""
        lines = self._lines(sentence)
        if any(holds_secret(line, self._secrets) for line in lines):
            return Sentence(text="")
        bare = () if _WORDS.search(sentence) else _SHORT_NUMBER.findall(lines[0])
        lacking = dict.fromkeys((*self._ground.untraced(sentence), *self._ground.untraced(lines[0]), *bare))
        if lacking or self._is_forbidden(sentence, lines):
            return Sentence(text=sentence.strip(), untraced=tuple(lacking))
        return None

    def _is_forbidden(self, sentence: str, lines: Sequence[str]) -> bool:
        if holds_link(sentence) or is_foreign(sentence):
            return True
        return any(claims_a_deed(line) or is_advice(line) or is_unsaid(line) for line in lines)

    def _lines(self, sentence: str) -> tuple[str, ...]:
        """Return a sentence as it is read: by itself, and behind the line before it where that has no end."""
        visible = shown(sentence)
        before = next((one for one in reversed(self._kept[-2:]) if one.strip()), "")
        if not before.endswith("\n") or before.rstrip()[-1:] in set(".!?…"):
            return (visible,)
        return visible, f"{shown(before)} {visible}"

    def _begun(self) -> str:
        """Return what of the sentence that is being written may be shown: whole words that are sure."""
        if self._is_skipping:
            return ""
        words = [*_WORD.finditer(self._rest)]
        if words and words[-1].end() == len(self._rest):
            words.pop()
        unsure = next((word for word in words[-_SURE_AFTER:] if may_be_number(word[0])), None)
        end = unsure.start() if unsure else words[-1].end() if words else 0
        begun = _LIST_MARK.sub(r"\1-", self._rest[:end])
        return begun if begun and self._complaint(begun) is None else ""

    def _said(self, sentences: Sequence[str]) -> str:
        text = "".join(sentences)[: 2 * self._most]
        if holds_secret(text, self._secrets):
            return ""
        return shown(text, most=self._most)
