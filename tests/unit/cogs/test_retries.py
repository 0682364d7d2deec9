"""The button that does the same again can be made of whatever a member left out."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from discord import app_commands

from bots.waze.catalogue import Command, commands_in
from cogs._ui.card import read_press

COGS = Path(__file__).parents[3] / "cogs"
WITH_RETRY = [
    pytest.param(command, id=command.qualified_name)
    for file in sorted(COGS.glob("[a-z]*.py"))
    for command in commands_in(importlib.import_module(f"cogs.{file.stem}"))
    if "retry" in command.extras
]


@pytest.mark.parametrize("command", WITH_RETRY)
def test_a_command_is_offered_again_with_only_what_it_needs(command: Command) -> None:
    chosen = app_commands.Namespace.__new__(app_commands.Namespace)
    chosen.__dict__ |= {one.display_name: "BTC" for one in command.parameters if one.required}
    cog, action, _ = read_press(command.extras["retry"](chosen))
    assert (bool(cog), bool(action)) == (True, True)
