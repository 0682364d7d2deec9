"""What no persona says: it asks for no secret and no money, tells of no member, and insults none.

Belongs here: what is harmful to say, by the words of `words/unsaid.yaml`. Does not belong here: advice and
deeds (`saying`), addresses (`links`), secrets themselves (`canaries`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.chat.guarding.letters import bare
from services.chat.guarding.patterns import Words, one_of, patterns, read_words

WORDS: Final = Path(__file__).with_name("words") / "unsaid.yaml"
_CLAUSE: Final = re.compile(r"[.!?;:,()\u2014\u2013\n]+(?=\s|$)|\s-\s|\b(?:but|mas|instead|so|entao)\b")
_SAID_OF: Final = re.compile(r"\b(?:says?|reads?|begins?|tells?|states?|diz|dizem|comecam?)\b|:")
"""What rules say may not be told, even where they are denied in the same breath."""


class ForeignWords(Words):
    """Small words of other languages; those that are sure are of no language of ours."""

    sure: str
    small: str


class _Unsaid(Words):
    words: dict[str, str]
    asks: tuple[str, ...]
    others: tuple[str, ...]
    named: tuple[str, ...]
    things: str
    insults: tuple[str, ...]
    harms: tuple[str, ...]
    itself: tuple[str, ...]
    spared: str
    caring: str
    foreign: ForeignWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """The patterns, ready to be looked for."""

    asks: tuple[re.Pattern[str], ...]
    others: tuple[re.Pattern[str], ...]
    named: tuple[re.Pattern[str], ...]
    things: frozenset[str]
    insults: tuple[re.Pattern[str], ...]
    harms: tuple[re.Pattern[str], ...]
    itself: tuple[re.Pattern[str], ...]
    spared: re.Pattern[str]
    caring: re.Pattern[str]
    foreign: ForeignWords


@functools.cache
def read_unsaid(file: Path = WORDS) -> Unsaid:
    """Read what no persona says.

    Raises:
        Misconfigured: the file is missing or does not fit its schema.
    """
    return _ready(read_words(file, _Unsaid))


def is_unsaid(sentence: str) -> bool:
    """Return whether a sentence asks for secrets or money, tells of others or its own rules, or insults."""
    plain = bare(sentence)
    low, unsaid = plain.casefold(), read_unsaid()
    if _any(unsaid.insults, low) or _any(unsaid.others, low) or _names(plain, unsaid):
        return True
    return any(_is_unsaid_clause(clause, unsaid) for clause in _clauses(low))


def _is_unsaid_clause(clause: str, unsaid: Unsaid) -> bool:
    for kinds, spared in ((unsaid.asks, unsaid.spared), (unsaid.harms, unsaid.caring)):
        if any(not spared.search(clause, 0, found.start()) for found in _found(kinds, clause)):
            return True
    return any(
        not unsaid.spared.search(clause, 0, found.start()) or _SAID_OF.search(clause, found.start())
        for found in _found(unsaid.itself, clause)
    )


def _names(plain: str, unsaid: Unsaid) -> bool:
    return any(found["name"].casefold() not in unsaid.things for found in _found(unsaid.named, plain))


def _clauses(low: str) -> Iterator[str]:
    return (clause.strip() for clause in _CLAUSE.split(low) if clause.strip())


def _found(kinds: Iterable[re.Pattern[str]], text: str) -> Iterator[re.Match[str]]:
    return (found for kind in kinds for found in kind.finditer(text))


def _any(kinds: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(kind.search(text) for kind in kinds)


def _ready(read: _Unsaid) -> Unsaid:
    words = {name: one_of(text) for name, text in read.words.items()}
    return Unsaid(
        asks=patterns(read.asks, words),
        others=patterns(read.others, words),
        named=patterns(read.named, words),
        things=frozenset(read.things.split()),
        insults=patterns(read.insults, words),
        harms=patterns(read.harms, words),
        itself=patterns(read.itself, words),
        spared=re.compile(rf"\b{one_of(read.spared)}(?!\w)"),
        caring=re.compile(rf"\b{one_of(read.caring)}(?!\w)"),
        foreign=read.foreign,
    )
