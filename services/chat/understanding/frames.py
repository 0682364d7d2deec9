"""Lengths of time in a text: those of which there are candles, and days ahead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.phrases import Sentence
from services.chat.understanding.reading import Word
from services.market.messages import TIMEFRAMES, Timeframe

_SHORT: Final = re.compile(r"(?P<count>\d{1,4})(?P<unit>[a-z]{1,8})")
_TURNED: Final = re.compile(r"(?P<unit>[mhd])(?P<count>\d{1,2})")
_MINUTES: Final = {"m": 1, "h": 60, "d": 1_440}
_BY_MINUTES: Final[dict[int, Timeframe]] = {1: "1m", 5: "5m", 15: "15m", 60: "1h", 240: "4h", 1_440: "1d"}
_SMALL_UNITS: Final = ("m", "h")
_NO_FRAMES: Final = ("24h", "24hr", "24hrs")
"""The last day, as prices are compared with, and no candle."""
_DIGITS: Final = 4
_PAST: Final = frozenset({"ago", "atras"})
_FRAME: Final = frozenset({"@frame"})
NO_FRAME: Final = "@noframe"
_SPANS: Final = frozenset(
    """
    last past next within for during in ultimo ultimos ultima ultimas proximo proximos proximas em daqui por
    durante faz ha
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of literals
)
"""Before a length of time they tell how long, and of no candle."""


def with_frames(words: Sequence[Word], lexicon: Lexicon) -> list[Word]:
    """Return the words with one for each timeframe, of the kind ``@frame``, written as the farm does."""
    found: list[Word] = []
    place = 0
    while place < len(words):
        frame, count = _frame_at(words, place, lexicon)
        last = words[place + count - 1]
        if frame is not None:
            found.append(replace(last, raw=words[place].raw, plain=frame, kinds=_FRAME))
        else:
            found.append(_refused(words, place, lexicon))
        place += count if frame is not None else 1
    return found


def frame_in(words: Sequence[Word]) -> Timeframe | None:
    """Return the first timeframe of words that were marked."""
    frames = (word.plain for word in words if word.kinds == _FRAME)
    return next((timeframe for frame in frames for timeframe in TIMEFRAMES if timeframe == frame), None)


def refused_in(words: Sequence[Word]) -> str:
    """Return the first length of time of which there are no candles, as it was written; empty for none."""
    place = next((at for at, word in enumerate(words) if NO_FRAME in word.kinds), None)
    if place is None:
        return ""
    written = words[place].raw
    return f"{written} {words[place + 1].raw}" if written.isdecimal() else written


def days_in(words: Sequence[Word], lexicon: Lexicon) -> int | None:
    """Return how many days ahead are spoken of, as in ``next 15 days`` and ``this week``."""
    for before, word in zip([None, *words], words, strict=False):
        if word.plain == "1d" and word.kinds == _FRAME:
            continue
        days = {"d": 1}.get(lexicon.units.get(word.plain, "")) or _weeks(word.plain, lexicon)
        if days is None:
            continue
        count = None if before is None else _count(before, lexicon)
        if count is not None:
            return count * days
        if days > 1:
            return days
    return None


def _weeks(word: str, lexicon: Lexicon) -> int | None:
    return lexicon.numbers.get(word) if word.startswith(("week", "semana", "month", "mes")) else None


def _count(word: Word, lexicon: Lexicon) -> int | None:
    return (
        int(word.plain)
        if word.plain.isdecimal() and len(word.plain) < _DIGITS
        else lexicon.numbers.get(word.plain)
    )


def _frame_at(words: Sequence[Word], place: int, lexicon: Lexicon) -> tuple[Timeframe | None, int]:
    """Return the timeframe that stands at a place, and how many words it takes."""
    word = words[place]
    found = _SHORT.fullmatch(word.plain) or _TURNED.fullmatch(word.plain)
    if found is not None:
        return (None if _is_month(word) else _timeframe(found["count"], lexicon.units.get(found["unit"]))), 1
    if word.plain.isdecimal() and len(word.plain) <= _DIGITS and place + 1 < len(words) and not word.ends:
        unit = lexicon.units.get(words[place + 1].plain)
        is_past = place + 2 < len(words) and words[place + 2].plain in _PAST
        return (None if is_past else _timeframe(word.plain, unit)), 2
    return _phrase_at(words, place, lexicon)


def _refused(words: Sequence[Word], place: int, lexicon: Lexicon) -> Word:
    """Return the word at a place, marked where it is a length of time of which there are no candles."""
    word = words[place]
    is_none = word.plain in lexicon.no_frames or _is_month(word) or _is_odd(words, place, lexicon)
    return replace(word, kinds=word.kinds | {NO_FRAME}) if is_none else word


def _is_odd(words: Sequence[Word], place: int, lexicon: Lexicon) -> bool:
    """Return whether minutes or hours are named; days and more may be how much a chart shows."""
    plain = words[place].plain
    if place > 0 and words[place - 1].plain in _SPANS:
        return False
    short = _SHORT.fullmatch(plain) or _TURNED.fullmatch(plain)
    if short is not None:
        return lexicon.units.get(short["unit"]) in _SMALL_UNITS and plain not in _NO_FRAMES
    if not plain.isdecimal() or len(plain) > _DIGITS or words[place].ends or place + 1 >= len(words):
        return False
    is_past = place + 2 < len(words) and words[place + 2].plain in _PAST
    unit = words[place + 1].plain
    return not is_past and plain != "24" and len(unit) > 1 and lexicon.units.get(unit) in _SMALL_UNITS


def _phrase_at(words: Sequence[Word], place: int, lexicon: Lexicon) -> tuple[Timeframe | None, int]:
    rest = Sentence(words=words[place : place + 5], opens=frozenset(), closes=frozenset())
    seen = [one for one in lexicon.frames.find(rest) if one.start == 0]
    longest = max(seen, key=lambda one: one.end, default=None)
    return (None, 1) if longest is None else (longest.says, longest.end)


def _is_month(word: Word) -> bool:
    return word.raw.endswith("M") and word.raw[:-1].isdecimal()


def _timeframe(count: str, unit: str | None) -> Timeframe | None:
    if unit is None or f"{count}{unit}" in _NO_FRAMES:
        return None
    return _BY_MINUTES.get(int(count) * _MINUTES[unit])
