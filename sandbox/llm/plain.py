"""Models that behave well, or are only slow: fixed words, canned replies, pauses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sandbox.llm.asked import Asked
from sandbox.llm.steps import Say, Step, Wait

_WORDS = re.compile(r"\s*\S+\s*")
_HELLO = "Hello from the local model."


def in_words(text: str) -> Iterator[Say]:
    """Yield a text word by word, every space kept."""
    for word in _WORDS.findall(text) or ([text] if text else []):
        yield Say(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parrot:
    """Says the same to everybody; without a text of its own, what the member said."""

    text: str = ""

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield it word by word."""
        yield from in_words(self.text or asked.question)


class Scripted:
    """Gives one canned reply a request, in order; the last one for all that come after."""

    def __init__(self, *replies: Sequence[Step] | str) -> None:
        self._replies = [tuple(in_words(one)) if isinstance(one, str) else tuple(one) for one in replies]
        self._at = 0

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the next one, whatever was asked."""
        del asked
        if not self._replies:
            return iter(())
        found = self._replies[min(self._at, len(self._replies) - 1)]
        self._at += 1
        return iter(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """Thinks before its first word, and between words."""

    first: float = 5.0
    between: float = 0.0
    text: str = _HELLO

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield words and pauses."""
        del asked
        yield Wait(self.first)
        for number, word in enumerate(in_words(self.text)):
            if number and self.between:
                yield Wait(self.between)
            yield word


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Takes the request and says nothing for a minute."""

    seconds: float = 60.0

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield one long pause."""
        del asked
        yield Wait(self.seconds)
        yield from in_words(_HELLO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dripping:
    """Says letter after letter, and does not come to an end."""

    between: float = 0.5
    letters: int = 100_000

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield one letter at a time."""
        del asked
        for number in range(self.letters):
            yield Say("drip "[number % 5])
            yield Wait(self.between)
