"""Messages that are meant for the bot: each is admitted, answered by the cog that hears, and logged once."""

from __future__ import annotations

import asyncio

import aiohttp
import discord

from bots.waze.host import WazeHost
from bots.waze.limiter import Verdict
from bots.waze.listening import Listening, replied_to
from bots.waze.reception import Reception, log, outcome_of, said
from bots.waze.telling import Telling
from cogs._host import Heard
from services.errors import Unavailable
from services.locales import locale_of
from services.personas.routing import Question
from services.personas.voice import Voice


class Chat:
    """Hears messages that are meant for the bot. Bots and webhooks never start anything."""

    def __init__(self, host: WazeHost, reception: Reception) -> None:
        self._host = host
        self._reception = reception
        self._listening = Listening()

    async def hear(self, message: discord.Message, me: discord.abc.Snowflake) -> None:
        """Answer `message` where it is meant for the bot, which is the user `me`."""
        if not self._listening.is_meant(message, me):
            return
        verdict = self._reception.judge(message.id, message.author.id)
        if verdict == "dropped":
            return
        started = self._host.clock.monotonic()
        telling = Telling(message, self._host.clock)
        async with asyncio.TaskGroup() as group:
            keeping_up = group.create_task(telling.keep_up())
            facts = await self._answer(message, verdict, telling)
            keeping_up.cancel()
        if telling.id is not None:
            self._listening.note_said(telling.id)
        self._write_line(message, started, {"outcome": "gone"} if telling.is_gone else facts)

    async def _answer(self, message: discord.Message, verdict: Verdict, telling: Telling) -> dict[str, str]:
        """Answer, or say what is in the way; return how a log line tells of it."""
        if verdict == "notice":
            error: Exception | None = self._reception.slow_down(message.author.id)
        else:
            error = await outcome_of(self._respond(message, telling))
        if error is None:
            return {"outcome": "answered"}
        voice = await self._voice_for(message)
        return await said(error, self._reception.card_of(error, voice, key=str(message.id)), telling.show)

    async def _respond(self, message: discord.Message, telling: Telling) -> None:
        hearing = self._host.hearing
        if hearing is None:
            raise Unavailable("This bot does not listen yet.", hint="Ask again in a moment.")
        await hearing.hear(Heard(message=message, quoted=await _quoted(message)), telling.show)

    async def _voice_for(self, message: discord.Message) -> Voice:
        """Return who speaks: in the language that was chosen, else the question's, else the server's."""
        written = Question.of(message.content).language
        server = "en" if message.guild is None else locale_of(str(message.guild.preferred_locale))
        return await self._host.voice_for(message.author.id, otherwise=written or server)

    def _write_line(self, message: discord.Message, started: float, facts: dict[str, str]) -> None:
        log.info(
            "question_handled",
            user_id=message.author.id,
            ms=round((self._host.clock.monotonic() - started) * 1000, 1),
            **facts,
        )


async def _quoted(message: discord.Message) -> discord.Message | None:
    """Return what `message` replies to; it is asked for once where Discord did not send it along.

    What cannot be had is answered without: the question stands for itself.
    """
    reference, known = message.reference, replied_to(message)
    is_reply = message.type is discord.MessageType.reply
    if known is not None or not is_reply or reference is None or reference.message_id is None:
        return known
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    try:
        return await message.channel.fetch_message(reference.message_id)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.warning("quote_missed", message_id=message.id, why=str(error))
        return None
