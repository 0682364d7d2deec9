"""`/help`: every command of the farm, with its owner and an example."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.help_cards import overview_card, owner_card
from services.chat.intents import Topic, Understood
from services.personas.lines import Line
from services.personas.voice import Voice

LINES: Final = (Line(name="help"),)


class Help(commands.Cog):
    """Shows who does what. It asks nobody, so it answers even when the farm is not well."""

    presses = "help"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="help",
        description="Every command, who answers it, and an example",
        extras={"example": "/help", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def help(self, interaction: Asked, persona: str | None = None) -> None:
        """List the commands of all personas."""
        voice = await self._host.speaker(interaction, persona)
        card = overview_card(self._host.catalogue(), voice, key=str(interaction.id))
        await self._host.answer(interaction, card)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the commands of the persona that a button names, or of all."""
        match pressed.arguments:
            case (owner, persona):
                await self._show(interaction, persona, owner, page=1)
            case (owner, persona, page) if page.isdecimal():
                await self._show(interaction, persona, owner, page=int(page))
            case _:
                await say_ended(self._host, interaction)

    async def _show(self, interaction: Asked, persona: str, owner: str, *, page: int) -> None:
        voice = await self._host.speaker(interaction, persona or None)
        listed, key = self._host.catalogue(), str(interaction.id)
        if owner:
            await self._host.answer(interaction, owner_card(listed, owner, voice, key=key, page=page))
        else:
            await self._host.answer(interaction, overview_card(listed, voice, key=key))


class HelpAnswers:
    """Answers "help" and its like."""

    topics = (
        Topic(
            intent="help",
            description="Every command that the bots have, and which of them answers it.",
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the commands of all personas."""
        del asked  # whoever asks for help is shown all there is
        return overview_card(self._sources.catalogue(), voice, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return HelpAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Help(host))
