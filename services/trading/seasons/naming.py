"""Names that others see: of seasons, and of those who take part."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.errors import UserMistake

_LEAST: Final = 2
_MOST: Final = 32
_BESIDES: Final = " -'"
"""What a name may have beside letters and digits: none of what makes a mention, a link or bold type."""
_PILED: Final = 2
"""Marks on one letter, at most."""
_LIKE_AN_ID: Final = re.compile(r"\d{15,}")


def shown_name(said: str) -> str:
    """Return a name as others see it.

    Raises:
        UserMistake: it is too short or too long, or has something in it that is no part of a name.
    """
    name = " ".join(unicodedata.normalize("NFKC", said).split())
    if not _LEAST <= len(name) <= _MOST:
        raise UserMistake("A name has 2 to 32 characters.", hint="Choose another name.")
    if not _is_plain(name) or _LIKE_AN_ID.search(name):
        raise UserMistake(
            "A name has letters, digits, spaces and dashes: no mention, no link and no id.",
            hint="Choose another name.",
        )
    return name


def _is_plain(name: str) -> bool:
    piled = 0
    for sign in name:
        kind = unicodedata.category(sign)[0]
        piled = piled + 1 if kind == "M" else 0
        if kind not in "LNM" and sign not in _BESIDES:
            return False
        if piled > _PILED:
            return False
    return any(unicodedata.category(sign)[0] == "L" for sign in name)


def free_name(wanted: str, taken: set[str]) -> str:
    """Return the name, with a number behind it where it is taken; `taken` is casefolded."""
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{wanted} {number}"
    return name
