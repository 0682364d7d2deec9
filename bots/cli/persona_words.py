"""What the persona commands have in common: the lines that cogs speak, questions, and what to do next."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import typer

from bots.cli.talk import give, say
from services.errors import UserMistake
from services.personas.card import AVATAR, PersonaCard, read_card
from services.personas.checking import Expected, folders_in, readable
from services.personas.lines import Line
from services.personas.making import Made
from services.personas.roster import Roster, read_roster

_NEXT: Final = (
    ("persona.yaml", "tagline, presence, colours, traits, samples, boundaries"),
    ("voice/*/moods.yaml", "how it begins and ends what it says"),
    ("voice/*/*.j2", "what it says"),
)


def expected(root: Path) -> Expected:
    """Return what the cogs in ``cogs/`` ask of a persona."""
    cogs = sorted(file.stem for file in (root / "cogs").glob("[a-z]*.py"))
    return Expected([*_lines(cogs)], cogs)


def _lines(cogs: Sequence[str]) -> Iterator[Line]:
    for cog in cogs:
        yield from getattr(importlib.import_module(f"cogs.{cog}"), "LINES", ())


def roster_for(personas: Path, name: str) -> Roster:
    """Return a roster that holds the persona `name`, whatever is wrong with the cards of others.

    Raises:
        Misconfigured: its own card is wrong, or there is none that can be read.
    """
    folders, wanted = folders_in(personas), name.strip().casefold()
    for folder in folders:
        if folder.name == wanted:
            return Roster(personas, {wanted: read_card(folder)})
    cards = {card.name: card for _, card in readable(folders)}
    return Roster(personas, cards) if cards else read_roster(personas)


def agree(question: str, *, is_sure: bool) -> bool:
    """Return whether the operator agrees.

    Raises:
        UserMistake: nobody can be asked.
    """
    if is_sure:
        return True
    if not sys.stdin.isatty():
        raise UserMistake("There is nobody to ask.", hint="Say --yes to go on without being asked.")
    return typer.confirm(question, default=True, err=True)


def tell(made: Made, *, whose: PersonaCard) -> None:
    """Say what was made, and what to do next."""
    name = made.card.name
    give(f"{made.folder}: {made.files} files")
    say(f"The words of its voice are still {whose.display_name}'s. Next, edit:")
    for where, what in _NEXT:
        say(f"  {where:<20} {what}")
    say("Then:")
    say(f"  omega persona check {name} and omega persona preview {name}")
    if not (made.folder / AVATAR).exists():
        say(f"  python scripts/avatars.py {name}, which draws the avatar that persona.yaml describes")
    say(f"  config/farm.yaml: add {name}: {{enabled: true}} to bots")
    say(f"  on the real Discord: set OMEGA_TOKEN_{name.upper()}")
