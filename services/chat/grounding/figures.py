"""Every figure that a text states in digits, with all that belongs to it: sign, scale, unit, direction.

Numbers in words belong to `spoken`, dates to `moments`, and what is to be thought of a figure to `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise, zip_longest
from typing import Final

from services.chat.grounding.lexicon import BELOW, CURRENCIES, DOWN, MONEY, NAMES, SCALES, SHARES, TIMES, UP
from services.locales import Locale
from services.locales.reading import read_number

_MOST_DIGITS: Final = 40
_MOST_POWER: Final = 30
_WORDS_BEFORE: Final = 5
_WORDS_AFTER: Final = 3
_ENDS: Final = re.compile(r"[;,:!?\n]\s|[.;!?]\s|\b(?:but|after|while|mas|depois|enquanto)\b")
_LEVELS: Final = frozenset({"to", "at", "near", "around", "para", "até", "em", "aos", "ao", "a", "perto"})
"""Behind a word of direction they say where to, not by how much."""
_WORD: Final = re.compile(r"[^\W\d_]+|[▲▼↑↓⬆⬇]")
_LIST_MARK: Final = re.compile(r"^([ \t]*)\d{1,2}[.)](?=[ \t]+[^\s\d])", re.MULTILINE)
_REFERENCE: Final = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|/[^<>:\n]{1,100}:)\d{1,25}>")
_COIN: Final = "|".join(sorted((re.escape(word) for word in MONEY), key=len, reverse=True))
_UNIT_WORDS: Final = "|".join(
    sorted((re.escape(word).replace(r"\ ", r"\s") for word in (*SHARES, *TIMES)), key=len, reverse=True)
)
_SCALE_WORDS: Final = "|".join(sorted((word for word in SCALES if len(word) > 1), key=len, reverse=True))
_FIGURE: Final = re.compile(
    r"(?P<pair>(?<![\w.,:/])\d{1,6}(?:[.,]\d{1,4})?(?:[:/]|\s[:/]\s)\d{1,6}(?:[.,]\d{1,4})?(?![\w:/]|[.,]\d))"
    r"|(?P<sign>(?<![\w.,)%+-])[+-]|(?<=[(\s])[+-])?(?:(?P<money>(?:US\$|R\$|[$€£¥₿]|(?<![^\W_])(?:USDT"
    r"|USDC|USD|BRL|EUR))\s?)(?P<inner>[+-])?)?"
    r"(?<![^\W_])(?P<digits>\d{1,3}(?:[ ']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*|"
    r"(?<!\d)[.,]\d+)"
    r"(?P<power>e[+-]?\d{1,3}(?![^\W_])|\^[+-]?\d+)?"
    r"|(?P<name>(?<![^\W_])[^\W\d_][^\W_]*\d[^\W_]*)"
    r"|(?P<drawn>[\u2680-\u2685\u2800-\u28ff\U0001f000-\U0001f0ff\U0001f550-\U0001f567])",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    rf"(?:(?P<scale>\s?(?:{_SCALE_WORDS})|[kmbt])(?![^\W_]|\d))?"
    rf"(?P<coin>\s?(?:{_COIN})(?![^\W_]))?"
    rf"(?:[\s-]?(?P<unit>[%°]|(?:{_UNIT_WORDS})(?![^\W_])))?",
    re.IGNORECASE,
)
_SECONDS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN: Final = re.compile(r"\s*(?:,|and|e)?\s*")
_GLUED: Final = re.compile(r"[^\W_]+")
_DASH: Final = re.compile(r"\s?[-\N{EN DASH}]\s?")
_TIMEFRAME: Final = re.compile(r"([hdwm])(\d{1,2})", re.IGNORECASE)
_OF: Final = re.compile(r"\s(?:out )?(?:of|de)\s")
_THAN: Final = re.compile(r"\s(?:as|more|less|fewer|larger|bigger|higher|mais|menos|maior|o\b|a\b)")
_SHARE: Final = re.compile(r"0[.,]\d{3}")
"""As the levels of a retracement are written that elsewhere are 61.8%."""
_SPELLED: Final = re.compile(
    r"(?<![\w.,])\d(?:[ \t]{1,3}\d(?!\w)){1,}(?![.,]?\d)"
    r"|(?<![\w.,:/-])\d(?:[ \t]?[,;·/.-][ \t]+\d(?![\w%:/]|[.,]\d)){2,}"
)
"""Digits one by one, which somebody may read as one number."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One value of a figure. `step` is one of its last digit; `unit` is empty for a bare number."""

    value: Decimal
    unit: str = ""
    step: Decimal = Decimal(1)
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as it stands in a text. One without meanings is known by its text alone."""

    text: str
    start: int
    end: int
    meanings: tuple[Meaning, ...] = ()
    direction: int = 0
    """-1 or 1 where the words beside it say that it is a fall or a rise."""
    part: Meaning | None = None
    """Of 2 d 3 h the 2 d, which a look-up that gives both gives as well."""
    before: str = ""
    """The word before it, in small letters."""
    is_money: bool = False

    @property
    def key(self) -> str:
        """Return its text without blanks, in small letters."""
        return "".join(self.text.casefold().split())


def figures_in(text: str, convention: Locale) -> tuple[Figure, ...]:
    """Return the figures of a flat text without dates, in order; marks of lists are none."""
    bare = _LIST_MARK.sub(lambda mark: " " * len(mark[0]), _REFERENCE.sub(" ", text))
    found = [*_read_all(bare, convention)]
    ranged = [_within_range(bare, one, after) for one, after in zip_longest(found, found[1:])]
    spans = [*_joined_spans(bare, _counted(bare, ranged))]
    spelled = [Figure(text=one[0], start=one.start(), end=one.end()) for one in _SPELLED.finditer(bare)]
    return tuple(_placed(bare, one) for one in (*spans, *spelled))


def _read_all(text: str, convention: Locale) -> Iterator[Figure]:
    at = 0
    while found := _FIGURE.search(text, at):
        figure = _read(text, found, convention)
        at = max(figure.end, found.end())
        if figure.key not in NAMES:
            yield figure


def _read(text: str, found: re.Match[str], convention: Locale) -> Figure:
    if not found["digits"]:
        return Figure(text=found[0], start=found.start(), end=found.end(), meanings=_timeframe(found[0]))
    tail = _TAIL.match(text, found.end())
    end = found.end() if tail is None else tail.end()
    glued = _GLUED.match(text, end) if (end and text[end - 1].isalnum()) or end == found.end() else None
    if glued:
        return Figure(text=text[found.start() : glued.end()], start=found.start(), end=glued.end())
    parts = {} if tail is None else tail.groupdict()
    return Figure(
        text=text[found.start() : end],
        start=found.start(),
        end=end,
        meanings=tuple(_meanings(found, parts, convention, is_compared=_THAN.match(text, end) is not None)),
        is_money=bool(found["money"] or (parts.get("coin") or "").strip().casefold() in CURRENCIES),
    )


def _timeframe(name: str) -> tuple[Meaning, ...]:
    """Return what H4 means, which is 4h."""
    found = _TIMEFRAME.fullmatch(name)
    return (Meaning(Decimal(found[2]), _unit(found[1])),) if found else ()


def _meanings(
    found: re.Match[str], tail: dict[str, str | None], convention: Locale, *, is_compared: bool
) -> Iterator[Meaning]:
    """Yield what digits mean with their sign, power of ten, scale and unit."""
    value = _value(found["digits"], convention)
    power = _power(found["power"])
    if value is None or power is None:
        return
    scale = (tail.get("scale") or "").strip()
    signs = f"{found['sign'] or ''}{found['inner'] or ''}"
    bare = Meaning(-value if "-" in signs else value, "", _step(found["digits"], value), signs != "")
    unit = _unit(tail.get("unit") or "")
    unit = "x" if unit == "times" and is_compared else unit
    if found[0] == found["digits"] and not any(tail.values()) and _SHARE.fullmatch(found[0]):
        yield _scaled(bare, 2, "%")
    if scale == "m" and not unit:
        yield _scaled(bare, power, "min")
    yield _scaled(bare, power + SCALES.get(scale.casefold(), 0), unit)


def _scaled(bare: Meaning, power: int, unit: str) -> Meaning:
    return replace(bare, value=bare.value.scaleb(power), step=bare.step.scaleb(power), unit=unit)


def _value(digits: str, convention: Locale) -> Decimal | None:
    ways = read_number(digits, convention) if len(digits) <= _MOST_DIGITS else ()
    return ways[0] if ways else None


def _step(digits: str, value: Decimal) -> Decimal:
    """Return one of the last digit that is written."""
    whole = Decimal(re.sub(r"\D", "", digits))
    after = len(re.split(r"[.,]", digits)[-1])
    is_whole = (whole == value and value != 0) or not re.search(r"[.,]", digits)
    return Decimal(1) if is_whole else Decimal(1).scaleb(-after)


def _power(written: str | None) -> int | None:
    """Return the power of ten of 1e5; None for one that is raised or too large."""
    if written is None:
        return 0
    power = int(written[1:]) if written[0] in "eE" else _MOST_POWER + 1
    return power if abs(power) <= _MOST_POWER else None


def _unit(written: str) -> str:
    word = " ".join(written.casefold().split())
    return SHARES.get(word) or TIMES.get(word) or ""


def _within_range(text: str, one: Figure, after: Figure | None) -> Figure:
    """Return a figure with the unit and scale of the one that a dash joins it with."""
    if after is None or not _DASH.fullmatch(text[one.end : after.start]):
        return one
    if len(one.meanings) != 1 or len(after.meanings) != 1 or one.meanings[0].unit:
        return one
    first, second = one.meanings[0], after.meanings[0]
    scale = next((found for found in SCALES if after.text.casefold().endswith(found)), "")
    is_scaled = scale != "" and not second.unit and second.value >= 10 ** SCALES[scale] / 10
    is_bare = one.text[-1:].isdigit()
    power = SCALES[scale] if is_scaled and is_bare else 0
    return replace(one, meanings=(_scaled(first, power, second.unit),))


def _counted(text: str, figures: Sequence[Figure]) -> list[Figure]:
    """Return figures, both of those such as 31 of 310 days as the days and as the counts that they are."""
    made = [*figures]
    for at, (one, after) in enumerate(pairwise(figures)):
        if _OF.fullmatch(text[one.end : after.start]) and len(one.meanings) == len(after.meanings) == 1:
            (first,), (second,) = one.meanings, after.meanings
            if first.unit == "" and second.unit in TIMES.values():
                made[at] = replace(one, meanings=(first, replace(first, unit=second.unit)))
                made[at + 1] = replace(after, meanings=(second, replace(second, unit="")))
    return made


def _joined_spans(text: str, figures: list[Figure]) -> Iterator[Figure]:
    """Yield figures, two that tell one length of time, as 2 d 3 h, as one."""
    waiting: Figure | None = None
    for one in figures:
        if waiting is not None and (both := _both(text, waiting, one)) is not None:
            waiting = both
            continue
        if waiting is not None:
            yield waiting
        waiting = one
    if waiting is not None:
        yield waiting


def _both(text: str, first: Figure, second: Figure) -> Figure | None:
    if (
        len(first.meanings) != 1
        or len(second.meanings) != 1
        or not _SPAN.fullmatch(text[first.end : second.start])
    ):
        return None
    long, short = first.meanings[0], second.meanings[0]
    if _SECONDS.get(long.unit, 0) <= _SECONDS.get(short.unit, 0) or short.unit not in _SECONDS:
        return None
    seconds = long.value * _SECONDS[long.unit] + short.value * _SECONDS[short.unit]
    both = Meaning(seconds, "span", Decimal(1))
    return Figure(
        text=text[first.start : second.end], start=first.start, end=second.end, meanings=(both,), part=long
    )


def _placed(text: str, one: Figure) -> Figure:
    """Return a figure with what the words beside it say of it."""
    told = _ENDS.split(text[max(0, one.start - 80) : one.start])[-1]
    before = [word.casefold() for word in _WORD.findall(told)]
    after = [word.casefold() for word in _WORD.findall(_ENDS.split(text[one.end : one.end + 50])[0])]
    leads_down = bool(after) and after[0] in BELOW
    direction = _direction([*reversed(before[-_WORDS_BEFORE:])]) or _direction(after[:_WORDS_AFTER])
    direction = -1 if leads_down else direction
    return replace(one, direction=direction, before=before[-1] if before else "")


def _direction(words: list[str]) -> int:
    for word in words:
        if word in _LEVELS:
            return 0
        if word in UP or word in DOWN:
            return 1 if word in UP else -1
    return 0
