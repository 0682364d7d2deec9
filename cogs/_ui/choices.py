"""Choices for autocompletion, within Discord's limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from discord.app_commands import Choice

from cogs._host import Asked, host_of
from cogs._ui import limits
from services.personas.roster import Roster

PERSONA: Final = "Who should answer"


def to_choices(names: Iterable[str]) -> list[Choice[str]]:
    """Return the first 25 names that are short enough to be a choice, which is its own value."""
    fitting = [name for name in names if 0 < len(name) <= limits.CHOICE]
    return [Choice(name=name, value=name) for name in fitting[: limits.CHOICES]]


def matching(names: Iterable[str], typed: str) -> list[Choice[str]]:
    """Return the names that hold what was typed, those that begin with it first."""
    wanted = typed.strip().casefold()
    hits = [name for name in names if wanted in name.casefold()]
    return to_choices(sorted(hits, key=lambda name: not name.casefold().startswith(wanted)))


def personas_choices(roster: Roster, typed: str) -> list[Choice[str]]:
    """Return one more persona for a list of them: ``Xyko, b`` becomes ``Xyko, Biel``."""
    *chosen, begun = (part.strip() for part in typed.split(","))
    taken = {name.casefold() for name in chosen}
    left = [card.display_name for card in roster.cards.values() if card.display_name.casefold() not in taken]
    return to_choices(", ".join([*chosen, choice.value]) for choice in matching(left, begun))


def persona_choices(roster: Roster, typed: str, *besides: str) -> list[Choice[str]]:
    """Return the personas, and the choices `besides` them, whose name holds what was typed."""
    return matching([*(card.display_name for card in roster.cards.values()), *besides], typed)


async def speaker_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the personas that may answer."""
    return persona_choices(host_of(interaction).roster, typed)
