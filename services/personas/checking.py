"""Whether a persona is whole: its card, and a voice that tells every line rightly in each of its languages.

Whoever asks says which lines there are, since cogs declare their own. What one rendered text must keep to
stands in `rules`.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateError, TemplateSyntaxError
from pydantic import ValidationError

from config.strict_yaml import Document, YamlProblem, decode, dotted, read
from services.errors import Misconfigured
from services.locales import LOCALES, Locale
from services.personas.card import PersonaCard, read_card
from services.personas.lines import ERRORS, EVERYONE, Line
from services.personas.rules import OF_A_REPLY, OF_THE_REST, complaints, figures_in, promises_of
from services.personas.voice import Voice, masked, read_voice

_BREAK = "\n---\n"
_TWO_BLANKS = re.compile(r"(?<![\n ]) {2}")
"""Within a line; at its beginning they indent it."""
_GOES_WRONG = (TemplateError, ArithmeticError, LookupError, TypeError, ValueError)
"""What a template may raise when it is rendered."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Flaw:
    """Something to put right: where it stands, what is wrong and what to do."""

    file: Path
    line: int
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.advice}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the farm asks of a persona: the lines that cogs speak, and which cogs there are."""

    replies: Sequence[Line]
    cogs: Collection[str]

    @property
    def by_name(self) -> Mapping[str, Sequence[Line]]:
        """Return the samples of each line that a persona must say."""
        found: defaultdict[str, list[Line]] = defaultdict(list)
        for line in (*EVERYONE, *ERRORS, *self.replies):
            found[line.name].append(line)
        return found

    def least_ways(self, name: str) -> int:
        """Return in how many ways, figures aside, a line must be said at least."""
        return OF_A_REPLY if any(line.name == name for line in self.replies) else OF_THE_REST


def check_persona(folder: Path, expected: Expected) -> list[Flaw]:
    """Return everything that is wrong with the persona of `folder`, in the order of its files."""
    card, flaws = _card(folder, expected)
    if card is None:
        return flaws
    spoken = [flaw for locale in card.locales for flaw in check_voice(folder, card, locale, expected)]
    return [*flaws, *_idle_languages(folder, card), *spoken]


def check_together(folders: Iterable[Path]) -> Iterator[Flaw]:
    """Yield what the cards that can be read have in common and must not: a cog, a name."""
    owners: dict[str, str] = {}
    for folder, card in readable(folders):
        for what in (*(f"the cog {cog}" for cog in card.cogs), f"the name {card.display_name.casefold()}"):
            owner = owners.setdefault(what, card.name)
            if owner != card.name:
                yield _flaw(
                    folder / "persona.yaml", 1, f"{what} is {owner}'s already: take it out of one card"
                )


def folders_in(personas: Path) -> list[Path]:
    """Return the folders that should each hold a persona; hidden ones are none."""
    return sorted(folder for folder in personas.glob("[!._]*") if folder.is_dir())


def readable(folders: Iterable[Path]) -> Iterator[tuple[Path, PersonaCard]]:
    """Yield those of `folders` whose card can be read, each with its card."""
    for folder in folders:
        with contextlib.suppress(Misconfigured):  # which `check_persona` tells
            yield folder, read_card(folder)


def shared_lines(one: Path, other: Path) -> int:
    """Return how many templates two personas have in common, word for word."""
    mine, others = (
        {file.relative_to(folder): file.read_bytes() for file in folder.glob("voice/**/*.j2")}
        for folder in (one, other)
    )
    return sum(others.get(file) == text for file, text in mine.items())


def check_voice(folder: Path, card: PersonaCard, locale: Locale, expected: Expected) -> list[Flaw]:
    """Return everything that is wrong with the voice of a persona in one language."""
    root = folder / "voice" / locale
    names = {file.relative_to(root).with_suffix("").as_posix(): file for file in sorted(root.rglob("*.j2"))}
    asked = expected.by_name
    flaws = [_flaw(root / f"{name}.j2", 1, "is missing: write it") for name in asked.keys() - names.keys()]
    flaws += [
        _flaw(names[name], 1, "nobody asks for this line: remove the file or correct its name")
        for name in names.keys() - asked.keys()
    ]
    flaws += [flaw for file in names.values() for flaw in _source_flaws(file)]
    try:
        voice = read_voice(folder, card, locale)
        voice.check()
    except Misconfigured as error:
        return sorted(flaws or [_flaw(root, 1, error.message)])
    for name in asked.keys() & names.keys():
        flaws += _Listener(voice, names[name], expected.least_ways(name)).hear(asked[name])
    return sorted(flaws)


def _flaw(file: Path, line: int, advice: str) -> Flaw:
    return Flaw(file=file, line=line, advice=advice)


def _card(folder: Path, expected: Expected) -> tuple[PersonaCard | None, list[Flaw]]:
    file = folder / "persona.yaml"
    try:
        document = read(decode(file.read_bytes()))
        PersonaCard.model_validate(document.value)
        card = read_card(folder)
    except FileNotFoundError:
        return None, [_flaw(folder, 1, "has no persona.yaml")]
    except OSError as error:
        return None, [_flaw(file, 1, f"cannot be read: {error.strerror}")]
    except YamlProblem as problem:
        return None, [_flaw(file, problem.line, f"{problem.key}: {problem.expected}".removeprefix(": "))]
    except ValidationError as error:
        return None, _card_flaws(file, document, error)
    except Misconfigured as error:
        return None, [_flaw(file, 1, error.message.removeprefix(f"{file}: "))]
    return card, [*_card_words(file, card, document, expected)]


def _card_flaws(file: Path, document: Document, error: ValidationError) -> list[Flaw]:
    found = error.errors(include_url=False, include_context=False)
    return [
        _flaw(file, document.line_of(one["loc"]), f"{dotted(one['loc'])}: {one['msg']}".removeprefix(": "))
        for one in found
    ]


def _card_words(file: Path, card: PersonaCard, document: Document, expected: Expected) -> Iterator[Flaw]:
    for at, cog in enumerate(card.cogs):
        if cog not in expected.cogs:
            advice = f"cogs: there is no {cog}: expected a file of cogs/, without .py"
            yield _flaw(file, document.line_of(("cogs", at)), advice)
    for place in promises_of(card):
        yield _flaw(file, document.line_of(place), "promises a profit or a price: say it otherwise")


def _idle_languages(folder: Path, card: PersonaCard) -> Iterator[Flaw]:
    for locale in LOCALES:
        voice = folder / "voice" / locale
        if locale not in card.locales and voice.is_dir():
            yield _flaw(voice, 1, f"is spoken by nobody: add {locale} to locales in persona.yaml")


def phrasings_of(text: str) -> list[tuple[int, str]]:
    """Return the phrasings in the text of a template file, each with the line it begins on."""
    found: list[tuple[int, str]] = []
    line = 1
    for part in text.split(_BREAK):
        blank = len(part) - len(part.lstrip())
        found.append((line + part.count("\n", 0, blank), part.strip()))
        line += part.count("\n") + _BREAK.count("\n")
    return found


def _source_flaws(file: Path) -> Iterator[Flaw]:
    """Yield what can be seen without rendering: syntax, figures of the template's own, doubled blanks."""
    environment = Environment(autoescape=False)  # noqa: S701 - it reads templates and renders none
    for start, source in phrasings_of(file.read_text("utf-8")):
        try:
            environment.parse(source)
        except TemplateSyntaxError as error:
            yield _flaw(file, start + error.lineno - 1, f"does not compile: {error.message}")
            continue
        for line, said in _own_words(environment, source):
            if found := figures_in(said):
                advice = (
                    f"writes the figure {found[0]} of its own: take it from a fact, or write it in letters"
                )
                yield _flaw(file, start + line - 1, advice)
            if _TWO_BLANKS.search(said):
                yield _flaw(file, start + line - 1, "has a doubled blank: leave one")


