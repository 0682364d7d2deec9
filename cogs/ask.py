"""`/ask`: a question in plain words, to a persona or to whoever knows most of it; and why, on any answer."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs._conversing import PATIENCE, card_of, place_of
from cogs._host import PRIVATE, Asked, Host, caller_of
from cogs._ui.card import read_press
from cogs._ui.chat_cards import why_card
from cogs._ui.choices import PERSONA, speaker_choices
from services.chat.messages import Converse, WhyAnswer
from services.errors import UserMistake
from services.locales import locale_of
from services.personas.routing import Question, who_can_help

QUESTION: Final = "What you want to know, in your own words"
_LONGEST: Final = 1_000


class Ask(commands.Cog):
    """Answers a question in plain words as a message to a persona is answered."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.menu = app_commands.ContextMenu(name="Why this answer?", callback=self.why, extras=dict(PRIVATE))

    @app_commands.command(
        name="ask",
        description="Ask a persona in your own words, in any channel",
        extras={"example": "/ask question:How is BTC doing?"},
    )
    @app_commands.describe(question=QUESTION, persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def ask(
        self,
        interaction: Asked,
        question: app_commands.Range[str, 1, _LONGEST],
        persona: str | None = None,
    ) -> None:
        """Let `persona` answer, or whose strengths fit the question best."""
        await self._host.speaker(interaction, persona)
        request = self._question(interaction, question, persona)
        reply = await self._host.converse(request, timeout=PATIENCE)
        await self._host.answer(interaction, await card_of(self._host, reply))

    def _question(self, interaction: Asked, question: str, persona: str | None) -> Converse:
        return Converse(
            id=str(interaction.id),
            caller=caller_of(interaction),
            persona=self._who(question, persona),
            text=question,
            channel_id=str(interaction.channel_id),
            place=place_of(interaction.channel, interaction.guild_id),
            member=interaction.user.display_name,
            server_locale=locale_of(str(interaction.guild_locale or interaction.locale)),
            is_alone=self._host.is_alone and persona is None,
        )

    def _who(self, question: str, persona: str | None) -> str:
        if persona is not None:
            return self._host.roster.card(persona).name
        own = self._host.persona
        others = (card for card in self._host.roster.cards.values() if card.name != own.name)
        match = who_can_help(Question.of(question), [own, *others])
        return own.name if match is None else match.card.name

    async def why(self, interaction: Asked, message: discord.Message) -> None:
        """Show what an answer rests on that somebody points at, whichever bot gave it."""
        voice = await self._host.speaker(interaction)
        why = await self._host.ask(WhyAnswer(caller=caller_of(interaction), id=_answer_in(message)))
        await self._host.answer(interaction, why_card(why, voice, key=str(interaction.id)))


def _answer_in(message: discord.Message) -> str:
    """Return the id of the answer that a message shows: its button carries it.

    Raises:
        UserMistake: it shows none.
    """
    rows = (row for row in message.components if isinstance(row, discord.ActionRow))
    for button in (one for row in rows for one in row.children):
        match read_press(button.custom_id or ""):
            case "chat", "why", (answer,):
                return answer
    raise UserMistake(
        "That message is no answer of which is kept what it rests on.",
        hint="Point at an answer that has a button Sources.",
    )


async def setup(host: Host) -> None:
    """Give the cog and its menu to a bot."""
    ask = Ask(host)
    await host.add_cog(ask)
    host.add_menu(ask.menu)
