"""Mentions and direct messages: answers what the bot's own cogs know, else says who can help."""

from __future__ import annotations

import functools

import discord

from bots.waze.answer import sturdily
from bots.waze.host import WazeHost
from bots.waze.reception import Reception, log, outcome_of, said
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed, to_file
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
        own = self._host.roster.voice(self._host.persona.name)
        if verdict == "notice":
            error: Exception | None = self._reception.slow_down(message.author.id)
        else:
            error = await outcome_of(self._respond(message))
        if error is None:
            facts = {"outcome": "answered"}
        else:
            card = self._reception.card_of(error, own, key=str(message.id))
            facts = await said(error, card, functools.partial(_reply, message))
        self._write_line(message, started, facts)

    async def _respond(self, message: discord.Message) -> None:
        name = await self._host.chosen_persona(message.author.id)
        voice = self._host.roster.voice(name)
        await _reply(message, await self.card_for(message, voice))

    async def card_for(self, message: discord.Message, voice: Voice) -> Card:
        """Return the answer to what `message` asks."""
        question, key = Question.of(message.content), str(message.id)
        if question.is_greeting:
            return _spoken(voice, "greeting", key, member=message.author.display_name)
        match = who_can_help(question, self._cards())
        if match is not None and match.card.name != self._host.persona.name:
            return await self._send_on(match, voice, key)
        for cog in sorted(self._host.answering, key=lambda one: one.fits(question), reverse=True):
            card = await cog.answer_question(question, voice, key=key)
            if card is not None:
                return card
        return _spoken(voice, "lost", key, member=message.author.display_name)

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
            topic=match.strength.topic,
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
        file = to_file(card) or discord.utils.MISSING
        await message.reply(embed=embed, view=view, file=file, mention_author=False, nonce=str(message.id))

    await sturdily(send)
