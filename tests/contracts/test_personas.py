"""What every persona must have: it is enough to add a folder, and these tests say what it lacks."""

from __future__ import annotations

import importlib
import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from discord import app_commands
from discord.ext import commands

from bots.waze.catalogue import catalogue
from cogs._host import Listed
from services import errors
from services.personas.lines import ERRORS, EVERYONE, FACTS_OF_ERRORS, Line
from services.personas.roster import read_roster
from services.personas.voice import SPOKEN_LIMIT, Voice

ROOT = Path(__file__).parents[2]
ROSTER = read_roster(ROOT / "personas")
COGS = sorted(file.stem for file in (ROOT / "cogs").glob("[a-z]*.py"))
VOICES = [
    pytest.param(ROSTER.voice(card.name, locale), id=f"{card.name}-{locale}")
    for card in ROSTER.cards.values()
    for locale in card.locales
]
PROMISES = re.compile(
    r"\b(guarantee|risk[- ]free|sure profit|will (?:rise|fall|moon)|can't lose)\b", re.IGNORECASE
)


def lines() -> list[Line]:
    of_cogs = itertools.chain.from_iterable(
        getattr(importlib.import_module(f"cogs.{cog}"), "LINES", ()) for cog in COGS
    )
    return [*EVERYONE, *ERRORS, *of_cogs]


def said(voice: Voice, line: Line) -> list[str]:
    return [template.render(dict(line.sample)).strip() for template in voice.phrasings[line.name]]


@pytest.mark.parametrize("voice", VOICES)
def test_a_persona_says_every_line_in_every_phrasing_within_its_bounds(voice: Voice) -> None:
    assert {line.name for line in lines()} <= voice.phrasings.keys()
    for line in lines():
        for text in said(voice, line):
            assert 0 < len(text) <= SPOKEN_LIMIT, line.name
            assert not PROMISES.search(text), line.name
            assert "  " not in text, f"{line.name}: {text}"


@pytest.mark.parametrize("voice", VOICES)
def test_a_persona_has_no_line_that_nobody_asks_for(voice: Voice) -> None:
    assert voice.phrasings.keys() - {line.name for line in lines()} == set()


@pytest.mark.parametrize("voice", VOICES)
@pytest.mark.parametrize("name", ["price", "greeting", "lost", "wrong_persona"])
def test_what_is_said_often_is_said_in_several_ways(voice: Voice, name: str) -> None:
    assert len(voice.phrasings[name]) >= 3


FIGURES = {
    "price": ("market", "price", "change"),
    "depth": ("market", "bid", "ask", "spread", "spread_bps"),
    "compare": ("market", "median", "spread", "spread_bps", "total"),
    "funding": ("market", "rate", "every", "yearly"),
    "funding_all": ("highest", "highest_market", "lowest", "lowest_market"),
    "oi": ("market", "amount", "cost"),
    "movers": ("up_market", "up_change", "down_market", "down_change"),
    "convert": ("amount", "result"),
    "favourite_saved": ("market",),
}
"""What each of these lines must tell in every phrasing, where it is known."""


@pytest.mark.parametrize("voice", VOICES)
def test_the_figures_are_the_same_whoever_speaks(voice: Voice) -> None:
    for line in lines():
        known = [line.sample.get(name) for name in FIGURES.get(line.name, ())]
        for text in said(voice, line):
            assert "None" not in text
            assert [str(figure) for figure in known if figure is not None and str(figure) not in text] == []


def test_a_line_with_figures_is_one_that_a_command_speaks() -> None:
    assert FIGURES.keys() <= {line.name for line in lines()}


def test_two_personas_do_not_sound_the_same() -> None:
    every = [
        set(itertools.chain.from_iterable(said(ROSTER.voice(name), line) for line in lines()))
        for name in ROSTER.cards
    ]
    for one, other in itertools.combinations(every, 2):
        assert one & other == set()


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
    assert isinstance(found[0].__cog_app_commands__[0], app_commands.Command | app_commands.Group)
