"""Whether a text gives a secret away, plainly or disguised. Which secrets there are, the asker knows."""

from __future__ import annotations

import base64
import codecs
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from services.chat.guarding.letters import latin

_GRAM: Final = 10
"""So many letters in a row of a secret, or of a disguise of it, are too many."""
_SHORTEST: Final = 6
"""A secret of fewer letters and digits would be found in any text."""
_EDGE: Final = 3
"""Signs at the ends of base64 that depend on what stands beside."""


def holds_secret(text: str, secrets: Sequence[str]) -> bool:
    """Return whether a part of a secret stands in `text`.

    It is found spaced out, reversed, in base64, base32, hexadecimal, rot13 or percent signs, too.
    """
    bare = _bare(text)
    return any(_stands_in(bare, grams) for grams in map(_grams, secrets) if grams)


def _stands_in(bare: str, grams: frozenset[str]) -> bool:
    size = len(next(iter(grams)))
    return any(bare[at : at + size] in grams for at in range(len(bare) - size + 1))


@lru_cache(maxsize=256)
def _grams(secret: str) -> frozenset[str]:
    bare = _bare(secret)
    if len(bare) < _SHORTEST:
        return frozenset()
    size = min(_GRAM, len(bare))
    forms = map(_bare, _forms(secret.strip()))
    return frozenset(form[at : at + size] for form in forms for at in range(len(form) - size + 1))


def _forms(secret: str) -> Iterator[str]:
    for way in dict.fromkeys((secret, secret[::-1], codecs.encode(secret, "rot13"))):
        raw = way.encode()
        yield way
        yield raw.hex()
        yield base64.b32encode(raw).decode()
        yield from _in_base64(raw)
        yield "".join(quote(sign, safe="") if not sign.isalnum() else f"%{ord(sign):02X}" for sign in way)
    yield secret.encode().hex()[::-1]
    yield base64.b64encode(secret.encode()).decode()[::-1]


def _in_base64(raw: bytes) -> Iterable[str]:
    """Yield it as it looks at each place that it may have in a longer text."""
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield coded[_EDGE if shift else 0 : -_EDGE]
    yield base64.b64encode(raw).decode()


def _bare(text: str) -> str:
    folded = latin(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(filter(str.isalnum, folded))
