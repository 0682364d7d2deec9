"""How a persona talks: Jinja2 templates in a sandbox, one file a line, compiled when it is first said.

A file holds several phrasings of one line, separated by ``---``. Inside one, ``pick("a", "b")`` says one of
its arguments, and ``opening("calm")`` and ``closing("calm")`` one of the persona's own ways to begin and to
end in that mood (``moods.yaml``). What is chosen follows from a key that the caller gives (the id of the
interaction, say) and from what was said lately. Numbers come from `locales.numbers`, never from a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.errors import Misconfigured, OmegaError
from services.locales import Locale
from services.locales.numbers import Numbers, clip
from services.locales.texts import Texts, texts_of
from services.personas.card import PersonaCard
from services.personas.lines import ERRORS, EVERYONE, line_of
from services.personas.moods import Moods, read_moods
from services.personas.variety import Chooser, Variety, every

SPOKEN_LIMIT = 1_200
"""Characters of one rendered line; it leaves room for a card's facts within Discord's limits."""
_QUOTED_LIMIT = 80
_FIGURE = re.compile(r"`[^`]*`|<[^>]*>|\*\*[^*]*\*\*|\S*[0-9]\S*")
_TWO_BLANKS = re.compile(" {2,}")
_MOST_VARIANTS = 2_000

_choosing: ContextVar[Chooser] = ContextVar("choosing")
"""Who chooses while a template is rendered."""


def quoted(text: object) -> str:
    """Set a member's own words in code marks, on one line and bounded, so that they cannot format ours."""
    flat = " ".join(str(text).replace("`", "'").split())
    return f"`{clip(flat, _QUOTED_LIMIT) or '?'}`"


def masked(text: str) -> str:
    """Return `text` without what changes from reply to reply: figures, mentions, times and what is quoted."""
    return _FIGURE.sub("#", text)


class Phrasings(Mapping[str, Sequence[Template]]):
    """The phrasings of every line of a voice, by the line's name.

    A line is compiled when it is first asked for: all of a voice take a fifth of a second, and a bot that
    lends a member another persona's voice, or opens a panel of five, would not listen for as long.
    """

    def __init__(
        self, environment: ImmutableSandboxedEnvironment, texts: Mapping[str, tuple[Path, str]]
    ) -> None:
        self._environment = environment
        self._texts = texts
        self._compiled: dict[str, tuple[Template, ...]] = {}

    def check(self) -> None:
        """Compile every line, and keep none of it: a bot says few of them.

        Raises:
            Misconfigured: one does not compile.
        """
        for file, text in self._texts.values():
            _compile(self._environment, file, text)

    def __getitem__(self, line: str) -> Sequence[Template]:
        found = self._compiled.get(line)
        if found is None:
            found = self._compiled[line] = _compile(self._environment, *self._texts[line])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@dataclass(frozen=True, slots=True)
class Voice:
    """One persona in one language."""

    card: PersonaCard
    numbers: Numbers
    text: Texts
    phrasings: Phrasings
    _variety: Variety = field(default_factory=Variety, repr=False, compare=False)

    @property
    def locale(self) -> Locale:
        """Return the language."""
        return self.numbers.locale

    def check(self) -> None:
        """Compile every line.

        Raises:
            Misconfigured: one does not compile.
        """
        self.phrasings.check()

    def render(self, line: str, *, key: str, **facts: object) -> str:
        """Say `line`; `key` chooses the phrasing.

        Raises:
            KeyError: the persona has no such line.
            Misconfigured: its template does not compile.
            jinja2.UndefinedError: the template uses a fact that was not given.
        """
        return self._variety.fresh(line, key, lambda chooser: self._said(line, chooser, facts), mask=masked)

    def variants(
        self, line: str, facts: Mapping[str, object], *, most: int = _MOST_VARIANTS
    ) -> Sequence[str]:
        """Return the ways in which `line` may be said of `facts`, all of them up to `most`."""
        return every(lambda chooser: self._said(line, chooser, facts), most=most)

    def whole(self, line: str, chooser: Chooser, facts: Mapping[str, object]) -> str:
        """Say `line` as `chooser` chooses, the phrasing first, however long it gets."""
        phrasings = self.phrasings[line]
        token = _choosing.set(chooser)
        try:
            spoken = phrasings[chooser.choose(len(phrasings))].render(facts)
        finally:
            _choosing.reset(token)
        return _TWO_BLANKS.sub(" ", spoken).strip()

    def say_error(self, error: OmegaError, *, key: str) -> str:
        """Say what went wrong and what to do about it."""
        said = {"message": self.text.sentence(error.message), "hint": self.text.sentence(error.hint)}
        facts = {name: self._translated(fact) for name, fact in error.facts.items()}
        return self.render(line_of(error), key=key, **{**facts, **said, "ref": key})

    def _translated(self, fact: object) -> object:
        return self.text.sentence(fact) if isinstance(fact, str) else fact

    def _said(self, line: str, chooser: Chooser, facts: Mapping[str, object]) -> str:
        return clip(self.whole(line, chooser, facts), SPOKEN_LIMIT)


def read_voice(folder: Path, card: PersonaCard, locale: Locale) -> Voice:
    """Read every template in ``folder/voice/<locale>``; `Voice.check` tells whether all of them compile.

    Raises:
        Misconfigured: a line that every persona needs is missing, or the moods are wrong.
    """
    root = folder / "voice" / locale
    numbers = Numbers(locale)
    environment = _environment(numbers, read_moods(root / "moods.yaml"))
    texts = {
        file.relative_to(root).with_suffix("").as_posix(): (file, file.read_text("utf-8"))
        for file in sorted(root.rglob("*.j2"))
    }
    missing = [line.name for line in (*EVERYONE, *ERRORS) if line.name not in texts]
    if missing:
        raise Misconfigured(f"{root}: has no {', '.join(f'{name}.j2' for name in missing)}.")
    return Voice(card, numbers, texts_of(locale), Phrasings(environment, texts))


def _pick(*alternatives: object) -> str:
    return str(alternatives[_choosing.get().choose(len(alternatives))])


def _environment(numbers: Numbers, moods: Moods) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters.update(age=numbers.age, quoted=quoted)
    environment.globals.update(
        pick=_pick,
        opening=lambda mood: _pick(*moods.opening[mood]),
        closing=lambda mood: _pick(*moods.closing[mood]),
    )
    return environment


def _compile(environment: ImmutableSandboxedEnvironment, file: Path, text: str) -> tuple[Template, ...]:
    try:
        return tuple(environment.from_string(part.strip()) for part in text.split("\n---\n"))
    except TemplateError as error:
        raise Misconfigured(f"{file}: does not compile: {error}") from error
