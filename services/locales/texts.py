"""Labels, descriptions and sentences that are the same whoever speaks; the English text is the key.

A catalogue is a folder of JSON files a language beside this module, a file a topic, flat objects all. Code
writes English with named places, as in ``text("received {when}", when=...)``. A sentence that reaches us
filled in, such as the message of an error that came over the bus, is recognised by the places of its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from services.locales import Locale

_PLACE = re.compile(r"\{(\w*)\}")


class Texts:
    """The texts of one language: English ones stand for themselves, the others are in `entries`."""

    def __init__(self, locale: Locale, entries: Mapping[str, str]) -> None:
        self.locale = locale
        self._entries = entries
        self._patterns = [(_pattern(key), said) for key, said in entries.items() if _PLACE.search(key)]

    def __call__(self, english: str, /, **values: object) -> str:
        """Return `english` in this language with `values` in its places.

        Raises:
            KeyError: a place has no value.
        """
        return _filled(self._entries.get(english, english), values)

    def knows(self, english: str) -> bool:
        """Return whether the text has a translation, which every English text is to itself."""
        return self.locale == "en" or english in self._entries

    def sentence(self, english: str) -> str:
        """Return a sentence that is filled in already, itself where this language has none like it."""
        if self.locale == "en" or not english:
            return english
        known = self._entries.get(english)
        if known is not None:
            return known
        for pattern, said in self._patterns:
            found = pattern.fullmatch(english)
            if found:
                return _filled(said, {name: self(value) for name, value in found.groupdict().items()})
        return english


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _PLACE.sub(lambda place: str(values[place[1]]), text)


def _pattern(key: str) -> re.Pattern[str]:
    parts = _PLACE.split(key)
    literal = [re.escape(part) for part in parts[::2]]
    places = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    return re.compile(
        "".join(part for pair in zip(literal, [*places, ""], strict=True) for part in pair), re.DOTALL
    )


@cache
def texts_of(locale: Locale) -> Texts:
    """Return the texts of `locale`; its files are read once."""
    files = sorted(Path(__file__).with_name(locale).glob("*.json"))
    parts = [json.loads(file.read_text("utf-8")) for file in files]
    return Texts(locale, {english: said for part in parts for english, said in part.items()})
