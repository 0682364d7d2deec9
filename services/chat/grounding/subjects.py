"""What a figure is said to be of, as far as words beside it tell: a score such as RSI, or a price.

A look-up gives both in plain numbers, so that only this keeps them apart.
"""

from __future__ import annotations

import re
from typing import Final

from services.chat.grounding.figures import Figure
from services.chat.grounding.lexicon import JOINTS, MEASURES, PRICED, SCORES

PRICE: Final = "price"
_COUNT: Final = "count"
_DIGITS_OF_A_PRICE: Final = 3
"""A whole number of fewer digits, without a currency, counts something."""
_BEFORE: Final = 60
"""Characters."""
_NEAR: Final = 3
"""Words within which a look-up names what a figure is of."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_STOP: Final = re.compile(r"[;!?\n]|,\s")


def said_of(text: str, figure: Figure) -> str:
    """Return what a sentence says that a figure is of; empty where it does not say so plainly."""
    for word in reversed(_words_before(text, figure)):
        if word in SCORES:
            return word
        if word in PRICED:
            return PRICE
        if word not in JOINTS:
            break
    return PRICE if figure.is_money else ""


def known_of(text: str, figure: Figure) -> str:
    """Return of which score a figure of a look-up is, or that it counts; empty for what may be a price."""
    near = _words_before(text, figure)[-_NEAR:]
    if score := next((word for word in reversed(near) if word in SCORES), ""):
        return score
    is_whole = figure.key.isdecimal()
    return _COUNT if is_whole and (len(figure.key) < _DIGITS_OF_A_PRICE or figure.before in MEASURES) else ""


def is_same(said: str, known: str) -> bool:
    """Return whether a figure that is said of one thing may be one that is known of another."""
    return not known if said == PRICE else not said or said == known


def _words_before(text: str, figure: Figure) -> list[str]:
    told = _STOP.split(text[max(0, figure.start - _BEFORE) : figure.start])[-1]
    return [word.casefold() for word in _WORD.findall(told)]
