"""Posts what the farm has to tell its operators into the admin channel, at least once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp
import discord

from bots.waze.answer import sturdily
from cogs._ui.card import Card, Tone
from cogs._ui.embed import to_embed
from services.bus.messages import Entry
from services.errors import Unavailable
from services.farm.messages import FarmNotice

_TONES: dict[str, Tone] = {"info": "neutral", "warning": "warn", "error": "down"}
_WORDS = {"info": "Info", "warning": "Warning", "error": "Error"}
_NONCE = 25


class Noticeboard:
    """Posts one notice a message. The nonce follows from the notice, so that a repeat is not shown twice."""

    def __init__(self, ready_client: Callable[[], Awaitable[discord.Client]], channel: str) -> None:
        self._ready_client = ready_client
        self._channel = channel

    async def post(self, entry: Entry[FarmNotice]) -> None:
        """Post the notice of a log entry.

        Raises:
            Unavailable: there is no such channel to write to, or Discord is away; the entry waits.
            discord.HTTPException: Discord refused this notice; that counts as a delivery.
        """
        channel = find_channel(await self._ready_client(), self._channel)
        notice = entry.message
        embed = to_embed(notice_card(notice))
        nonce = hashlib.sha256(notice.id.encode()).hexdigest()[:_NONCE]
        try:
            await sturdily(lambda: channel.send(embed=embed, nonce=nonce))
        except (aiohttp.ClientError, OSError, discord.HTTPException, discord.RateLimited) as error:
            if _is_refused(error):
                raise
            raise Unavailable(f"Discord took no notice: {error}", hint="It is posted again.") from error


def _is_refused(error: Exception) -> bool:
    """Return whether Discord will never take this notice; 429 and 5xx pass."""
    if not isinstance(error, discord.HTTPException):
        return False
    return error.status < HTTPStatus.INTERNAL_SERVER_ERROR and error.status != HTTPStatus.TOO_MANY_REQUESTS


def find_channel(client: discord.Client, wanted: str) -> discord.TextChannel:
    """Return the text channel of that id, else of that name in the oldest guild that has one.

    Raises:
        Unavailable: there is none.
    """
    channels = [channel for guild in client.guilds for channel in guild.text_channels]
    for channel in sorted(channels, key=lambda found: (str(found.id) != wanted, found.guild.id, found.id)):
        if wanted.removeprefix("#") in {channel.name, str(channel.id)}:
            return channel
    raise Unavailable(f"There is no channel {wanted}.", hint="Set discord.admin_channel in farm.yaml.")


def notice_card(notice: FarmNotice) -> Card:
    """Return the card of a notice."""
    return Card(
        title=f"{_WORDS[notice.severity]}: {notice.title}",
        verdict=notice.detail or notice.title,
        footnote=f"{notice.at:%Y-%m-%d %H:%M:%S} UTC · {notice.id}",
        tone=_TONES[notice.severity],
    )
