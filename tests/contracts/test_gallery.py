"""The page of pictures shows every command that a member has, and is no heavier than it should be."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from discord import app_commands
from discord.ext import commands

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "gallery.md").read_text("utf-8")
OF_ADMINS = {"farm"}
MOST_BYTES, MOST_BYTES_IN_ALL = 150_000, 6_000_000


def names() -> Iterator[str]:
    """Yield every slash command with its subcommand, but those of admins."""
    for file in sorted((ROOT / "cogs").glob("[a-z]*.py")):
        for one in vars(importlib.import_module(f"cogs.{file.stem}")).values():
            if isinstance(one, type) and issubclass(one, commands.Cog):
                yield from (name for top in one.__cog_app_commands__ for name in leaves(top))


def leaves(command: app_commands.Command[commands.Cog, ..., object] | app_commands.Group) -> Iterator[str]:
    """Yield the names of what can be sent of a command."""
    if isinstance(command, app_commands.Command):
        yield command.qualified_name
    elif command.name not in OF_ADMINS:
        for inner in command.commands:
            yield from leaves(inner)


def test_every_command_of_a_member_has_its_pictures() -> None:
    shown = re.findall(r"`/([^`]+)`", PAGE)
    lacking = {name for name in names() if not any(f"{line} ".startswith(f"{name} ") for line in shown)}
    assert lacking == set()


def test_the_pictures_are_there_described_and_light() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", PAGE)
    paths = {ROOT / "docs" / address for _, address in shown}
    assert paths == set((ROOT / "docs" / "images" / "gallery").iterdir())
    sizes = {path.name: path.stat().st_size for path in paths}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    assert sum(sizes.values()) <= MOST_BYTES_IN_ALL
