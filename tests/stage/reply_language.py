"""Whether a reply is in its reader's language: each label on it against the catalogue of texts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from sandbox.discord.wire import Json
from services import locales
from services.locales import Locale
from services.locales.guess import language_of
from services.locales.texts import Texts, texts_of

PORTUGUESE = texts_of("pt-BR")
ENTRIES: dict[str, str] = {
    english: said
    for file in sorted((Path(locales.__file__).parent / "pt-BR").glob("*.json"))
    for english, said in json.loads(file.read_text("utf-8")).items()
}
BACK = Texts("en", {said: english for english, said in ENTRIES.items()})
"""Leads from a Portuguese text to the English one."""
_BETWEEN = re.compile(r"\n| · |`[^`]*`|\*+|> |<[^>]*>")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PATH = re.compile(r"`[^`]*`|\S*/\S*")
_PLACE = re.compile(r"\{\w*\}")
_WORDS_OF_ITS_OWN = 2
"""So many has a text with places that nothing else is taken for."""


def labels(message: Json) -> Iterator[str]:
    """Yield every label of a message, and every part of a value: all but what a persona says."""
    for embed in message["embeds"]:
        yield embed.get("title", "")
        yield from (field["name"] for field in embed.get("fields", []))
        yield from (part for field in embed.get("fields", []) for part in _BETWEEN.split(field["value"]))
        yield from _BETWEEN.split(embed.get("footer", {}).get("text", ""))
    yield from (button["label"] for row in message["components"] for button in row["components"])


def foreign(message: Json, locale: Locale, *, names: Collection[str]) -> list[str]:
    """Return the labels that are texts of the other language; `names` of personas are of both."""
    said = {label.strip() for label in labels(message) if _WORD.search(label)} - {*names}
    if locale == "pt-BR":
        return sorted(label for label in said if _is_of(PORTUGUESE, label))
    return sorted(label for label in said if _is_of(BACK, label) and not PORTUGUESE.knows(label))


def english_of(label: str) -> str | None:
    """Return the English text that a Portuguese label says; None where it is in no catalogue."""
    found = BACK.key_of(label)
    return None if found is None else BACK(found[0], **found[1])


def spoken_in(text: str) -> Locale | None:
    """Return the language of a sentence, but for quotes and names in it; None where its words do not tell."""
    return language_of(_WORD.findall(_PATH.sub("", text).casefold()))


def _is_of(texts: Texts, label: str) -> bool:
    found = texts.key_of(label)
    if found is None or texts.sentence(label) == label:
        return False
    key, filled = found
    return not filled or len(_WORD.findall(_PLACE.sub("", key))) >= _WORDS_OF_ITS_OWN
