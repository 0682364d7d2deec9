"""`/usage`: what language models cost today, and what is left of it."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import PRIVATE, Asked, Host, caller_of
from cogs._ui.choices import speaker_choices
from cogs._ui.usage_cards import usage_card
from services.chat.messages import GetUsage
from services.personas.lines import Line

LINES: Final = (
    Line(name="usage", sample={"has_models": True, "is_spent": False}),
    Line(name="usage", sample={"has_models": True, "is_spent": True}),
    Line(name="usage", sample={"has_models": False, "is_spent": False}),
)
"""has_models: whether the persona has language models. Without one, and once a budget is spent, it answers
from its templates."""


class UsageToday(commands.Cog):
    """Shows what was spent where the member may see it."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="usage",
        description="What language models cost today, the limits, and when they renew",
        extras={"example": "/usage persona:Biel", **PRIVATE},
    )
    @app_commands.describe(persona="Whose models and budget")
    @app_commands.autocomplete(persona=speaker_choices)
    async def usage(self, interaction: Asked, persona: str | None = None) -> None:
        """Show what the member, the server and the persona spent; an admin sees the whole farm."""
        voice = await self._host.speaker(interaction, persona)
        request = GetUsage(caller=caller_of(interaction), persona=voice.card.name)
        usage = await self._host.ask(request)
        await self._host.answer(interaction, usage_card(usage, voice, key=str(interaction.id)))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(UsageToday(host))
