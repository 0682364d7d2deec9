"""What every persona must have: it is enough to add a folder, and these tests say what it lacks."""

from __future__ import annotations

import importlib
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from discord import app_commands
from discord.ext import commands

from bots.waze.catalogue import catalogue
from cogs._host import Listed
from services import errors
from services.locales import LOCALES, Locale
from services.personas.lines import ERRORS, EVERYONE, FACTS_OF_ERRORS, Line
from services.personas.roster import read_roster
from services.personas.variety import NEVER_WITHIN
from services.personas.voice import SPOKEN_LIMIT, Voice, masked

ROOT = Path(__file__).parents[2]
ROSTER = read_roster(ROOT / "personas")
COGS = sorted(file.stem for file in (ROOT / "cogs").glob("[a-z]*.py"))
VOICES = [
    pytest.param((card.name, locale), id=f"{card.name}-{locale}")
    for card in ROSTER.cards.values()
    for locale in card.locales
]
PROMISES = re.compile(
    r"\b(guarantee|risk[- ]free|sure profit|will (?:rise|fall|moon)|can't lose"
    r"|garantid[oa]|sem risco|lucro certo|vai (?:subir|cair)|não tem como perder)\b",
    re.IGNORECASE,
)
LOGIC = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
MANY, ASKED_BY_CHANCE = 120, 40
"""A line of so many variants is asked so often besides, so that its last phrasings are heard as well."""
OF_A_REPLY, OF_AN_ERROR = NEVER_WITHIN, 3
"""In how many ways, figures aside, a line is said at least."""


def of_cogs() -> list[Line]:
    modules = (importlib.import_module(f"cogs.{cog}") for cog in COGS)
    return list(itertools.chain.from_iterable(getattr(module, "LINES", ()) for module in modules))


def lines() -> list[Line]:
    return [*EVERYONE, *ERRORS, *of_cogs()]


@dataclass(frozen=True)
class Heard:
    """A voice, and all that it says of each line's sample."""

    voice: Voice
    said: list[tuple[Line, set[str]]]


@pytest.fixture(scope="module", params=VOICES)
def heard(request: pytest.FixtureRequest) -> Heard:
    name, locale = request.param
    voice = ROSTER.voice(name, locale)
    assert voice.locale == locale
    return Heard(voice, [(line, everything_said(voice, line)) for line in lines()])


def everything_said(voice: Voice, line: Line) -> set[str]:
    variants = voice.variants(line.name, line.sample, most=MANY)
    asked = ASKED_BY_CHANCE if len(variants) >= MANY else 0
    return {*variants, *(voice.render(line.name, key=str(n), **line.sample) for n in range(asked))}


def test_a_persona_says_every_line_in_every_way_within_its_bounds(heard: Heard) -> None:
    for line, texts in heard.said:
        for text in texts:
            assert 0 < len(text) <= SPOKEN_LIMIT, line.name
            assert not PROMISES.search(text), f"{line.name}: {text}"
            assert "  " not in text, f"{line.name}: {text}"
            assert "None" not in text, f"{line.name}: {text}"


def test_a_persona_has_no_line_that_nobody_asks_for(heard: Heard) -> None:
    assert heard.voice.phrasings.keys() - {line.name for line in lines()} == set()


def test_a_line_tells_its_figures_in_every_way_that_it_is_said(heard: Heard) -> None:
    for line, texts in heard.said:
        known = [str(line.sample[name]) for name in line.must if line.sample.get(name) is not None]
        untold = [text for text in texts if not all(figure in text for figure in known)]
        assert not untold, f"{line.name} must tell {known}: {untold[0]}"


def test_no_figure_is_said_that_is_not_a_fact(heard: Heard) -> None:
    for line, texts in heard.said:
        facts = sorted(written(line.sample, heard.voice), key=len, reverse=True)
        any_fact = re.compile("|".join(map(re.escape, facts)) or "(?!)")
        invented = [text for text in texts if re.search("[0-9]", any_fact.sub("", text))]
        assert not invented, f"{line.name}: {invented[0]}"


