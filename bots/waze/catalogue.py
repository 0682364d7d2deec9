"""Every command of the farm, its owner and an example, read from the cogs that the persona cards name."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from discord import app_commands
from discord.ext import commands

from cogs._host import Listed
from services.personas.roster import Roster

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


def commands_in(module: ModuleType) -> Iterator[Command]:
    """Yield the commands of the cogs that `module` defines, those inside groups too."""
    for _, cog in inspect.getmembers(module, _is_cog):
        if cog.__module__ == module.__name__:
            for command in cog.__cog_app_commands__:
                inside = command.walk_commands() if isinstance(command, app_commands.Group) else (command,)
                yield from (one for one in inside if isinstance(one, app_commands.Command))


def _is_cog(found: object) -> bool:
    return inspect.isclass(found) and issubclass(found, commands.Cog)
