"""`/help`: every command of the farm, with its owner and an example."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Listed
from cogs._ui.card import Card, Fact
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

LINES: Final = (Line(name="help"),)
_WORDS: Final = ("help", "commands", "command", "start", "ajuda", "comandos")


class Help(commands.Cog):
    """Shows who does what. It asks nobody, so it answers even when the farm is not well."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="help",
        description="Every command, who answers it, and an example",
        extras={"example": "/help", "is_private": True},
    )
    async def help(self, interaction: Asked) -> None:
        """List the commands of all personas."""
        voice = await self._host.speaker(interaction)
        await self._host.answer(interaction, self._card(voice, key=str(interaction.id)))

    def fits(self, question: Question) -> int:
        """Count the words that ask for the commands."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "help" and its like."""
        return self._card(voice, key=key) if self.fits(question) else None

    def _card(self, voice: Voice, *, key: str) -> Card:
        by_owner = groupby(self._host.catalogue(), key=lambda listed: listed.owner)
        return Card(
            title="Omega Bot Farm",
            verdict=voice.render("help", key=key),
            facts=tuple(
                Fact(owner.display_name, "\n".join([f"*{owner.tagline}*", *map(_line, own)]), is_wide=True)
                for owner, own in by_owner
            ),
            footnote="Mention any of us with a question, or write a direct message.",
            accent=voice.card.accent,
        )


def _line(listed: Listed) -> str:
    return f"`{listed.example}` {listed.description}"


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Help(host))
