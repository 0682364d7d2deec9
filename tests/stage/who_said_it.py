"""A simple reader who learns how each persona talks, and then says who a reply is of.

A multinomial naive Bayes over words, pairs of words and pieces of words. It sees replies without what changes
from one to the next (`services.personas.voice.masked`) and without the names of the personas.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from services.personas.roster import Roster
from services.personas.voice import masked

_WORD = re.compile(r"\w+|[^\w\s]")
_PIECE = 4
_SMOOTHING = 0.1


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody said, without figures and names."""

    persona: str
    line: str
    phrasing: int
    text: str


def nameless(text: str, roster: Roster) -> str:
    """Return `text` without figures, quotes, and names of personas."""
    names = {name for card in roster.cards.values() for name in (card.name, card.display_name)}
    return re.sub(rf"\b({'|'.join(sorted(names))})\b", "#", masked(text), flags=re.IGNORECASE)


class Reader:
    """Knows who says what how often."""

    def __init__(self, names: Sequence[str], marks: dict[str, int], rates: npt.NDArray[np.float64]) -> None:
        self._names = names
        self._marks = marks
        self._rates = rates

    @classmethod
    def of(cls, replies: Sequence[Reply]) -> Self:
        """Learn from `replies`; every persona counts the same, however often it is heard."""
        names = sorted({reply.persona for reply in replies})
        marks: dict[str, int] = {}
        heard = [(names.index(reply.persona), _marks(reply.text)) for reply in replies]
        for _, found in heard:
            for mark in found:
                marks.setdefault(mark, len(marks))
        counts = np.zeros((len(names), len(marks)))
        for who, found in heard:
            for mark, times in found.items():
                counts[who, marks[mark]] += times
        smooth = counts + _SMOOTHING
        return cls(names, marks, np.log(smooth / smooth.sum(axis=1, keepdims=True)))

    def guess(self, text: str) -> str:
        """Return who most likely said `text`."""
        known = {self._marks[mark]: times for mark, times in _marks(text).items() if mark in self._marks}
        evidence = self._rates[:, [*known]] @ np.array([*known.values()], dtype=np.float64)
        return self._names[int(evidence.argmax())]

    def wrong(self, replies: Iterable[Reply]) -> list[tuple[Reply, str]]:
        """Return the replies that are taken for somebody else's, with whose."""
        guessed = ((reply, self.guess(reply.text)) for reply in replies)
        return [(reply, guess) for reply, guess in guessed if guess != reply.persona]


@functools.cache
def _marks(text: str) -> Counter[str]:
    """Return how often each mark is in `text`."""
    return Counter(_each_mark(text))


def _each_mark(text: str) -> Iterator[str]:
    words = _WORD.findall(text.casefold())
    yield from words
    yield from (f"{one} {other}" for one, other in itertools.pairwise(words))
    for word in words:
        framed = f"<{word}>"
        yield from (framed[at : at + _PIECE] for at in range(len(framed) - _PIECE + 1))
