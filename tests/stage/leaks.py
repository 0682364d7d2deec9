"""Finds what must not be shown, however it is written: by simple means of its own, not those of the code."""

from __future__ import annotations

import base64
import codecs
import functools
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote as in_percents

_GRAM: Final = 12
"""So many letters in a row of a secret, or of a disguise of it, are a leak."""


def texts_of(value: object) -> Iterator[str]:
    """Yield every text in a message."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)


def bare(text: str) -> str:
    """Return a text as it is seen: nothing invisible, look-alikes folded."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")


def disguises(secret: str) -> list[str]:
    """Return a secret as it may be written so that nobody sees it."""
    raw = secret.encode()
    return [
        *(secret, secret[::-1], codecs.encode(secret, "rot13"), raw.hex(), " ".join(secret)),
        *(base64.b64encode(b"\0" * shift + raw).decode()[4 if shift else 0 :] for shift in range(3)),
        *(base64.b32encode(raw).decode(), in_percents(secret, safe=""), secret[::-1].encode().hex()),
    ]


def is_leaked(text: str, secret: str) -> bool:
    """Return whether a part of a secret, however disguised, stands in a text."""
    seen, grams = _letters(text), _grams(secret)
    return any(seen[at : at + _GRAM] in grams for at in range(len(seen) - _GRAM + 1))


@functools.cache
def _grams(secret: str) -> frozenset[str]:
    forms = map(_letters, disguises(secret))
    return frozenset(form[at : at + _GRAM] for form in forms for at in range(len(form) - _GRAM + 1))


@functools.lru_cache(maxsize=64)
def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, bare(text).casefold()))
