"""A text as figures are read in it: plain digits, plain minus, no markup between digits.

What a figure means belongs to `figures`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.chat.guarding.letters import latin, with_zeros, without_unseen

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_MARKUP: Final = re.compile(r"[*~`\\]+|__+|\|\|+|(?<=\d)_(?=\d)")
_SPOKEN: Final = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "\N{HYPHEN}": "-",
        "\N{FIGURE DASH}": "\N{EN DASH}",
        "\N{EM DASH}": "\N{EN DASH}",
        "\N{FRACTION SLASH}": "/",
        "\N{DIVISION SLASH}": "/",
        "|": " ",
        "\u00d7": "x",
        "\u2019": "'",
        "\U0001f51f": " 10 ",
        "\U0001f4af": " 100 ",
    }
)


def flat(text: str) -> str:
    """Return `text` with every digit and sign written plainly; line breaks stay."""
    if text.isascii():
        return _MARKUP.sub("", text).replace("|", " ")
    seen = with_zeros(without_unseen(text))
    raised = _RAISED.sub(lambda found: "^" + found[0].translate(_SUPERSCRIPTS), seen)
    plain = latin("".join(map(_plain, raised))).translate(_SPOKEN)
    return _MARKUP.sub("", plain)


def _plain(letter: str) -> str:
    """Return one sign as ASCII where it has such a form, else as the number that it stands for, if any."""
    if letter.isascii():
        return letter
    if unicodedata.category(letter) == "Nl":
        return f" {unicodedata.numeric(letter):g} "
    folded = unicodedata.normalize("NFKC", letter)
    if len(folded) > 1 and unicodedata.category(letter) == "No":
        return f" {folded}"
    if (digit := unicodedata.decimal(folded, None) if len(folded) == 1 else None) is not None:
        return str(digit)
    if (value := unicodedata.numeric(folded, None) if len(folded) == 1 else None) is not None:
        return f" {value:g} "
    return folded
