"""Texts that hide in a text: behind base64, hex, percent signs, Morse, ROT13, mirrored, look-alike letters.

The worst model reads all of them; what is sent to it must be harmless in any of these forms.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]?){8,}")
_MORSE: Final = re.compile(r"(?:[.-]{1,6}[ /|]+){4,}[.-]{1,6}")
_CODES: Final = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- "
    "--.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.. .--.-. -....- "
    "-..-."
)
_LETTERS: Final = dict(zip(_CODES.split(), "abcdefghijklmnopqrstuvwxyz0123456789.,?@-/", strict=True))
_CYRILLIC: Final = (
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u04cf"
    "\u0422\u0410\u0415\u041e\u0420\u0421\u0423\u0425\u0406\u041d\u041a\u041c\u0412"
)
_ALIKE: Final = str.maketrans(_CYRILLIC, "aeopcyxijsdhlTAEOPCYXIHKMB")
_LEET: Final = str.maketrans("01345$7", "oieasst")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_MOSTLY: Final = 0.9
"""So much of what was decoded must be letters that can be read."""


def readings(text: str) -> Iterator[str]:
    """Yield a text as it is, as it looks, and all that can be decoded from it."""
    seen = {text}
    yield text
    clean = visible(text)
    for found in (clean, *_pieces(clean), *_wholes(clean)):
        if found.strip() and found not in seen:
            seen.add(found)
            yield found


def visible(text: str) -> str:
    """Return a text without marks and characters of no width, its look-alike letters made plain."""
    shown = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) not in {"Cf", "Co", "Mn"}
    )
    return shown.translate(_ALIKE)


def _wholes(text: str) -> Iterator[str]:
    """Yield what the whole text says when it is read another way."""
    yield codecs.decode(text, "rot13")
    yield text[::-1]
    yield unquote(text)
    yield text.translate(_LEET)


def _pieces(text: str) -> Iterator[str]:
    """Yield what parts of the text decode to."""
    for found in _BASE64.findall(text):
        yield from _legible(_unbased(found))
    for found in _HEX.findall(text):
        yield from _legible(_unhexed(found))
    for found in _MORSE.findall(text):
        words = re.split(r"\s*[/|]\s*|\s{3,}", found)
        yield " ".join("".join(_LETTERS.get(code, "") for code in word.split()) for word in words)


def _unbased(found: str) -> bytes:
    plain = found.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4))
    except ValueError:
        return b""


def _unhexed(found: str) -> bytes:
    plain = re.sub(r"[\s:]", "", found)
    return bytes.fromhex(plain[: len(plain) // 2 * 2])


def _legible(raw: bytes) -> Iterator[str]:
    text = raw.decode("utf-8", errors="replace")
    if text and sum(letter.isprintable() or letter.isspace() for letter in text) >= _MOSTLY * len(text):
        yield text
