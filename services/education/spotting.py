"""Finds names in running text: what people call a thing, however they write accents, case and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

LONGEST_TEXT: Final = 10_000
"""Characters of a text that are looked at; a message of Discord holds no more with its embed."""
_WORD = re.compile(r"[^\W_]+")
Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return the words of a text in small letters and without accents: ``Preço-médio`` is preco, medio."""
    split = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in split if not unicodedata.combining(letter))
    return tuple(_WORD.findall(bare))


class Spotter:
    """Knows names of one word or several, each with the id of what it names.

    A name that is given twice keeps the id it was given first.
    """

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._ids: dict[Words, str] = {}
        for name, id_ in names:
            self._ids.setdefault(words_of(name), id_)
        self._ids.pop((), None)
        self._longest = max(map(len, self._ids), default=0)

    @property
    def names(self) -> Mapping[Words, str]:
        """Return what is known, by words."""
        return self._ids

    def exactly(self, text: str) -> str | None:
        """Return the id of what `text` as a whole names."""
        return self._ids.get(words_of(text))

    def spotted(self, text: str) -> list[str]:
        """Return the ids named in `text`, in the order in which they stand there, each once.

        Where a longer name holds a shorter one, the longer one is meant: "stop loss" is no "loss".
        """
        words = words_of(text[:LONGEST_TEXT])
        found: dict[str, None] = {}
        at = 0
        while at < len(words):
            length = next((n for n in range(self._longest, 0, -1) if words[at : at + n] in self._ids), 0)
            if length:
                found[self._ids[words[at : at + length]]] = None
            at += length or 1
        return [*found]
