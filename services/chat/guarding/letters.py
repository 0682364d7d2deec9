"""Letters that nobody sees or that only disturb, and signs that look like others.

What is a mention or a link belongs to `incoming` and `outgoing`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS: Final = frozenset({"Mn", "Mc"})
_MOST_MARKS: Final = 2
"""On one letter, beyond what is part of it: no language that is spoken here needs more."""
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\ufffc")
"""Letters and marks by category that show nothing."""
_SELECTORS: Final = frozenset(
    map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x1810)))
)
_BREAKS: Final = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_COUNTED: Final = re.compile(r"(?<=[.,])0(?P<count>[₀-₉]{1,2})")
_FROM_SUBSCRIPTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_QUOTES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "", "*": "", "_": "", "~": ""})
_MOST_BARE: Final = 4_000
_KEPT: Final = frozenset("…\N{MINUS SIGN}")


_LOOK_ALIKES: Final = str.maketrans(
    "авеёікмнорсстухѕјԁӏԛԝАВЕІКМНОРСТУХЅЈαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "abeeikmhopcctyxsjdlqwABEIKMHOPCTYXSJaeiknoptuxABEZHIKMNOPTYXabcdefghijklmnoprstuvwyz",
)
_IN_BOXES: Final = {first + at: ord("A") + at for first in (0x1F150, 0x1F170, 0x1F1E6) for at in range(26)}
"""Letters in circles, boxes and flags."""
_LATIN: Final = _LOOK_ALIKES | _IN_BOXES


def latin(text: str) -> str:
    """Return `text` with letters of other alphabets that look like Latin ones written as those."""
    return text.translate(_LATIN)


def without_unseen(text: str) -> str:
    """Return `text` without invisible and directing signs, and without floods of marks; blanks are plain."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for letter in text.replace("\r\n", "\n"):
        seen = _as_seen(letter)
        is_mark = seen != "" and unicodedata.category(seen) in _MARKS
        marks = marks + 1 if is_mark else 0 if seen else marks
        if marks <= _MOST_MARKS:
            kept.append(seen)
    return "".join(kept)


def _as_seen(letter: str) -> str:
    """Return what shows of one sign: itself, a plain blank, a line break, or nothing."""
    if letter in _BREAKS:
        return "\n"
    if letter in _BLANK or letter in _SELECTORS:
        return ""
    category = unicodedata.category(letter)
    if category == "Zs" or letter == "\t":
        return " "
    return "" if category in _UNSEEN or category == "Me" else letter


def with_zeros(text: str) -> str:
    """Write out zeros that are counted, as in 0.0₅123, since folding would make another number of them."""
    return _COUNTED.sub(lambda found: "0" * int(found["count"].translate(_FROM_SUBSCRIPTS)), text)


def plain(text: str) -> str:
    """Return `text` with look-alikes of ASCII written plainly; what stands for numbers is left as it is."""
    return text if text.isascii() else "".join(map(_plain, text))


def _plain(letter: str) -> str:
    if letter.isascii() or letter in _KEPT or unicodedata.category(letter) == "No":
        return letter
    folded = unicodedata.normalize("NFKC", letter)
    return folded if folded.isascii() else letter


def bare(sentence: str) -> str:
    """Return a sentence without accents and emphasis, on one line."""
    split = unicodedata.normalize("NFKD", latin(sentence[:_MOST_BARE]).translate(_QUOTES))[:_MOST_BARE]
    return " ".join("".join(sign for sign in split if not unicodedata.combining(sign)).split())
