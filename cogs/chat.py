"""Conversation: what members say goes to the chat process, its answers are shown. Every bot carries it."""

from __future__ import annotations

from typing import Final

from discord.ext import commands

from cogs._conversing import PATIENCE, begun_card, card_of, known_locale, place_of, quoted_in
from cogs._host import Asked, Heard, Host, Pressed, Show, author_of, caller_of, say_ended
from cogs._ui.chat_cards import why_card
from services.chat.lines import LINES as SAID
from services.chat.messages import Converse, Reply, ShowPrivate, WhyAnswer
from services.locales import Locale, locale_of
from services.personas.lines import Line

LINES: Final = (
    *SAID,
    Line(name="chat_why", sample={"count": 2, "is_model": True}, must=("count",)),
    Line(name="chat_why", sample={"count": 1, "is_model": False}),
    Line(name="chat_why", sample={"count": 0, "is_model": False}),
)
"""count: look-ups that an answer rests on. is_model: whether a language model found its words."""
_SHOWN_WITHIN: Final = 15.0
"""Seconds for what is private: the desk may have to ask a venue, and the analyzer to read and draw it."""


class Chat(commands.Cog):
    """Answers what is said to the bot, and the buttons below its answers."""

    presses = "chat"

    def __init__(self, host: Host) -> None:
        self._host = host

    async def hear(self, heard: Heard, show: Show) -> None:
        """Answer a message, part by part."""
        request = await self._question(heard)

        async def on_part(reply: Reply) -> None:
            card = begun_card(reply)
            if card is not None:
                await show(card, is_last=False)

        reply = await self._host.converse(request, on_part, timeout=PATIENCE)
        await show(await card_of(self._host, reply))

    async def _question(self, heard: Heard) -> Converse:
        message = heard.message
        guild = message.guild
        return Converse(
            id=str(message.id),
            caller=author_of(message),
            persona=self._host.persona.name,
            text=message.content,
            channel_id=str(message.channel.id),
            place=place_of(message.channel, guild),
            member=message.author.display_name,
            server_locale="en" if guild is None else locale_of(str(guild.preferred_locale)),
            quoted=await quoted_in(self._host, heard.quoted),
            attachments=[file.filename for file in message.attachments],
            is_alone=self._host.is_alone,
        )

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the presser what an answer rests on, or what is theirs alone."""
        match pressed.action, pressed.arguments:
            case "why", (answer,):
                await self._explain(interaction, answer)
            case "private", (intent, market, locale):
                await self._show_private(interaction, intent, market, known_locale(locale))
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _explain(self, interaction: Asked, answer: str) -> None:
        voice = await self._host.speaker(interaction)
        why = await self._host.ask(WhyAnswer(caller=caller_of(interaction), id=answer))
        await self._host.aside(interaction, why_card(why, voice, key=str(interaction.id)))

    async def _show_private(
        self, interaction: Asked, intent: str, market: str, locale: Locale | None
    ) -> None:
        voice = await self._host.speaker(interaction, locale=locale)
        request = ShowPrivate(
            id=str(interaction.id),
            caller=caller_of(interaction),
            persona=voice.card.name,
            intent=intent,
            market=market,
            locale=voice.locale,
        )
        reply = await self._host.ask(request, timeout=_SHOWN_WITHIN)
        await self._host.aside(interaction, await card_of(self._host, reply))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Chat(host))
