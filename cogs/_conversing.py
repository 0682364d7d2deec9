"""What talking with the chat process needs: who is quoted, what kind of place it is, how a reply is shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import discord

from cogs._host import Host
from cogs._ui.card import Card
from cogs._ui.shown import to_card
from services.chat.messages import PICTURES, WRITING, Author, Place, Quoted, Reply
from services.locales import LOCALES, Locale
from services.personas.messages import PERSONA_PRESENT

PATIENCE: Final = 60.0
"""Seconds for a whole answer."""


async def card_of(host: Host, reply: Reply) -> Card:
    """Return the card of a whole reply, with its picture."""
    picture = reply.card.picture
    kept = None if picture is None else await host.latest(PICTURES, part=picture.part)
    return to_card(reply.card, None if kept is None else kept.value.png)


def begun_card(reply: Reply) -> Card | None:
    """Return the card of a reply so far; None where there are no words of it yet.

    What can be pressed and seen, and the footnote, come with the last part.
    """
    if reply.is_last or not reply.card.verdict:
        return None
    return replace(to_card(reply.card, None), actions=(), footnote=WRITING)


def known_locale(written: str) -> Locale | None:
    """Return the language that a button carries; None where it is none of ours."""
    return next((one for one in LOCALES if one == written), None)


def place_of(channel: object, guild: object) -> Place:
    """Return what kind of place a channel is."""
    if guild is None:
        return "dm"
    return "thread" if isinstance(channel, discord.Thread) else "channel"


async def quoted_in(host: Host, message: discord.Message | None) -> list[Quoted]:
    """Return what a message replies to, with the words of its cards."""
    if message is None:
        return []
    return [Quoted(author=await _author(host, message), text=_text_of(message))]


async def _author(host: Host, message: discord.Message) -> Author:
    if message.webhook_id is None and not message.author.bot:
        return "member"
    known = await asyncio.gather(*(host.latest(PERSONA_PRESENT, part=name) for name in host.roster.cards))
    ids = {one.value.user_id for one in known if one is not None}
    return "persona" if str(message.author.id) in ids else "bot"


def _text_of(message: discord.Message) -> str:
    titles = (text for embed in message.embeds for text in (embed.title, embed.description))
    return "\n".join(text for text in (message.content, *titles) if text)
