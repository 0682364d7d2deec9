"""Context menus: "Explain this" and "Ask Biel" on any message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs._host import PRIVATE, Asked, Host
from cogs._ui.glossary_cards import advice_card, explained_card
from services.education.messages import Consult, ExplainText
from services.personas.lines import Line
from services.personas.routing import Question

LINES: Final = (
    Line(name="explained", sample={"count": 3, "first": "Funding rate"}, must=("count", "first")),
    Line(name="explained", sample={"count": 1, "first": "Funding rate"}, must=("first",)),
    Line(name="explained", sample={"count": 0, "first": None}),
)
"""How many terms of the glossary stand in the message; none is said kindly, with what to do instead
(`/glossary`)."""

TEACHER: Final = "Biel"
"""Who is asked by name, whichever bot carries the menu."""


class Explain(commands.Cog):
    """Explains a message that somebody points at, to that member alone."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.menus = (
            app_commands.ContextMenu(name="Explain this", callback=self.explain, extras=dict(PRIVATE)),
            app_commands.ContextMenu(name="Ask Biel", callback=self.ask, extras=dict(PRIVATE)),
        )

    async def explain(self, interaction: Asked, message: discord.Message) -> None:
        """Answer with the terms of the glossary that stand in `message`."""
        voice = await self._host.speaker(interaction)
        found = await self._host.ask(ExplainText(text=_text_of(message), locale=voice.locale))
        await self._host.answer(interaction, explained_card(found, voice, key=str(interaction.id)))

    async def ask(self, interaction: Asked, message: discord.Message) -> None:
        """Answer `message` as a question: the terms and lessons that have most to do with it."""
        voice = await self._host.speaker(interaction, TEACHER)
        text = _text_of(message)
        advice = await self._host.ask(Consult(text=text, locale=voice.locale))
        await self._host.answer(interaction, advice_card(advice, text, voice, key=str(interaction.id)))


def _text_of(message: discord.Message) -> str:
    return Question.of("\n".join(part for part in _parts_of(message) if part)).text


def _parts_of(message: discord.Message) -> Iterator[str | None]:
    yield message.content
    for embed in message.embeds:
        yield embed.title
        yield embed.description
        for field in embed.fields:
            yield field.name
            yield field.value


async def setup(host: Host) -> None:
    """Give the cog and its menus to a bot."""
    explain = Explain(host)
    await host.add_cog(explain)
    for menu in explain.menus:
        host.add_menu(menu)
