"""One delivery through one client: where it goes, and the message that it becomes or changes."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

import discord

from bots.waze.attempts import Doubt
from bots.waze.lookup import Lookup
from bots.waze.openings import Openings
from cogs._ui.alert_cards import marks_of
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed, to_files
from services.alerts.posts import Delivery, Told
from services.clock import Clock
from services.memory import Remembered

_NONCE_BYTES: Final = 15
_REMEMBERED: Final = 24 * 3600.0
_DMS: Final = 20_000


class Sender:
    """Posts and edits; what it learns of places it remembers, whichever client it is given."""

    def __init__(self, clock: Clock, openings: Openings) -> None:
        self._openings = openings
        self._lookup = Lookup(clock)
        self._dms: Remembered[str, int] = Remembered(clock, size=_DMS)

    async def send(
        self, client: discord.Client, delivery: Delivery, card: Card, doubt: Doubt
    ) -> tuple[str, str]:
        """Post the card, or show it in the message it is of; return the ids of channel and message."""
        channel = client.get_partial_messageable(await self._place(client, delivery))
        if delivery.message_id:
            await _edit(channel.get_partial_message(int(delivery.message_id)), card)
            return str(channel.id), delivery.message_id
        found = await self._found(client, channel, delivery, doubt)
        return str(channel.id), str(found or await _post(channel, delivery, card))

    async def _place(self, client: discord.Client, delivery: Delivery) -> int:
        if delivery.channel_id:
            return int(delivery.channel_id)
        known = self._dms.get(delivery.user_id)
        if known is None:
            async with self._openings.turn(is_urgent=delivery.is_urgent):
                known = (await client.create_dm(discord.Object(int(delivery.user_id)))).id
            self._dms.keep(delivery.user_id, known, seconds=_REMEMBERED)
        return known

    async def _found(
        self,
        client: discord.Client,
        channel: discord.PartialMessageable,
        delivery: Delivery,
        doubt: Doubt,
    ) -> int | None:
        if doubt == "none" or client.user is None:
            return None
        return await self._lookup.find(
            channel,
            client.user.id,
            marks_of(delivery),
            since=delivery.created_at,
            is_fresh=doubt == "now",
        )


def nonce_of(delivery: str) -> str:
    """Return the nonce that follows from a delivery's id: 24 of the 25 characters that Discord takes."""
    digest = hashlib.blake2b(delivery.encode(), digest_size=_NONCE_BYTES).digest()
    return base64.b32encode(digest).decode()


async def _post(channel: discord.PartialMessageable, delivery: Delivery, card: Card) -> int:
    role = delivery.body.role if isinstance(delivery.body, Told) else ""
    roles = [discord.Object(int(role))] if role else []
    message = await channel.send(
        content=f"<@&{role}>" if role else None,
        embed=to_embed(card),
        view=to_buttons(card) or discord.utils.MISSING,
        files=to_files(card),
        nonce=nonce_of(delivery.id),
        silent=delivery.is_silent,
        allowed_mentions=discord.AllowedMentions(
            everyone=False, users=False, roles=roles, replied_user=False
        ),
    )
    return message.id


async def _edit(message: discord.PartialMessage, card: Card) -> None:
    """Show the card in place of the one before; a chart that is there stays where there is none anew."""
    embed, view, files = to_embed(card), to_buttons(card), to_files(card)
    attachments = files or discord.utils.MISSING
    await message.edit(embed=embed, view=view, attachments=attachments)
