"""`/help`: every command of the farm, with its owner and an example."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.help_cards import overview_card, owner_card
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

LINES: Final = (Line(name="help"),)
_WORDS: Final = ("help", "commands", "command", "start", "ajuda", "comandos", "comando", "começar")


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
        await self._host.answer(interaction, self._card(voice, key=str(interaction.id)))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the commands of the persona that a button names, or of all."""
        match pressed.arguments:
            case (owner, persona):
                await self._show(interaction, persona, owner, page=1)
            case (owner, persona, page) if page.isdecimal():
                await self._show(interaction, persona, owner, page=int(page))
            case _:
                await say_ended(self._host, interaction)

    def fits(self, question: Question) -> int:
        """Count the words that ask for the commands."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "help" and its like."""
        return self._card(voice, key=key) if self.fits(question) else None

    async def _show(self, interaction: Asked, persona: str, owner: str, *, page: int) -> None:
        voice = await self._host.speaker(interaction, persona or None)
        card = self._card(voice, key=str(interaction.id), owner=owner, page=page)
        await self._host.answer(interaction, card)

    def _card(self, voice: Voice, *, key: str, owner: str = "", page: int = 1) -> Card:
        listed = self._host.catalogue()
        if owner:
            return owner_card(listed, owner, voice, key=key, page=page)
        return overview_card(listed, voice, key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Help(host))
