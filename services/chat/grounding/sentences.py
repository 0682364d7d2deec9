"""Where a sentence ends in a text that is still being written. What is in it belongs to others."""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile("(?<![.!?…])[.!?…]+[\"'\u201d\u2019»)\\]*_~`]*(?=\\s)|\n+")
_SHORT: Final = re.compile(
    r"(?:^|[\s(\"'])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|mr|mrs|ms|dr|dra|sr|sra|st|vs|etc|approx|aprox|no"
    r"|nos|fig|ca|cf|ex"
    r"|p\.? ?ex|inc|ltd|jan|feb|fev|mar|apr|abr|aug|ago|sept?|set|oct|out|nov|dec|dez|min|max|m[áa]x|m[íi]n"
    r"|pg?|vol)\.$",
    re.IGNORECASE,
)
_LIST_MARK: Final = re.compile(r"\s*\d{1,2}\.")
_TAIL: Final = 12
"""Characters before a point that tell whether it ends a sentence."""
_BLANKS: Final = re.compile(r"\s*")


def split(text: str, *, is_whole: bool) -> tuple[tuple[str, ...], str]:
    """Return the sentences of `text` that are over, with the blanks behind them, and what is left.

    A point ends none in a decimal, in an abbreviation, in the mark of a list, and before a small letter.
    Where what follows decides, and is not there yet, the sentence is not over.
    """
    ended: list[str] = []
    start = 0
    for mark in _MARK.finditer(text):
        if mark.start() < start:
            continue
        blanks = _BLANKS.match(text, mark.end())
        end = blanks.end() if blanks else mark.end()
        is_list_mark = _LIST_MARK.fullmatch(text, start, mark.end()) is not None
        tail = text[max(start, mark.end() - _TAIL) : mark.end()]
        if is_list_mark or not _is_end(tail, text[end : end + 1], is_whole=is_whole):
            continue
        ended.append(text[start:end])
        start = end
    if is_whole and text[start:]:
        return (*ended, text[start:]), ""
    return tuple(ended), text[start:]


def _is_end(tail: str, following: str, *, is_whole: bool) -> bool:
    if tail.endswith("\n"):
        return True
    if not following:
        return is_whole
    return not (tail.endswith(".") and (following.islower() or _SHORT.search(tail)))
