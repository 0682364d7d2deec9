"""What every persona must have: it is enough to add a folder, and these tests say what it lacks."""

from __future__ import annotations

import ast
import importlib
import itertools
from collections import Counter
from pathlib import Path

import pytest
from discord import app_commands
from discord.ext import commands
from spoken_lines import lines_of_cogs, spoken_lines

from bots.waze.catalogue import catalogue
from cogs._host import Listed
from services import errors
from services.locales import LOCALES, Locale
from services.personas.checking import Expected, check_persona, check_together
from services.personas.lines import FACTS_OF_ERRORS
from services.personas.roster import read_roster

ROOT = Path(__file__).parents[2]
ROSTER = read_roster(ROOT / "personas")
COGS = sorted(file.stem for file in (ROOT / "cogs").glob("[a-z]*.py"))


@pytest.mark.parametrize("name", ROSTER.cards)
def test_a_persona_is_whole_by_the_rules_of_persona_check(name: str) -> None:
    flaws = check_persona(ROOT / "personas" / name, Expected(lines_of_cogs(), COGS))
    assert not flaws, "\n".join(map(str, flaws))


def test_no_two_personas_share_a_cog_or_a_name() -> None:
    assert [*check_together(ROOT / "personas" / name for name in ROSTER.cards)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_two_personas_do_not_sound_the_same(locale: Locale) -> None:
    every = [
        {
            ROSTER.voice(name, locale).render(line.name, key=str(n), **line.sample)
            for line in spoken_lines()
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


def is_try_or_arithmetic(node: ast.AST) -> bool:
    """Whether a node handles an error or reckons; ``|`` joins types and flags."""
    is_reckoned = isinstance(node, ast.BinOp) and not isinstance(node.op, ast.BitOr)
    return isinstance(node, ast.Try | ast.AugAssign) or is_reckoned


@pytest.mark.parametrize("cog", COGS)
def test_a_cog_is_one_class_with_a_setup_and_neither_try_nor_arithmetic(cog: str) -> None:
    module = importlib.import_module(f"cogs.{cog}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, commands.Cog) and value.__module__ == module.__name__
    ]
    tree = ast.parse((ROOT / "cogs" / f"{cog}.py").read_text("utf-8"))
    assert len(found) == 1
    assert callable(module.setup)
    assert [ast.unparse(node) for node in ast.walk(tree) if is_try_or_arithmetic(node)] == []
    told = found[0].__cog_app_commands__
    assert all(isinstance(command, app_commands.Command | app_commands.Group) for command in told)
