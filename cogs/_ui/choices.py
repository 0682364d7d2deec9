"""Choices for autocompletion, within Discord's limits."""

from __future__ import annotations

from collections.abc import Iterable

from discord.app_commands import Choice

from cogs._ui import limits
from services.personas.roster import Roster


def to_choices(names: Iterable[str]) -> list[Choice[str]]:
    """Return the first 25 names that are short enough to be a choice, which is its own value."""
    fitting = [name for name in names if 0 < len(name) <= limits.CHOICE]
    return [Choice(name=name, value=name) for name in fitting[: limits.CHOICES]]


def matching(names: Iterable[str], typed: str) -> list[Choice[str]]:
    """Return the names that hold what was typed, those that begin with it first."""
    wanted = typed.strip().casefold()
    hits = [name for name in names if wanted in name.casefold()]
    return to_choices(sorted(hits, key=lambda name: not name.casefold().startswith(wanted)))


def persona_choices(roster: Roster, typed: str, *besides: str) -> list[Choice[str]]:
    """Return the personas, and the choices `besides` them, whose name holds what was typed."""
    return matching([*(card.display_name for card in roster.cards.values()), *besides], typed)
