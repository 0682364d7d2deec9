"""Phrases with gaps, and where they stand in a text.

A phrase is written as words: ``a|b`` is one of several, ``word?`` may be missing, ``*`` stands for up to four
words, ``@market`` and its like for a word of that kind, ``^`` for the beginning of a wish and ``$`` for its
end. Between the words of a phrase small ones such as ``the`` may stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Generic, TypeVar

from services.chat.understanding.reading import Word

T = TypeVar("T")
_GAP: Final = "*"
_BEGINS: Final = "^"
_ENDS: Final = "$"
_TERM: Final = "@term"
_ARTICLES: Final = frozenset({"the", "a", "an", "o", "os", "as", "um", "uma"})
_WIDEST: Final = 4
_SKIPPED: Final = 2


@dataclass(frozen=True, slots=True)
class Phrase(Generic[T]):
    """One way to say something; `says` is what it tells."""

    says: T
    parts: tuple[frozenset[str], ...]
    """Each a choice of words; an empty one is a gap."""
    begins: bool
    ends: bool
    text: str


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """A phrase in a text: what it tells, and the words from `start` up to `end`."""

    says: T
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """The words of a text, where wishes begin, and where they end."""

    words: Sequence[Word]
    opens: frozenset[int]
    """Places at which nothing but courtesies stands before."""
    closes: frozenset[int]
    """Places behind which nothing but courtesies stands, the place counted as one past a word."""
    small: frozenset[str] = field(default=frozenset())
    """Words that may stand between those of a phrase."""
    terms: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Where words of the trade begin, which ``@term`` stands for, and the places behind each."""


def phrases_of(text: str, says: T) -> Iterator[Phrase[T]]:
    """Yield the phrases of a list with commas or new lines between them."""
    for written in text.replace("\n", ",").split(","):
        parts = written.split()
        if parts:
            yield from _forms(parts, says, " ".join(parts))


def _forms(parts: list[str], says: T, text: str) -> Iterator[Phrase[T]]:
    """Yield a phrase with and without each word that may be missing."""
    begins, ends = parts[0] == _BEGINS, parts[-1] == _ENDS
    inner = parts[begins : len(parts) - ends]
    choices = [(part[:-1], None) if part.endswith("?") else (part,) for part in inner]
    for chosen in product(*choices):
        kept = tuple(frozenset() if one == _GAP else frozenset(one.split("|")) for one in chosen if one)
        if any(kept):
            yield Phrase(says, kept, begins, ends, text)


class Phrasebook(Generic[T]):
    """Finds phrases, by the words that they begin with."""

    def __init__(self, phrases: Iterable[Phrase[T]]) -> None:
        self._by_first: dict[str, list[Phrase[T]]] = defaultdict(list)
        for phrase in phrases:
            for word in phrase.parts[0]:
                self._by_first[word].append(phrase)

    def words(self) -> set[str]:
        """Return every word that stands in a phrase."""
        return {
            word
            for phrases in self._by_first.values()
            for phrase in phrases
            for part in phrase.parts
            for word in part
            if not word.startswith("@")
        }

    def keys(self) -> set[str]:
        """Return the words that are phrases by themselves."""
        phrases = (phrase for phrases in self._by_first.values() for phrase in phrases)
        return {word for phrase in phrases if len(phrase.parts) == 1 for word in phrase.parts[0]}

    def find(self, sentence: Sentence) -> list[Seen[T]]:
        """Return every phrase that the sentence holds."""
        return [
            Seen(phrase.says, phrase.text, start, end)
            for start, word in enumerate(sentence.words)
            for key in (word.plain, *word.kinds, *((_TERM,) if start in sentence.terms else ()))
            for phrase in self._by_first.get(key, ())
            if not phrase.begins or start in sentence.opens
            if (end := _end(phrase, sentence, start)) is not None
        ]


def _end(phrase: Phrase[T], sentence: Sentence, start: int) -> int | None:
    """Return the place behind a phrase that begins at `start`; None where it does not stand there."""
    open_ends = [start]
    for number, part in enumerate(phrase.parts):
        reached: set[int] = set()
        for place in open_ends:
            reached.update(_next(part, sentence, place, is_first=number == 0))
        if not reached:
            return None
        open_ends = sorted(reached)
    closed = [place for place in open_ends if not phrase.ends or place in sentence.closes]
    return closed[0] if closed else None


def _next(part: frozenset[str], sentence: Sentence, place: int, *, is_first: bool) -> Iterator[int]:
    """Yield the places behind a part that is looked for from `place` on."""
    words = sentence.words
    if not part:
        yield from _reach(words, place)
        return
    for skipped in range(1 if is_first else _SKIPPED + 1):
        at = place + skipped
        if at >= len(words) or (at > 0 and not is_first and words[at - 1].ends):
            return
        word = words[at]
        if word.plain in part or not part.isdisjoint(word.kinds):
            yield at + 1
            return
        if _TERM in part and at in sentence.terms:
            yield from sentence.terms[at]
            return
        if not _may_stand_between(word, part, sentence.small):
            return


def _may_stand_between(word: Word, part: frozenset[str], small: frozenset[str]) -> bool:
    """Return whether a word may stand before a part: a small one, or a market where none is looked for.

    An article before a word of the trade tells that it is one thing that is meant, and not what it is.
    """
    if "@market" in word.kinds:
        return _TERM not in part
    return word.plain in small and not (_TERM in part and word.plain in _ARTICLES)


def _reach(words: Sequence[Word], place: int) -> Iterator[int]:
    """Yield how far a gap may reach: within its sentence."""
    yield place
    for at in range(place, min(place + _WIDEST, len(words))):
        if at > 0 and words[at - 1].ends:
            return
        yield at + 1
