"""Every line that a persona must be able to say, and replies of them all to learn from."""

from __future__ import annotations

import importlib
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from who_said_it import Reply, nameless

from services.locales import Locale
from services.personas.lines import ERRORS, EVERYONE, Line
from services.personas.roster import Roster

_COGS = Path(__file__).parents[2] / "cogs"
_MANY = 6
"""A choice among so many is one of openings or closings; smaller ones are within a phrasing."""
_TWICE = 2


def lines_of_cogs() -> list[Line]:
    """Return the lines with which commands answer."""
    modules = (importlib.import_module(f"cogs.{file.stem}") for file in sorted(_COGS.glob("[a-z]*.py")))
    return list(itertools.chain.from_iterable(getattr(module, "LINES", ()) for module in modules))


def spoken_lines() -> list[Line]:
    """Return all lines: those of commands, those that everybody says, and errors."""
    return [*EVERYONE, *ERRORS, *lines_of_cogs()]


class HalfOfIt:
    """Chooses a given phrasing, and openings and closings of one half only: the even ones or the odd ones."""

    def __init__(self, phrasing: int, *, half: int, seed: str) -> None:
        self._phrasing: int | None = phrasing
        self._half = half
        self._random = random.Random(seed)  # noqa: S311 - it chooses words

    def choose(self, count: int) -> int:
        if self._phrasing is not None:
            first, self._phrasing = self._phrasing, None
            return first
        if count < _MANY:
            return self._random.randrange(count)
        return self._random.choice(range(self._half, count, _TWICE))


def replies(roster: Roster, locale: Locale, lines: Sequence[Line], *, half: int | None = None) -> list[Reply]:
    """Return what every persona says of each line in each of its phrasings, twice.

    Args:
        roster: who talks.
        locale: in which language.
        lines: of what.
        half: of openings and closings only the even (0) or the odd (1) ones; None takes turns.
    """
    return [reply for name in roster.cards for reply in _replies_of(name, roster, locale, lines, half)]


def _replies_of(
    name: str, roster: Roster, locale: Locale, lines: Sequence[Line], half: int | None
) -> Iterator[Reply]:
    voice = roster.voice(name, locale)
    for number, line in enumerate(lines):
        for phrasing, turn in itertools.product(range(len(voice.phrasings[line.name])), range(_TWICE)):
            chooser = HalfOfIt(
                phrasing, half=turn if half is None else half, seed=f"{number}:{phrasing}:{turn}:{half}"
            )
            text = nameless(voice.whole(line.name, chooser, line.sample), roster)
            yield Reply(persona=name, line=line.name, phrasing=phrasing, text=text)
