"""Labels, descriptions and sentences that are the same whoever speaks; the English text is the key.

A catalogue is a folder of JSON files a language beside this module, a file a topic, flat objects all. Code
writes English with named places, as in ``text("received {when}", when=...)``. A sentence that reaches us
filled in, such as the message of an error that came over the bus, is recognised by the places of its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from services.locales import Locale

_PLACE = re.compile(r"\{(\w*)\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LIST = ", "
_ENGLISH_NUMBER = re.compile(r"(?![1-9][0-9]{0,2}\.[0-9]{3}$)[0-9]+\.[0-9]+")
"""It leaves alone what may be thousands in the member's language already, such as 60.000."""
_MEASURED = frozenset(
    {"seconds", "now", "entry", "stop", "target", "trigger", "least", "cost", "amount", "price"}
)
"""Places of these names hold numbers that Python wrote, which other languages write with a comma."""
_AS_WRITTEN = frozenset({"name", "text", "value"})
"""Places of these names hold what somebody typed: a market called Open stays one."""


class Texts:
    """The texts of one language: English ones stand for themselves, the others are in `entries`."""

    def __init__(self, locale: Locale, entries: Mapping[str, str]) -> None:
        self.locale = locale
        self._entries = entries
        self._tellable = [(key, _longest_part(key)) for key in _tellable(entries)]

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
        """Return a sentence that is filled in already, itself where this language has none like it.

        What fills its places is translated as well, where it is a text or a list of texts.
        """
        found = self.key_of(english)
        if found is None:
            return english
        key, values = found
        return _filled(self._entries[key], {name: self._value(name, said) for name, said in values.items()})

    def key_of(self, english: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the text that a filled-in sentence is of, and what fills its places; None for none.

        Of two texts that fit, the one with more letters of its own counts.
        """
        if english in self._entries:
            return english, {}
        likely = (key for key, part in self._tellable if part in english)
        matches = ((key, _pattern(key).fullmatch(english)) for key in likely)
        return next(((key, found.groupdict()) for key, found in matches if found), None)

    def _value(self, name: str, value: str) -> str:
        if name in _AS_WRITTEN:
            return value
        if name in _MEASURED and _ENGLISH_NUMBER.fullmatch(value):
            return value.replace(".", ",")
        whole = self.sentence(value)
        return whole if whole != value else _LIST.join(self.sentence(part) for part in value.split(_LIST))


def _tellable(keys: Iterable[str]) -> list[str]:
    """Return the texts with places that can be told from any other, those with most letters first.

    "{low} to {high}" cannot: half of all sentences are like it.
    """
    own = {key: _PLACE.sub("", key) for key in keys if _PLACE.search(key)}
    telling = [key for key, rest in own.items() if len(_WORD.findall(rest)) > 1 or _count(key) == 1]
    return sorted(telling, key=lambda key: len(own[key]), reverse=True)


def _count(key: str) -> int:
    return len(_PLACE.findall(key))


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _PLACE.sub(lambda place: str(values[place[1]]), text)


def _longest_part(key: str) -> str:
    """Return the longest piece between the places of a text, without which no sentence is of it."""
    return max(_PLACE.split(key)[::2], key=len)


@cache
def _pattern(key: str) -> re.Pattern[str]:
    parts = _PLACE.split(key)
    literal = [re.escape(part) for part in parts[::2]]
    places = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    return re.compile(
        "".join(part for pair in zip(literal, [*places, ""], strict=True) for part in pair), re.DOTALL
    )


ENGLISH: Final = Texts("en", {})


@cache
def texts_of(locale: Locale) -> Texts:
    """Return the texts of `locale`; its files are read once."""
    files = sorted(Path(__file__).with_name(locale).glob("*.json"))
    parts = [json.loads(file.read_text("utf-8")) for file in files]
    return Texts(locale, {english: said for part in parts for english, said in part.items()})