def _own_words(environment: Environment, source: str) -> Iterator[tuple[int, str]]:
    """Yield what a template itself says: its text, and the texts inside ``{{ }}``; with their lines."""
    is_told = False
    for line, kind, value in environment.lex(source):
        if kind in {"variable_begin", "variable_end"}:
            is_told = kind == "variable_begin"
        elif kind == "data" or (kind == "string" and is_told):
            yield line, value


class _Sweep:
    """Chooses a given phrasing, and of each further choice the alternative whose turn it is."""

    def __init__(self, phrasing: int, turn: int) -> None:
        self._phrasing: int | None = phrasing
        self._turn = turn
        self.most = 1
        """Alternatives of the widest choice."""

    def choose(self, count: int) -> int:
        if self._phrasing is not None:
            phrasing, self._phrasing = self._phrasing, None
            return phrasing
        self.most = max(self.most, count)
        return self._turn % count


class _Listener:
    """Has one line said in every way, and notes what is wrong with it once a phrasing."""

    def __init__(self, voice: Voice, file: Path, least: int) -> None:
        self._voice = voice
        self._least = least
        self._file = file
        self._starts = [start for start, _ in phrasings_of(file.read_text("utf-8"))]
        self._notes: dict[Flaw, None] = {}

    def hear(self, samples: Sequence[Line]) -> list[Flaw]:
        """Return the flaws of the line, of which `samples` are examples."""
        for line in samples:
            ways: set[str] = set()
            for at in range(len(self._starts)):
                ways |= {masked(text) for text in self._said(line, at)}
            self._count(line, ways)
        return [*self._notes]

    def _said(self, line: Line, at: int) -> Iterator[str]:
        turn, most = 0, 1
        while turn < most:
            sweep = _Sweep(at, turn)
            try:
                text = self._voice.whole(line.name, sweep, line.sample)
            except _GOES_WRONG as error:
                self._note(at, f"cannot be said of {_facts(line)}: {error}")
                return
            for complaint in complaints(text, line, self._voice.numbers):
                self._note(at, complaint)
            yield text
            turn, most = turn + 1, max(most, sweep.most)

    def _count(self, line: Line, ways: set[str]) -> None:
        """Note where a line has too few variants; combinations are gone through only where it may have."""
        if self._notes or len(ways) >= self._least:
            return
        ways |= {masked(text) for text in self._voice.variants(line.name, line.sample)}
        if len(ways) < self._least:
            self._note(
                0,
                f"can be said in {len(ways)} ways, expected {self._least}: add a phrasing or a pick(...)",
            )

    def _note(self, at: int, advice: str) -> None:
        self._notes[_flaw(self._file, self._starts[at], advice)] = None


def _facts(line: Line) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in line.sample.items()) or "nothing"
