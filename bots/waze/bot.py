"""WazeBot: the discord.py client that every persona process runs.

It carries the cogs its persona names and hands every event on: interactions to `reception`, messages to
`chat`. Keeping it connected belongs to `line`, what cogs stand on to `host`.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol, cast

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bots.waze.catalogue import cog_of_cards
from bots.waze.chat import Chat
from bots.waze.commands import Tree, digest_of, sync_when_changed
from bots.waze.host import WazeHost
from bots.waze.line import OnState
from bots.waze.portrait import show_portrait
from bots.waze.reception import Reception
from bots.waze.translator import CatalogueTranslator
from cogs._host import Asked, Host, Pressable, Pressed, say_ended
from cogs._ui.card import read_press
from cogs._ui.form import written_in

_CONNECTIONS = 64
"""To Discord at once; a burst of commands would else open one for each, which costs more than the answer."""
_PRESSES = (discord.InteractionType.component, discord.InteractionType.modal_submit)
_WAITS_FOR_A_LIMIT = 300.0
"""Seconds; what would have to wait longer for a rate limit fails, so that it can be told or tried again."""
_KEPT_OPEN = 60.0
"""Seconds; a command after a quiet minute should not wait for a TLS handshake."""


class _CogModule(Protocol):
    async def setup(self, host: Host) -> None: ...


class WazeTree(app_commands.CommandTree["WazeBot"]):
    """The commands: admitted before anything else happens, and every error said."""

    async def interaction_check(self, interaction: Asked, /) -> bool:
        """Let the reception admit the interaction."""
        return await self.client.reception.admit(interaction)

    async def on_error(self, interaction: Asked, error: app_commands.AppCommandError, /) -> None:
        """Say what went wrong."""
        if interaction.type is not discord.InteractionType.autocomplete:
            await self.client.reception.fail(interaction, error)


class WazeBot(commands.Bot):
    """One connection of one persona. It is made anew after every failure that discord.py does not survive."""

    def __init__(
        self,
        *,
        host: WazeHost,
        reception: Reception,
        run: Path,
        portrait: Path,
        ready_within: float,
        reads_all: bool,
        on_state: OnState,
        trace: aiohttp.TraceConfig,
    ) -> None:
        """`reads_all`: Discord lets it read messages that do not name it. `trace` hears every request."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=WazeTree,
            intents=discord.Intents(
                guilds=True, guild_messages=True, dm_messages=True, message_content=reads_all
            ),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            activity=discord.CustomActivity(host.persona.presence),
            guild_ready_timeout=ready_within,
            connector=aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_KEPT_OPEN),
            http_trace=trace,
            max_ratelimit_timeout=_WAITS_FOR_A_LIMIT,
        )
        self.host = host
        self.reception = reception
        self._chat = Chat(host, reception)
        self._run = run
        self._portrait = portrait
        self._on_state = on_state

    async def setup_hook(self) -> None:
        """Load the cogs and tell Discord their commands where they changed."""
        self.host.carry_on(self.add_cog, self.tree.add_command)
        for name in self.host.role.cogs:
            module = cast("_CogModule", importlib.import_module(f"cogs.{name}"))
            await module.setup(self.host)
        record = self._run / f"commands-{self.application_id}.json"
        translator = CatalogueTranslator()
        await self.tree.set_translator(translator)
        await sync_when_changed(cast("Tree", self.tree), await digest_of(self.tree, translator), record)

    async def on_ready(self) -> None:
        """Report that the bot is there, and see to its picture."""
        self._on_state(None)
        if self.user is not None:
            record = self._run / f"portrait-{self.application_id}.json"
            await show_portrait(self.user, self._portrait, record)

    async def on_resumed(self) -> None:
        """Report that the bot is there again."""
        self._on_state(None)

    async def on_disconnect(self) -> None:
        """Report that the connection is lost; discord.py is already at it."""
        self._on_state("connection to Discord lost")

    async def on_message(self, message: discord.Message, /) -> None:
        """Hear what is meant for the bot."""
        if self.user is not None:
            await self._chat.hear(message, self.user)

    async def on_app_command_completion(self, interaction: Asked, _: object) -> None:
        """Log a command that was answered."""
        self.reception.finish(interaction)

    async def on_interaction(self, interaction: Asked) -> None:
        """Route a pressed button, or a form that was sent, to the cog that its custom id names."""
        if interaction.type in _PRESSES and await self.reception.admit(interaction):
            await self.reception.attend(interaction, self._press(interaction))

    async def _press(self, interaction: Asked) -> None:
        data = cast("dict[str, Any]", interaction.data)
        cog, action, arguments = read_press(data["custom_id"])
        found = self.host.pressable.get(cog) or await self._borrowed(cog)
        if found is None:
            await say_ended(self.host, interaction)
        else:
            await found.press(interaction, Pressed(action, arguments, _written(interaction)))

    async def _borrowed(self, cog: str) -> Pressable | None:
        """Carry from its first press on a cog whose cards this bot shows, too: few are ever pressed."""
        module = cog_of_cards(self.host.roster, cog)
        if module is not None:
            await cast("_CogModule", module).setup(self.host)
        return self.host.pressable.get(cog)


def _written(interaction: Asked) -> dict[str, str]:
    data = cast("dict[str, Any]", interaction.data)
    is_form = interaction.type is discord.InteractionType.modal_submit
    return written_in(data["components"]) if is_form else {}
