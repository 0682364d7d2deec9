"""`/settings`: what a member chose, such as who answers where one bot speaks for all."""

from __future__ import annotations

from typing import Final

import msgspec
from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host
from cogs._ui.choices import persona_choices
from cogs._ui.settings_cards import settings_card
from services.members.messages import GetMember, MemberSettings, SetMember
from services.personas.lines import Line

_NOBODY: Final = "none"
"""What a member picks to leave the voice to the bot."""
LINES: Final = (
    Line(name="settings", sample={"persona": "Xyko"}),
    Line(name="settings", sample={"persona": None}),
    Line(name="settings_saved", sample={"persona": "Xyko"}),
    Line(name="settings_saved", sample={"persona": None}),
)


class Settings(commands.Cog):
    """Shows and changes the settings of the member who asks; nobody else sees them."""

    settings = app_commands.Group(name="settings", description="What you chose, for you alone")

    def __init__(self, host: Host) -> None:
        self._host = host

    @settings.command(
        name="show",
        description="What you chose, and what you can choose",
        extras={"example": "/settings show", "is_private": True},
    )
    async def show(self, interaction: Asked) -> None:
        """Show the member's settings."""
        await self._show(interaction, await self._stored(interaction), line="settings")

    @settings.command(
        name="persona",
        description="Whose voice answers you where one bot speaks for all",
        extras={"example": "/settings persona who:Xyko", "is_private": True},
    )
    @app_commands.describe(who="Who should answer you; none leaves it to the bot")
    async def persona(self, interaction: Asked, who: str) -> None:
        """Choose the persona that answers the member, or none."""
        is_cleared = who.strip().casefold() == _NOBODY
        persona = None if is_cleared else self._host.roster.card(who).name
        wanted = msgspec.structs.replace(await self._stored(interaction), persona=persona)
        saved = await self._host.ask(SetMember(settings=wanted))
        await self._show(interaction, saved, line="settings_saved")

    @persona.autocomplete("who")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed, _NOBODY)

    async def _stored(self, interaction: Asked) -> MemberSettings:
        return await self._host.ask(GetMember(user_id=str(interaction.user.id)))

    async def _show(self, interaction: Asked, settings: MemberSettings, *, line: str) -> None:
        voice, roster = await self._host.speaker(interaction), self._host.roster
        card = settings_card(settings, roster, voice, line=line, key=str(interaction.id))
        await self._host.answer(interaction, card)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Settings(host))
