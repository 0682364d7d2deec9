"""Cuts what was written into words: one spelling for accents, capitals, short forms and letters drawn out.

What a word stands for, a market or a length of time, belongs to `markets` and `frames`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

MOST_LETTERS: Final = 600
"""Of a text are read: a question is shorter, and what is longer is no question."""
MOST_WORDS: Final = 100
_LONGEST_WORD: Final = 40
_MONEY: Final = (("R$", " brl "), ("US$", " usd "), ("U$", " usd "), ("€", " eur "), ("£", " gbp "))
_SIGNS: Final = (("👋", " hello "), ("😂", " haha "), ("🤣", " haha "), ("=", " to "), ("->", " to "))
_DOLLARS: Final = re.compile(r"\$(?=\s?\d)")
_CONTRACTED: Final = (
    (re.compile(r"\b(what|how|who|where|when|that|it|here|there|why)['\u2019]?s\b"), r"\1 is"),
    (re.compile(r"\blet['\u2019]s\b"), "let us"),
    (re.compile(r"['\u2019]s\b"), " whose"),
    (re.compile(r"\bi['\u2019]?m\b"), "i am"),
    (re.compile(r"['\u2019]re\b"), " are"),
    (re.compile(r"['\u2019]ll\b"), " will"),
    (re.compile(r"['\u2019]ve\b"), " have"),
    (re.compile(r"['\u2019]d\b"), " would"),
    (re.compile(r"\b(do|does|did|is|are|was|ca|wo|would|should|could|have|has)n['\u2019]?t\b"), r"\1 not"),
)
_PART: Final = re.compile(
    r"(?P<url>(?:https?://|www\.)\S*)"
    r"|(?P<number>\d+(?:[.,'\u2019]\d+)*)(?:(?P<unit>[^\W\d_]+)|(?P<percent>\s?%))?(?!\w)"
    r"|(?P<word>\$?\w+(?:[/:_-]\w+)*)"
    r"|(?P<stop>[.!?;\n]+)|(?P<comma>,)"
)
_DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1{2,}")
_LAUGH: Final = re.compile(r"k{3,}|a?(?:ha){2,}h?|(?:he){2,}|(?:rs){2,}|lo+l|lmf?ao+|rofl|hue(?:hue)*")
_JOINTS: Final = re.compile(r"[/:_-]")
_SHORT_UNIT: Final = 2
_CONTRACTS: Final = "OI"
"""Short for open interest; in small letters it is hello in Portuguese."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as it was written, as it is compared, and what it stands for besides."""

    raw: str
    plain: str
    """Small letters without accents, spelt right."""
    ends: bool = False
    """Whether a sentence ends behind it."""
    kinds: frozenset[str] = field(default=frozenset())
    """Such as ``@market``, ``@number``, ``@frame``."""
    after_comma: bool = False


def plain(text: str) -> str:
    """Return small letters without accents."""
    spread = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in spread if unicodedata.category(letter) != "Mn")


def words_in(text: str, expansions: Mapping[str, Sequence[str]], quotes: frozenset[str]) -> list[Word]:
    """Return the words of a text, as many as a question has.

    Args:
        text: what was written.
        expansions: short forms in small letters without accents, and the words that they stand for.
        quotes: the currencies, in capitals, that something may be priced in: ``btc/usdt`` is one word and
            ``buy/sell`` are two.
    """
    found: list[Word] = []
    for word in _pieces(_opened(text), quotes):
        found.extend(_expanded(word, expansions))
        if len(found) >= MOST_WORDS:
            break
    return found[:MOST_WORDS]


def _opened(text: str) -> str:
    """Write out signs of money and contractions."""
    short = text[:MOST_LETTERS]
    for sign, spoken in (*_MONEY, *_SIGNS):
        short = short.replace(sign, spoken)
    short = _DOLLARS.sub(" usd ", short)
    for pattern, spoken in _CONTRACTED:
        short = re.sub(pattern.pattern, spoken, short, flags=re.IGNORECASE)
    return short


def _pieces(text: str, quotes: frozenset[str]) -> Iterator[Word]:
    before: list[Word] = []
    comma = False
    for part in _PART.finditer(text):
        if part["stop"] or part["comma"]:
            if before and part["stop"]:
                last = before.pop()
                before.append(
                    Word(last.raw, last.plain, ends=True, kinds=last.kinds, after_comma=last.after_comma)
                )
            comma = bool(part["comma"])
            continue
        yield from before
        before = [
            _after(word, comma) if place == 0 else word for place, word in enumerate(_cut(part, quotes))
        ]
        comma = False
    yield from before


def _after(word: Word, comma: bool) -> Word:  # noqa: FBT001 - what was seen before it
    return Word(word.raw, word.plain, kinds=word.kinds, after_comma=comma)


def _cut(part: re.Match[str], quotes: frozenset[str]) -> list[Word]:
    if part["url"]:
        return [Word(part["url"][:_LONGEST_WORD], "@link", kinds=frozenset({"@link"}))]
    if part["number"]:
        return _measured(part)
    raw = part["word"][:_LONGEST_WORD]
    pieces = _JOINTS.split(raw)
    if len(pieces) == 1 or pieces[1].upper() in quotes:
        return [_word(raw)]
    return [_word(piece) for piece in pieces if piece]


def _measured(part: re.Match[str]) -> list[Word]:
    number, unit = part["number"], part["unit"] or ""
    kinds = frozenset({"@percent"} if part["percent"] else {"@number"})
    if not unit:
        return [Word(number, number, kinds=kinds)]
    return [
        Word(
            number + unit,
            number + unit.casefold(),
            kinds=kinds if len(unit) <= _SHORT_UNIT else frozenset({"@mixed"}),
        )
    ]


def _word(raw: str) -> Word:
    return Word(raw, plain(raw))


def _expanded(word: Word, expansions: Mapping[str, Sequence[str]]) -> list[Word]:
    if word.kinds:
        return [word]
    if word.raw == _CONTRACTS:
        return [replace(word, kinds=frozenset({"@contracts"}))]
    if _LAUGH.fullmatch(word.plain):
        return [Word(word.raw, "haha", ends=word.ends)]
    even = _DRAWN_OUT.sub(r"\1", word.plain)
    spoken = (
        expansions.get(word.raw.casefold()) or expansions.get(word.plain) or expansions.get(even) or (even,)
    )
    last = len(spoken) - 1
    return [
        Word(
            word.raw,
            one,
            ends=word.ends and place == last,
            after_comma=word.after_comma and place == 0,
        )
        for place, one in enumerate(spoken)
    ]
