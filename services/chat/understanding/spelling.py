"""Finds the word that a misspelt one was meant to be: at most two letters off, and never a guess among many.

Words are looked up by what is left of them when letters are taken out, so that the cost does not grow with
the number of words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

_SHORTEST: Final = 4
_LONG: Final = 8
"""From so many letters on two may be wrong."""
_LONGEST: Final = 18


class Spelling:
    """Knows words, and those that are near them."""

    def __init__(self, wanted: Iterable[str], others: Iterable[str] = ()) -> None:
        """Learn words.

        Args:
            wanted: the words that are looked for.
            others: ordinary words, which are right as they are and must not be taken for a wanted one.
        """
        self._wanted = frozenset(wanted)
        self._known = self._wanted | frozenset(others)
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in self._wanted:
            if _SHORTEST <= len(word) <= _LONGEST and word.isascii():
                for left in _shortened(word):
                    self._near[left].add(word)

    def knows(self, word: str) -> bool:
        """Return whether the word is right as it is."""
        return word in self._known

    def right(self, word: str) -> str:
        """Return the word that `word` is meant to be, or itself."""
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha() or word in self._known:
            return word
        near = {one for left in _shortened(word) for one in self._near.get(left, ())}
        rated = sorted((_rating(word, one), one) for one in near if _is_near(word, one))
        return rated[0][1] if rated else word


def _rating(word: str, wanted: str) -> tuple[int, bool, int]:
    return distance(word, wanted), word[0] != wanted[0], abs(len(word) - len(wanted))


def _is_near(word: str, wanted: str) -> bool:
    shorter = min(len(word), len(wanted))
    allowed = 2 if shorter >= _LONG else 1
    if shorter <= _SHORTEST and word[0] != wanted[0]:
        return False
    return distance(word, wanted) <= allowed


def _shortened(word: str) -> Iterator[str]:
    """Yield the word, and what is left without one letter, or two of a long one."""
    yield word
    once = {word[:place] + word[place + 1 :] for place in range(len(word))}
    yield from once
    if len(word) >= _LONG:
        for left in once:
            for place in range(len(left)):
                yield left[:place] + left[place + 1 :]


def distance(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many, or swapped with the next.

    Source: Damerau, F. J. (1964), A technique for computer detection and correction of spelling errors.
    """
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for place, letter in enumerate(one, start=1):
        following: list[int] = [place]
        for at, wanted in enumerate(other, start=1):
            cost = min(row[at] + 1, following[-1] + 1, row[at - 1] + (letter != wanted))
            is_swapped = place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted
            following.append(min(cost, before[at - 2] + 1) if is_swapped else cost)
        before, row = row, following
    return row[-1]
