"""What words are made with: the texts and the numbers of one language, as every voice has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.locales import Locale, locale_of
from services.locales.numbers import Numbers
from services.locales.texts import Texts, texts_of


class Speech(Protocol):
    """One language. The voice of a persona is one."""

    @property
    def text(self) -> Texts:
        """Return its labels and sentences."""
        ...

    @property
    def numbers(self) -> Numbers:
        """Return its formats."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A language without a persona, for what no persona says."""

    text: Texts
    numbers: Numbers


def plain(locale: str) -> Plain:
    """Return the language nearest to a tag such as ``pt-BR``."""
    known: Locale = locale_of(locale)
    return Plain(text=texts_of(known), numbers=Numbers(known))