def written(facts: Mapping[str, object], voice: Voice) -> Iterator[str]:
    """Yield every way in which facts with figures may be written."""
    for fact in facts.values():
        for part in fact if isinstance(fact, list) else [fact]:
            if isinstance(part, int | float) and not isinstance(part, bool):
                yield voice.numbers.age(part)
            if re.search("[0-9]", str(part)):
                yield str(part)


def test_no_figure_stands_in_a_template(heard: Heard) -> None:
    folder = ROOT / "personas" / heard.voice.card.name / "voice" / heard.voice.locale
    with_figures = [
        file.name
        for file in folder.rglob("*.j2")
        if re.search("[0-9]", LOGIC.sub("", file.read_text("utf-8")))
    ]
    assert with_figures == []


def test_nobody_repeats_themselves(heard: Heard) -> None:
    answering = {line.name for line in of_cogs()}
    for line, texts in heard.said:
        ways = len({masked(text) for text in texts})
        assert ways >= (OF_A_REPLY if line.name in answering else OF_AN_ERROR), f"{line.name}: {ways} ways"


@pytest.mark.parametrize("locale", LOCALES)
def test_two_personas_do_not_sound_the_same(locale: Locale) -> None:
    every = [
        {
            ROSTER.voice(name, locale).render(line.name, key=str(n), **line.sample)
            for line in lines()
            for n in range(9)
        }
        for name, card in ROSTER.cards.items()
        if locale in card.locales
    ]
    for one, other in itertools.combinations(every, 2):
        assert one & other == set()


def test_nothing_that_did_not_move_is_said_to_be_unknown() -> None:
    nothing = {"up_market": None, "down_market": None}
    for name, locale in itertools.product(ROSTER.cards, LOCALES):
        voice = ROSTER.voice(name, locale)
        unknown = {*voice.variants("movers", {**nothing, "still": None})}
        for still in ("up", "both"):
            assert unknown.isdisjoint(voice.variants("movers", {**nothing, "still": still}))


def test_every_persona_speaks_every_language() -> None:
    assert {name: card.locales for name, card in ROSTER.cards.items() if {*card.locales} != {*LOCALES}} == {}


def test_every_error_of_the_tree_promises_its_facts() -> None:
    def family(root: type[errors.OmegaError]) -> set[type[errors.OmegaError]]:
        return {root}.union(
            *(family(child) for child in root.__subclasses__() if child.__module__ == errors.__name__)
        )

    assert set(FACTS_OF_ERRORS) == family(errors.OmegaError)


def test_no_command_is_owned_twice() -> None:
    owned = Counter(listed.name for listed in catalogue(ROSTER))
    assert [name for name, owners in owned.items() if owners > 1] == []


def test_every_cog_is_owned_by_exactly_one_persona() -> None:
    assert sorted(cog for card in ROSTER.cards.values() for cog in card.cogs) == COGS


@pytest.mark.parametrize("listed", catalogue(ROSTER), ids=lambda listed: listed.name)
def test_every_command_has_an_example_that_starts_with_its_name(listed: Listed) -> None:
    assert listed.example.startswith(listed.name)


@pytest.mark.parametrize("cog", COGS)
def test_a_cog_is_one_class_with_a_setup_and_neither_try_nor_arithmetic(cog: str) -> None:
    module = importlib.import_module(f"cogs.{cog}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, commands.Cog) and value.__module__ == module.__name__
    ]
    source = (ROOT / "cogs" / f"{cog}.py").read_text("utf-8")
    assert len(found) == 1
    assert callable(module.setup)
    assert "try:" not in source
    told = found[0].__cog_app_commands__
    assert all(isinstance(command, app_commands.Command | app_commands.Group) for command in told)
