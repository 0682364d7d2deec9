"""What all that is said must keep to, whoever speaks. The files that it comes from belong to `checking`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from config.strict_yaml import Keys
from services.locales.numbers import Numbers
from services.personas.card import PersonaCard
from services.personas.lines import Line
from services.personas.variety import NEVER_WITHIN
from services.personas.voice import SPOKEN_LIMIT

OF_A_REPLY: Final = NEVER_WITHIN
OF_THE_REST: Final = 3
"""In how many ways, figures aside, a line is said at least: one that answers a command, and any other."""
_PROMISES: Final = re.compile(
    r"\b(?:guarantee\w*|risk[- ]free|sure profits?|easy money|can(?:not|[\u2019']t) lose"
    r"|will (?:surely |certainly )?(?:rise|fall|double|moon)"
    r"|garant(?:e|em|o|imos|id[oa]s?)|sem risco|lucros? certos?|dinheiro fácil"
    r"|vai (?:subir|cair|dobrar|bombar)(?!\?)|não tem como perder|impossível perder"
    r"|\d+ ?% (?:(?:an?|per) (?:hour|day|week|month)|(?:ao?|à|por) (?:hora|dia|semana|mês)))\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_CODE: Final = re.compile(r"`[^`]*`")
_LONELY: Final = re.compile(r"\S* [,.;!?](?=\s|$)")
_NOTHING: Final = re.compile(r"\bNone\b")


def complaints(text: str, line: Line, numbers: Numbers) -> Iterator[str]:
    """Yield what is wrong with `text`, which was said of the sample facts of `line`."""
    if not text:
        yield "says nothing: write a sentence"
    if len(text) > SPOKEN_LIMIT:
        yield f"gets {len(text)} characters long, {SPOKEN_LIMIT} are the limit: shorten it"
    if promises(text):
        yield "promises a profit or a price: say it otherwise"
    if _NOTHING.search(text):
        yield "says None: ask with {% if %} whether the fact is known"
    if found := _LONELY.search(text):
        yield f"has a blank before a mark, as in {found[0]!r}: move it"
    if missing := [name for name in line.must if not _is_told(line.sample.get(name), text)]:
        yield f"does not tell {', '.join(missing)}: every phrasing must"
    if foreign := foreign_figures(text, line, numbers):
        yield f"tells {', '.join(foreign)}, which no fact says: take it out"


def promises(text: str) -> bool:
    """Return whether `text` promises a profit, or where a price goes."""
    return _PROMISES.search(text) is not None


def promises_of(card: PersonaCard) -> Iterator[Keys]:
    """Yield where what a card shows to members promises that; boundaries may name a promise to refuse it."""
    yield from (place for place, said in _said_of_itself(card) if promises(said))


def figures_in(text: str) -> list[str]:
    """Return the figures in `text`, besides those of examples in code marks."""
    return _FIGURE.findall(_CODE.sub("", text))


def foreign_figures(text: str, line: Line, numbers: Numbers) -> list[str]:
    """Return the figures of `text` that none of the facts has, neither as it is nor written as an age."""
    known = {figure for fact in line.sample.values() for figure in _FIGURE.findall(_written(fact, numbers))}
    return [figure for figure in figures_in(text) if figure not in known]


def _said_of_itself(card: PersonaCard) -> Iterator[tuple[Keys, str]]:
    yield ("presence",), card.presence
    yield from ((("tagline", locale), said) for locale, said in card.tagline.items())
    for locale, traits in card.traits.items():
        yield from ((("traits", locale, at), trait) for at, trait in enumerate(traits))
    for locale, samples in card.samples.items():
        yield from ((("samples", locale, at), sample.answer) for at, sample in enumerate(samples))


def _is_told(fact: object, text: str) -> bool:
    return fact is None or isinstance(fact, bool) or str(fact) in text


def _written(fact: object, numbers: Numbers) -> str:
    if isinstance(fact, int | float) and not isinstance(fact, bool):
        return f"{fact} {numbers.age(float(fact))}"
    return str(fact)
