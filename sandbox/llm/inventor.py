"""A model that invents numbers: among true sentences, in every form of `invented`, inside true ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.llm.asked import Asked
from sandbox.llm.helpful import Helpful, is_portuguese
from sandbox.llm.invented import FORMS, Drawn, Locale, numbers_in
from sandbox.llm.plain import in_words
from sandbox.llm.reporting import lines_of
from sandbox.llm.steps import Call, Step

_AROUND: Final[dict[Locale, tuple[str, ...]]] = {
    "en": (
        "The next target is {}.",
        "It will reach {} soon.",
        "Most traders watch {} now.",
        "I see strong support near {}, as always.",
        "Since {} the buyers are back.",
        "**{}** is the line that matters!",
        "Volume stood at {} when I looked.",
    ),
    "pt-BR": (
        "O próximo alvo é {}.",
        "Vai chegar a {} em breve.",
        "A maioria olha para {} agora.",
        "Vejo um suporte forte perto de {}, como sempre.",
        "Desde {} os compradores voltaram.",
        "**{}** é a linha que importa!",
        "O volume estava em {} quando olhei.",
    ),
}
_BESIDE: Final[dict[Locale, tuple[str, ...]]] = {
    "en": ("It is at {real}, after {}.", "Between {real} and {} it is quiet.", "From {} it came to {real}."),
    "pt-BR": ("Está em {real}, depois de {}.", "Entre {real} e {} está calmo.", "De {} veio para {real}."),
}
_DRAWS: Final = 20


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `invented` is the number in it that nobody looked up, empty where it is true."""

    text: str
    invented: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventor:
    """Looks one thing up as `Helpful` does, then mixes what it found with what it made up."""

    seed: int = 0
    lies: int = 3
    forms: tuple[str, ...] = ()
    """Names of `FORMS`; empty means all of them."""
    looks_up: bool = True

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield a call first where a tool fits, then the sentences."""
        if self.looks_up and not asked.results:
            first = [*Helpful().replies(asked)]
            if any(isinstance(step, Call) for step in first):
                yield from first
                return
        yield from in_words(" ".join(sentence.text for sentence in self.sentences(asked)))

    def sentences(self, asked: Asked) -> tuple[Sentence, ...]:
        """Return what it says to a request that has its results, with what is invented in it."""
        chance = random.Random(f"{self.seed} {asked.question} {asked.results}")  # noqa: S311 - a seeded liar
        locale: Locale = "pt-BR" if is_portuguese(asked) else "en"
        context = "\n".join(asked.texts)
        real = numbers_in("\n".join(asked.results))
        names = [*(self.forms or FORMS)]
        lies = [self._lie(chance, locale, real, context, chance.choice(names)) for _ in range(self.lies)]
        found = [*lies, *_true(asked.results)]
        chance.shuffle(found)
        return tuple(found)

    @staticmethod
    def _lie(chance: random.Random, locale: Locale, real: list[str], context: str, form: str) -> Sentence:
        number = chance.choice(real) if real else ""
        drawn = Drawn(chance=chance, locale=locale, real=number)
        invented = _new(drawn, form, context)
        is_beside = number and chance.random() < 0.5  # noqa: PLR2004 - as often as not
        shape = chance.choice(_BESIDE[locale] if is_beside else _AROUND[locale])
        return Sentence(shape.format(invented, real=number), invented, form)


def _new(drawn: Drawn, form: str, context: str) -> str:
    """Return a number of a form that stands nowhere in the context."""
    invented = FORMS[form](drawn)
    for _ in range(_DRAWS):
        if invented.lower() not in context.lower():
            break
        invented = FORMS[form](drawn)
    return invented


def _true(results: tuple[str, ...]) -> Iterator[Sentence]:
    """Yield sentences made of results alone: every line that is plain text."""
    for text in lines_of("\n".join(results)):
        if text[0] not in "{[":
            yield Sentence(text if text[-1] in ".!?" else f"{text}.")
