"""Every command of the farm, its owner and an example, read from the cogs that the persona cards name."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final

from discord import app_commands
from discord.ext import commands

from cogs._host import AnsweringModule, Listed
from services.personas.roster import Roster

_DELIVERED: Final = frozenset({"alert_card", "desk_card", "desk_ticket"})
"""Cogs without a command: what is pressed on what the farm brings to members, whoever brings it."""

Command = app_commands.Command[Any, ..., Any]


def catalogue(roster: Roster) -> list[Listed]:
    """Return the commands in the order of the personas and their cogs.

    Raises:
        ModuleNotFoundError: a card names a cog that there is not.
        KeyError: a command has no example in its extras.
    """
    return [
        Listed(
            name=f"/{command.qualified_name}",
            description=command.description,
            example=command.extras["example"],
            owner=card,
        )
        for card in roster.cards.values()
        for cog in card.cogs
        for command in commands_in(importlib.import_module(f"cogs.{cog}"))
    ]


def is_carried(roster: Roster, name: str) -> bool:
    """Return whether a persona of the farm carries the cog of that name."""
    return any(name in card.cogs for card in roster.cards.values())


def cog_of_cards(roster: Roster, name: str) -> ModuleType | None:
    """Return the module of a cog whose cards any bot may show, and whose buttons it must then take.

    It is one of deliveries, or one that answers in plain words. None for anything else: a name is not to be
    trusted.
    """
    if name not in _DELIVERED and not is_carried(roster, name):
        return None
    module = importlib.import_module(f"cogs.{name}")
    return module if name in _DELIVERED or isinstance(module, AnsweringModule) else None


def commands_in(module: ModuleType) -> Iterator[Command]:
    """Yield the commands of the cogs that `module` defines, those inside groups too."""
    for _, cog in inspect.getmembers(module, _is_cog):
        if cog.__module__ == module.__name__:
            for command in cog.__cog_app_commands__:
                inside = command.walk_commands() if isinstance(command, app_commands.Group) else (command,)
                yield from (one for one in inside if isinstance(one, app_commands.Command))


def _is_cog(found: object) -> bool:
    return inspect.isclass(found) and issubclass(found, commands.Cog)
