from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from cogs._host import caller_of


def asked(*, guild: int | None = 10, **permissions: bool) -> Any:
    return SimpleNamespace(
        user=SimpleNamespace(id=7), guild_id=guild, permissions=discord.Permissions(**permissions)
    )


@pytest.mark.parametrize(
    ("permissions", "may"),
    [
        ({}, (False, False)),
        ({"manage_messages": True}, (True, False)),
        ({"mention_everyone": True}, (False, True)),
        ({"administrator": True}, (True, True)),
    ],
)
def test_a_caller_has_the_permissions_that_discord_says_in_that_channel(
    permissions: dict[str, bool], may: tuple[bool, bool]
) -> None:
    caller = caller_of(asked(**permissions))
    assert (caller.can_manage_messages, caller.can_mention) == may


def test_in_a_direct_message_nobody_has_the_permissions_of_a_server() -> None:
    caller = caller_of(asked(guild=None, manage_messages=True, mention_everyone=True, manage_guild=True))
    assert (caller.guild_id, caller.is_guild_admin, caller.can_manage_messages, caller.can_mention) == (
        None,
        False,
        False,
        False,
    )
