"""Whether a sentence is in a language that is none of ours, so that nothing here can judge what it says.

The small words of other languages stand in `words/unsaid.yaml`, those of ours in `services.locales`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Final

from services.chat.guarding.letters import bare
from services.chat.guarding.unsaid import read_unsaid
from services.locales.guess import language_of

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_LETTERS: Final = re.compile(r"[ñ¿¡ßœ]")
"""Of Spanish, German and French alone."""
_FEWEST_LETTERS: Final = 3
_FEWEST_WORDS: Final = 5
_SURE: Final = 2
"""Points from which on a sentence is foreign, where it has more than of our own small words."""


def is_foreign(sentence: str) -> bool:
    """Return whether a sentence is clearly neither English nor Portuguese; in doubt it is one of them."""
    if _is_of_another_script(sentence):
        return True
    words = _WORD.findall(sentence.casefold())
    plain = _WORD.findall(bare(sentence).casefold())
    sure, small = _foreign_words()
    points = _SURE * (len(sure.intersection(plain)) + len(_LETTERS.findall(sentence.casefold())))
    if len(words) >= _FEWEST_WORDS:
        points += len(small.intersection(plain))
    return points >= _SURE and points > sum(language_of([word]) is not None for word in set(words))


def _is_of_another_script(sentence: str) -> bool:
    """Return whether most letters are of another alphabet."""
    letters = [letter for letter in sentence if letter.isalpha()]
    others = [letter for letter in letters if not _is_latin(letter)]
    return len(others) >= _FEWEST_LETTERS and 2 * len(others) > len(letters)


@functools.cache
def _is_latin(letter: str) -> bool:
    folded = unicodedata.normalize("NFKC", letter)
    return folded.isascii() or "LATIN" in unicodedata.name(folded[0], "LATIN")


@functools.cache
def _foreign_words() -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of others; what is a small word of ours as well is none of them."""
    words = read_unsaid().foreign
    small = frozenset(word for word in words.small.split() if language_of([word]) is None)
    return frozenset(words.sure.split()), small
