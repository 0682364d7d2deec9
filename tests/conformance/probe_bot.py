"""A discord.py bot that sends a body exactly as it is told to and notes what became of it.

Its requests go through discord.py's own HTTP client, so that it runs against a server and inside a simulator.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from discord.http import Route
from payloads import Kind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a body: taken, or refused with a status and Discord's code."""

    is_taken: bool
    status: int = 0
    code: int = 0
    told: str = ""

    def __str__(self) -> str:
        return "taken" if self.is_taken else f"refused {self.status}/{self.code} {self.told}".rstrip()


class ProbeBot(commands.Bot):
    """Sends `body` when a member runs its command, its completion, or when asked directly.

    What became of a body that answers a member is put into `verdicts`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__("!", intents=discord.Intents.default(), guild_ready_timeout=0.2, **options)
        self.body: Any = None
        self.verdicts: asyncio.Queue[Verdict] = asyncio.Queue()
        self.tree.command(name="probe", description="Send the body as a callback")(self._probe)
        completed: Any = app_commands.Command(
            name="complete", description="Send the body as choices", callback=_complete
        )
        completed.autocomplete("text")(self._completion)
        self.tree.add_command(completed)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Answer nothing."""

    async def send_to_channel(self, channel_id: int) -> Verdict:
        """Post the body as a message."""
        return await self._send(Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id))

    async def set_commands(self, guild_id: int) -> Verdict:
        """Make the body the commands of a guild."""
        path = "/applications/{application_id}/guilds/{guild_id}/commands"
        return await self._send(Route("PUT", path, application_id=self.application_id, guild_id=guild_id))

    async def _probe(self, interaction: discord.Interaction) -> None:
        self.verdicts.put_nowait(await self._call_back(interaction))

    async def _completion(
        self, interaction: discord.Interaction, _current: str
    ) -> list[app_commands.Choice[str]]:
        self.verdicts.put_nowait(await self._call_back(interaction))
        interaction.response._response_type = discord.InteractionResponseType.autocomplete_result
        return []

    async def _call_back(self, interaction: discord.Interaction) -> Verdict:
        path = "/interactions/{interaction_id}/{token}/callback"
        return await self._send(Route("POST", path, interaction_id=interaction.id, token=interaction.token))

    async def _send(self, route: Route) -> Verdict:
        try:
            await self.http.request(route, json=json.loads(json.dumps(self.body)))
        except discord.HTTPException as refused:
            return Verdict(is_taken=False, status=refused.status, code=refused.code, told=refused.text)
        except (ValueError, KeyError, TypeError) as crash:
            return Verdict(is_taken=False, told=f"{type(crash).__name__}: {crash}")
        return Verdict(is_taken=True)


async def _complete(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.send_message(text)


WAYS_TO_ASK = {Kind.CALLBACK: "probe", Kind.CHOICES: "complete"}
"""The command that makes the bot answer with its body."""
