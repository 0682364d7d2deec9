"""Numbers in words of both languages, and Roman numerals. Those in digits belong to `figures`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from services.chat.grounding.figures import Figure, Meaning
from services.chat.grounding.lexicon import (
    ALL_OF,
    AMOUNTS,
    ARTICLES,
    FUNCTION,
    HALVES,
    IN_SHARES,
    LINKS,
    MEASURED,
    NO_NUMERALS,
    ONES_BEFORE,
    POINTS,
    SHAPES,
    SHARES,
    SMALL,
    SPOKEN_SCALES,
    STRICT,
    TIMES,
    VALUES,
)

_WORD: Final = re.compile(r"[^\W\d_]+")
_GAP: Final = re.compile(r"[\s-]*")
_ROMAN: Final = re.compile(r"(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_SMALL_ROMAN: Final = frozenset("ivxl")
_LONG_ROMAN: Final = 3
_LOOK_AHEAD: Final = 3
"""Words within which something measured makes a small number a figure."""
_HUNDRED: Final = "hundred"
_COMPARING: Final = frozenset({"as", "more", "less", "larger", "higher", "mais", "menos", "maior", "o", "a"})
_TEN: Final = 10
_HUNDREDS: Final = 100
_FRACTIONS: Final = frozenset({"third", "quarto", "quinto"})
_ALTERNATIVES: Final = "|".join(
    sorted(
        (word for word in (*VALUES, *SPOKEN_SCALES, _HUNDRED) if len(word) > len("um")), key=len, reverse=True
    )
)
_DIGITS: Final = "|".join(word for word, value in VALUES.items() if value < _TEN)
_HOLDS_NUMBER: Final = re.compile(_ALTERNATIVES)
_RUN_TOGETHER: Final = re.compile(rf"(?:{_ALTERNATIVES})(?:(?:and|e)?(?:{_ALTERNATIVES})){{1,8}}")
_LETTERS: Final = re.compile(r"(?<!\w)[^\W\d_](?:[ \t.,*-]{1,3}[^\W\d_](?!\w)){2,}")
_ONE_BY_ONE: Final = re.compile(
    rf"(?<!\w)(?:{_DIGITS})(?:[ \t]?[,;·/.-][ \t]*(?:{_DIGITS})(?!\w)){{2,}}", re.IGNORECASE
)

_BEING: Final = frozenset({"is", "was", "está", "fica"})
_DAY: Final = frozenset({"day", "dia"})
_WITHIN: Final = frozenset({"in", "within", "for", "em", "por", "durante", "há"})

Words = Sequence[re.Match[str]]


def spoken_in(text: str) -> tuple[Figure, ...]:
    """Return the numbers in words of a flat text. Small words that count nothing measured are none."""
    words = [*_WORD.finditer(text)]
    found = [*_disguised(text, words)]
    at = 0
    while at < len(words):
        end = _run(text, words, at)
        if end > at:
            if not _counts_nothing(text, words, at, end):
                found.append(_figure(text, words, at, end))
            at = end
            continue
        if _is_amount(text, words, at) or _is_roman(words, at):
            found.append(_alone(words, at))
        at += 1
    return tuple(found)


def _disguised(text: str, words: Words) -> Iterator[Figure]:
    """Yield numbers that are spelled letter by letter, run together, or told digit by digit."""
    for one in (*_LETTERS.finditer(text), *_ONE_BY_ONE.finditer(text)):
        letters = "".join(_WORD.findall(one[0])).casefold()
        if one.re is _ONE_BY_ONE or _HOLDS_NUMBER.search(letters):
            yield Figure(text=one[0], start=one.start(), end=one.end())
    for word in words:
        if _RUN_TOGETHER.fullmatch(word[0].casefold()):
            yield Figure(text=word[0], start=word.start(), end=word.end())


def may_be_number(word: str) -> bool:
    """Return whether a word may be, or be part of, a number: whoever is careful waits for what follows it."""
    return any(sign.isnumeric() for sign in word) or any(
        part.casefold() in _ALL or _ROMAN.fullmatch(part) is not None for part in _WORD.findall(word)
    )


_ALL: Final = (
    frozenset(VALUES) | frozenset(SPOKEN_SCALES) | AMOUNTS | HALVES | POINTS | {_HUNDRED} | _FRACTIONS
)


def _said(words: Words, at: int) -> str:
    return words[at][0].casefold() if 0 <= at < len(words) else ""


def _is_number(word: str) -> bool:
    return word in VALUES or word in SPOKEN_SCALES or word == _HUNDRED


def _joined(text: str, words: Words, at: int) -> bool:
    """Return whether nothing but a blank or a hyphen stands between a word and the one before it."""
    return at < len(words) and _GAP.fullmatch(text[words[at - 1].end() : words[at].start()]) is not None


def _run(text: str, words: Words, at: int) -> int:
    """Return where a number ends that begins at a word; the same place where none does."""
    end = at
    while end < len(words) and _is_number(_said(words, end)) and (end == at or _joined(text, words, end)):
        end += 1
        is_linked = _said(words, end) in LINKS | POINTS and _is_number(_said(words, end + 1))
        if is_linked and _joined(text, words, end) and _joined(text, words, end + 1):
            end += 1
    return end


def _figure(text: str, words: Words, at: int, end: int) -> Figure:
    run = [_said(words, one) for one in range(at, end)]
    unit = _unit(text, words, end)
    meaning = _meaning(run, unit)
    start, stop = words[at].start(), words[end - 1].end()
    return Figure(
        text=text[start:stop], start=start, end=stop, meanings=() if meaning is None else (meaning,)
    )


def _unit(text: str, words: Words, end: int) -> str:
    if not _joined(text, words, end):
        return "%" if text[words[end - 1].end() :].lstrip().startswith("%") else ""
    one, two = _said(words, end), f"{_said(words, end)} {_said(words, end + 1)}"
    unit = SHARES.get(two) or SHARES.get(one) or TIMES.get(one) or ""
    return "x" if unit == "times" and _said(words, end + 1) in _COMPARING else unit


def _meaning(run: Sequence[str], unit: str) -> Meaning | None:
    """Return what a run of number words amounts to; None where it is no number."""
    point = next((at for at, word in enumerate(run) if word in POINTS), None)
    if point is None:
        return _whole(run, unit)
    scales = [word for word in run[point + 1 :] if word in SPOKEN_SCALES]
    digits = [VALUES.get(word, _TEN) for word in run[point + 1 :] if word not in SPOKEN_SCALES]
    before = _whole(run[:point], unit)
    if before is None or not digits or max(digits) >= _TEN or len(scales) > 1:
        return None
    fraction = Decimal("0." + "".join(map(str, digits)))
    power = SPOKEN_SCALES[scales[0]] if scales else 0
    step = Decimal(1).scaleb(power - len(digits))
    return Meaning((before.value + fraction).scaleb(power), unit, step)


def _whole(run: Sequence[str], unit: str) -> Meaning | None:
    total = current = 0
    step = 1
    for word in run:
        if word in LINKS:
            continue
        if word in VALUES:
            if not _fits(current, VALUES[word]):
                return None
            current, step = current + VALUES[word], 1
        elif word == _HUNDRED:
            current, step = (current or 1) * 100, 100
        else:
            scale = 10 ** SPOKEN_SCALES[word]
            if total and total % (scale * 10):
                return None
            total, current, step = total + (current or 1) * scale, 0, scale
    return Meaning(Decimal(total + current), unit, Decimal(step))


def _fits(current: int, value: int) -> bool:
    """Return whether `value` can be added to what was said: twenty and four, but not four and twenty."""
    if current == 0 or value == 0:
        return current == 0
    room = 10 ** len(str(value))
    is_after_ten = value < _TEN and current % _HUNDREDS == _TEN
    return current % room == 0 and not is_after_ten


def _counts_nothing(text: str, words: Words, at: int, end: int) -> bool:
    """Return whether a small number stands before a noun that is not measured, as in two sides."""
    word = _said(words, at)
    following = _said(words, end) if _joined(text, words, end) else ""
    if end - at != 1:
        return False
    if word == "zero":
        return following in _BEING or _said(words, at - 1) == "o"
    if word not in SMALL or _is_again(text, words, at, end):
        return word in SMALL
    if not following:
        return False
    if word in ARTICLES:
        return following not in STRICT or (following in _DAY and _said(words, at - 1) not in _WITHIN)
    return following not in FUNCTION and not _is_measured(text, words, end, MEASURED)


def _is_again(text: str, words: Words, at: int, end: int) -> bool:
    """Return whether a number only points at what was named before, as in: this one, all three of them."""
    if _said(words, at - 1) in ALL_OF and _said(words, end) not in MEASURED:
        return True
    is_one = _said(words, at) == "one" and _is_pronoun(words, at)
    return is_one and not _is_measured(text, words, end, MEASURED)


def _is_pronoun(words: Words, at: int) -> bool:
    """Return whether `one` stands for a thing, as in: this one, a larger one, one of them."""
    is_named = _said(words, at - 1) in ONES_BEFORE or _said(words, at - 2) in {"a", "an", "the"}
    return is_named or _said(words, at + 1) in {"of", "that", "which", "who"} | _BEING


def _is_measured(text: str, words: Words, at: int, units: frozenset[str]) -> bool:
    for ahead in range(at, min(at + _LOOK_AHEAD, len(words))):
        if not _joined(text, words, ahead) or _said(words, ahead) in FUNCTION:
            return text[words[ahead - 1].end() :].lstrip()[:1] in set("%$€£") and ahead == at
        if _said(words, ahead) in units:
            return True
    return False


def _is_amount(text: str, words: Words, at: int) -> bool:
    word, following = _said(words, at), _said(words, at + 1) if _joined(text, words, at + 1) else ""
    if word in {"percent", "pct"}:
        return _said(words, at - 1) == "a"
    if word in AMOUNTS:
        return following not in SHAPES
    if word in HALVES:
        before = _said(words, at - 1)
        return (
            following in STRICT
            or following in AMOUNTS
            or (before in LINKS and _said(words, at - 2) in _ALL | STRICT)
        )
    return (
        word in _FRACTIONS
        and following in {"of", "de", "do", "da"}
        and _said(words, at - 1) in {"a", "one", "um"}
    )


def _is_roman(words: Words, at: int) -> bool:
    word = _raised(words[at][0])
    return _ROMAN.fullmatch(word) is not None and word not in NO_NUMERALS


def _raised(word: str) -> str:
    """Return a numeral in small letters in large ones, where it is no word as well."""
    is_numeral = len(word) >= _LONG_ROMAN and word.islower() and _SMALL_ROMAN.issuperset(word)
    return word.upper() if is_numeral else word


def _alone(words: Words, at: int) -> Figure:
    """Return a figure that is one word: a Roman numeral by its value, any other by its text alone."""
    word = _raised(words[at][0])
    is_roman = _ROMAN.fullmatch(word) is not None
    meanings: tuple[Meaning, ...] = (Meaning(Decimal(_roman(word))),) if is_roman else ()
    if share := IN_SHARES.get(word.casefold()):
        meanings = (Meaning(Decimal(share), "%"),)
    return Figure(text=word, start=words[at].start(), end=words[at].end(), meanings=meanings)


def _roman(word: str) -> int:
    values: Iterator[int] = (_ROMAN_VALUES[letter] for letter in word)
    total = last = 0
    for value in values:
        total += value - 2 * last if value > last > 0 else value
        last = value
    return total
