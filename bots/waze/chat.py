"""Mentions and direct messages: answers what the bot's own cogs know, else says who can help."""

from __future__ import annotations

import functools

import discord

from bots.waze.answer import sturdily
from bots.waze.host import WazeHost
from bots.waze.reception import Reception, log, outcome_of, said
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed, to_files
from services.locales import locale_of
from services.personas.card import PersonaCard
from services.personas.messages import PERSONA_PRESENT
from services.personas.routing import Match, Question, who_can_help
from services.personas.voice import Voice


class Chat:
    """Hears messages that are meant for the bot. Bots and webhooks never start anything."""

    def __init__(self, host: WazeHost, reception: Reception) -> None:
        self._host = host
        self._reception = reception

    async def hear(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Answer `message` where it is a direct message to `me` or mentions it."""
        is_meant = message.guild is None or any(user.id == me.id for user in message.mentions)
        if message.author.bot or message.webhook_id is not None or not is_meant:
            return
        verdict = self._reception.judge(message.id, message.author.id)
        if verdict == "dropped":
            return
        started = self._host.clock.monotonic()
        voice = await self._voice_for(message)
        if verdict == "notice":
            error: Exception | None = self._reception.slow_down(message.author.id)
        else:
            error = await outcome_of(self._respond(message, voice))
        if error is None:
            facts = {"outcome": "answered"}
        else:
            card = self._reception.card_of(error, voice, key=str(message.id))
            facts = await said(error, card, functools.partial(_reply, message))
        self._write_line(message, started, facts)

    async def _voice_for(self, message: discord.Message) -> Voice:
        """Return who answers: in the language that was chosen, else the question's, else the server's."""
        written = Question.of(message.content).language
        server = "en" if message.guild is None else locale_of(str(message.guild.preferred_locale))
        return await self._host.voice_for(message.author.id, otherwise=written or server)

    async def _respond(self, message: discord.Message, voice: Voice) -> None:
        await _reply(message, await self.card_for(message, voice))

    async def card_for(self, message: discord.Message, voice: Voice) -> Card:
        """Return the answer to what `message` asks."""
        question, key = Question.of(message.content), str(message.id)
        if question.is_greeting:
            return _spoken(voice, "greeting", key, member=message.author.display_name)
        match = who_can_help(question, self._cards())
        is_for_another = match is not None and match.card.name != self._host.persona.name
        least = question.hits(match.strength.words) if match is not None and is_for_another else 0
        card = await self._own_answer(question, voice, key, least=least)
        if card is None and match is not None and is_for_another:
            card = await self._send_on(match, voice, key)
        return card or _spoken(voice, "lost", key, member=message.author.display_name)

    async def _own_answer(self, question: Question, voice: Voice, key: str, *, least: int) -> Card | None:
        """Return what an own cog answers. Asked are those that see at least so many signs, most first."""
        signs = [(cog.fits(question), cog) for cog in self._host.answering]
        for _, cog in sorted((one for one in signs if one[0] >= least), key=lambda one: one[0], reverse=True):
            card = await cog.answer_question(question, voice, key=key)
            if card is not None:
                return card
        return None

    def _cards(self) -> list[PersonaCard]:
        """Return whose strengths count, the bot's own first; a bot that is alone sends nobody elsewhere."""
        own = self._host.persona
        if self._host.role.is_alone:
            return [own]
        return [own, *(card for card in self._host.roster.cards.values() if card.name != own.name)]

    async def _send_on(self, match: Match, voice: Voice, key: str) -> Card:
        present = await self._host.latest(PERSONA_PRESENT, part=match.card.name)
        helper = match.card.display_name if present is None else f"<@{present.value.user_id}>"
        return _spoken(
            voice,
            "wrong_persona",
            key,
            helper=helper,
            topic=match.strength.topic[match.card.language(voice.locale)],
            example=match.strength.example,
            is_here=present is not None,
        )

    def _write_line(self, message: discord.Message, started: float, facts: dict[str, str]) -> None:
        log.info(
            "question_handled",
            user_id=message.author.id,
            ms=round((self._host.clock.monotonic() - started) * 1000, 1),
            **facts,
        )


def _spoken(voice: Voice, line: str, key: str, **facts: object) -> Card:
    return Card(verdict=voice.render(line, key=key, **facts), accent=voice.card.accent)


async def _reply(message: discord.Message, card: Card) -> None:
    """Reply without pinging; the nonce makes a repeated send the same message."""
    buttons = to_buttons(card)
    view = discord.utils.MISSING if buttons is None else buttons
    embed = to_embed(card)

    async def send() -> None:
        files = to_files(card) or discord.utils.MISSING
        await message.reply(embed=embed, view=view, files=files, mention_author=False, nonce=str(message.id))

    await sturdily(send)
