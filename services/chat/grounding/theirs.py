"""Whether a number that only the member named is said as theirs, or as an open question, and not as found.

Which numbers were found belongs to `numbers`. What is in doubt is said as found.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.chat.guarding.patterns import Words, one_of, read_words
from services.locales import Locale

_CLAUSE: Final = re.compile(
    r"\n|[;:,.!?()\u2013\u2014]+(?=\s|$)|\s-\s"
    r"|\b(?:but|mas|porém|yet|because|porque|pois)\b"
)
_WORDS: Final = Path(__file__).with_name("words") / "theirs.yaml"


class _Marks(Words):
    """How one language marks a number, given as `#`, as somebody else's or as open."""

    confirming: str
    theirs: str
    open: str


class _Theirs(Words):
    en: _Marks
    pt: _Marks


def is_theirs(text: str, start: int, end: int, locale: Locale) -> bool:
    """Return whether a flat sentence says the number at `start` to `end` as the member's, or leaves it open.

    It must begin with no yes, and say so in the clause in which the number stands.
    """
    words = read_marks()[locale]
    low = text.casefold()
    if len(low) != len(text) or words.confirming.search(low):
        return False
    before = [mark.end() for mark in _CLAUSE.finditer(low, 0, start)]
    after = _CLAUSE.search(low, end)
    clause = f"{low[before[-1] if before else 0 : start]}#{low[end : after.start() if after else len(low)]}"
    told = " ".join(clause.split())
    return words.theirs.search(told) is not None or words.open.search(told) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ways:
    confirming: re.Pattern[str]
    theirs: re.Pattern[str]
    open: re.Pattern[str]


@functools.cache
def read_marks() -> dict[Locale, _Ways]:
    """Read the words that mark a number as a member's own, or as open.

    Raises:
        Misconfigured: the file is missing or does not fit its schema.
    """
    read = read_words(_WORDS, _Theirs)
    return {"en": _way(read.en), "pt-BR": _way(read.pt)}


def _way(marks: _Marks) -> _Ways:
    return _Ways(
        confirming=re.compile(one_of(marks.confirming)),
        theirs=re.compile(one_of(marks.theirs)),
        open=re.compile(one_of(marks.open)),
    )
