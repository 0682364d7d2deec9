"""What a model wrote, on its way to members: plain words within Discord's limits, and no claim of its own.

Belongs here: mentions, markup, length. Addresses belong to `links`, secrets to `canaries`, what may not be
claimed to `saying`, figures to `grounding`.
"""

from __future__ import annotations

import re
from typing import Final

from services.chat.guarding.canaries import holds_secret
from services.chat.guarding.letters import latin, plain, without_unseen
from services.chat.guarding.links import has_links, without_links
from services.chat.guarding.saying import claims_a_deed, is_advice

__all__ = ["claims_a_deed", "holds_link", "holds_secret", "is_advice", "shown"]

_MOST_READ: Final = 6_000
"""Characters; more are never shown."""
_ROOM: Final = 12
"""Characters kept free for the marks that close what was opened."""
_MOMENT: Final = r"t:-?\d{1,13}(?::[tTdDfFR])?>"
_COMMAND: Final = re.compile(r"</([\w -]{1,100}):\d{1,25}>")
_REFERENCE: Final = re.compile(r"<(?:@[!&]?|#|a?:\w{1,40}:|id:)\w{0,40}>", re.IGNORECASE)
_TAG: Final = re.compile(rf"<(?!{_MOMENT})/?[a-z][^<>\n]{{0,200}}>", re.IGNORECASE)
_ANGLE: Final = re.compile(rf"<(?!{_MOMENT})(?![\s\d=])")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_OF_ASCII: Final = re.compile(r"[a-zA-Z]")
_OF_OTHERS: Final = re.compile(r"[\u0370-\u052f\u1d00-\u1d2b\ua730-\ua731]")
_AT: Final = re.compile(r"@+(?=\S)|@+\s?(?=(?:everyone|here)\b)", re.IGNORECASE)
_HEADING: Final = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|-#[ \t]*|>{1,3}[ \t]*)+", re.MULTILINE)
_RULER: Final = re.compile(r"^[ \t]*(?:[-_*=][ \t]*){3,}$", re.MULTILINE)
_BULLET: Final = re.compile(r"^([ \t]*)[*+•][ \t]+", re.MULTILINE)
_SPOILER: Final = re.compile(r"\|\|+")
_ROW: Final = re.compile(r"^[ \t]*\|(?P<cells>[^\n]*)(?:\n|\Z)", re.MULTILINE)
_NO_CELLS: Final = re.compile(r"[\s|:-]*")
_BLANKS: Final = re.compile(r"[ \t]{2,}")
_LONELY: Final = re.compile(r"[ \t]+([.,;!?](?=\s|$))")
_EMPTY_PAIR: Final = re.compile(r"\(\s*\)|\[\s*\]")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_FENCE: Final = "```"
_PAIRS: Final = ("**", "__", "~~")
_END: Final = re.compile(r"[.!?…](?=\s)")


def shown(text: str, *, most: int = 1_900) -> str:
    """Return what of a model's text may be shown; empty where nothing is left.

    No mention, no address, no heading, no spoiler and no table stays, and everything opened is closed.

    Args:
        text: what the model wrote, whole or so far.
        most: characters; a longer text ends after a sentence.
    """
    seen = _seen(text)
    linked = _AT.sub("", _without_references(without_links(_without_references(seen))))
    return _closed(_cut(_tidy(_flat(linked)), most - _ROOM))


def holds_link(text: str) -> bool:
    """Return whether an address that may not be shown stands in a text, however it is disguised."""
    return has_links(_without_references(_seen(text)))


def _seen(text: str) -> str:
    return _LETTERS.sub(_unmixed, plain(without_unseen(text[:_MOST_READ])))


def _unmixed(word: re.Match[str]) -> str:
    """Return a word of two alphabets, which only a disguise is, in one."""
    is_mixed = not word[0].isascii() and _OF_ASCII.search(word[0]) and _OF_OTHERS.search(word[0])
    return latin(word[0]) if is_mixed else word[0]


def _without_references(text: str) -> str:
    """Take out what Discord shows as a mention, a command, a channel or an emoji, and tags."""
    named = _COMMAND.sub(r"/\1", text)
    return _ANGLE.sub("", _TAG.sub(" ", _REFERENCE.sub(" ", named)))


def _flat(text: str) -> str:
    """Flatten what stands out: headings, quotes, rulers, spoilers, tables."""
    rows = _ROW.sub(_row, text)
    ruled = _RULER.sub("", _SPOILER.sub(" ", rows))
    return _BULLET.sub(r"\1- ", _HEADING.sub("", ruled))


def _row(found: re.Match[str]) -> str:
    if _NO_CELLS.fullmatch(found["cells"]):
        return ""
    return " · ".join(filter(None, (cell.strip() for cell in found["cells"].split("|")))) + "\n"


def _tidy(text: str) -> str:
    closed = _EMPTY_PAIR.sub(" ", text)
    lines = (_LONELY.sub(r"\1", _BLANKS.sub(" ", line)).strip() for line in closed.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _cut(text: str, most: int) -> str:
    """Cut at the last end of a sentence within `most` characters, else at a blank."""
    if len(text) <= most:
        return text
    room = text[:most]
    ends = [found.end() for found in _END.finditer(room)]
    if ends and ends[-1] > most // 2:
        return room[: ends[-1]]
    return (room[: room.rfind(" ")] if " " in room else room).rstrip()


def _closed(text: str) -> str:
    """Close what was opened and not closed."""
    fence = f"\n{_FENCE}" if text.count(_FENCE) % 2 else ""
    outside = "".join(text.split(_FENCE)[::2])
    tick = "`" if outside.count("`") % 2 else ""
    return text + fence + tick + "".join(mark for mark in _PAIRS if outside.count(mark) % 2)
