"""An answer that grows: typing while nothing is known, then one message, edited until all of it is there.

Discord allows an edit a second or so in a channel. So parts that come faster are left out for the newest one,
and the last one is always shown.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import discord

from bots.waze.answer import sturdily
from bots.waze.reception import log, outcome_of
from bots.waze.refusals import AWAY, UNKNOWN_MESSAGE
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed, to_files
from services.clock import Clock

PACE: Final = 1.0
"""Seconds from one change of a message to the next."""
TYPES_AFTER: Final = 0.3
_TYPES_AGAIN_AFTER: Final = 8.0
"""Discord shows typing for ten seconds."""
_TYPING_TAKES: Final = 1.0
"""Seconds that may be spent on it; it is a courtesy."""
_INVALID_FORM: Final = 50035
_MISSING_PERMISSIONS: Final = 50013
_MAY_NOT_READ_BACK: Final = 160002
"""Who may not read what was written before may not reply to it either."""


class Telling:
    """Answers one message, in as many edits as the pace allows."""

    def __init__(self, message: discord.Message, clock: Clock, *, pace: float = PACE) -> None:
        self._message = message
        self._clock = clock
        self._pace = pace
        self._newest: Card | None = None
        self._has_newer = asyncio.Event()
        self._changing = asyncio.Lock()
        self._changed_at = float("-inf")
        self._sent: discord.Message | None = None
        self._is_over = False
        self.is_gone = False
        """Whether the question or the answer was deleted meanwhile; then nothing more is said."""

    @property
    def id(self) -> int | None:
        """Return the id of the message that was sent; None where none was."""
        return None if self._sent is None else self._sent.id

    async def show(self, card: Card, *, is_last: bool = True) -> None:
        """Show `card`: as the last one now, else when its turn comes and no newer one is there.

        Raises:
            discord.HTTPException: Discord does not take the last one.
            aiohttp.ClientError: Discord cannot be reached.
        """
        if not is_last:
            self._newest = card
            self._has_newer.set()
            return
        self._is_over = True
        self._has_newer.set()
        async with self._changing:
            await self._wait_for_turn()
            await self._change(card)

    async def keep_up(self) -> None:
        """Show that the bot is at it, and then the newest part at each turn, until the last one was shown."""
        await self._type_until_there_is_something()
        while not self._is_over:
            await self._has_newer.wait()
            self._has_newer.clear()
            async with self._changing:
                await self._wait_for_turn()
                await self._show_newest()

    async def _show_newest(self) -> None:
        card, self._newest = self._newest, None
        if card is None or self._is_over:
            return
        error = await outcome_of(self._change(card))
        if error is not None:
            log.warning("part_unsent", message_id=self._message.id, why=str(error))

    async def _wait_for_turn(self) -> None:
        wait = self._changed_at + self._pace - self._clock.monotonic()
        if wait > 0 and not self.is_gone:
            await asyncio.sleep(wait)

    async def _change(self, card: Card) -> None:
        if self.is_gone:
            return
        try:
            await self._bring(card)
        except discord.HTTPException as error:
            if not _is_of_what_is_gone(error):
                raise
            self.is_gone = True
        finally:
            self._changed_at = self._clock.monotonic()

    async def _bring(self, card: Card) -> None:
        """Show a card; where the bot may attach no files, without its picture."""
        try:
            await self._put(card)
        except discord.HTTPException as error:
            if card.picture is None or error.code != _MISSING_PERMISSIONS:
                raise
            log.warning("picture_refused", message_id=self._message.id, why=str(error))
            await self._put(replace(card, picture=None))

    async def _put(self, card: Card) -> None:
        if self._sent is not None:
            await self._edit(self._sent, card)
            return
        try:
            await self._send(card, self._message.reply)
        except discord.HTTPException as error:
            if error.code != _MAY_NOT_READ_BACK:
                raise
            await self._send(card, self._message.channel.send)

    async def _send(self, card: Card, say: Callable[..., Awaitable[discord.Message]]) -> None:
        """Say it without pinging anybody; the nonce makes a repeated send the same message."""
        embed, buttons = to_embed(card), to_buttons(card)
        view = discord.utils.MISSING if buttons is None else buttons

        async def send() -> None:
            self._sent = await say(
                embed=embed,
                view=view,
                files=to_files(card) or discord.utils.MISSING,
                mention_author=False,
                nonce=str(self._message.id),
            )

        await sturdily(send)

    async def _edit(self, sent: discord.Message, card: Card) -> None:
        embed, buttons = to_embed(card), to_buttons(card)
        await sturdily(lambda: sent.edit(embed=embed, view=buttons, attachments=to_files(card)))

    async def _type_until_there_is_something(self) -> None:
        after = TYPES_AFTER
        while not await self._has_something_within(after):
            after = _TYPES_AGAIN_AFTER
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(_TYPING_TAKES):
                    await self._message.channel.typing()

    async def _has_something_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._has_newer.wait()
        except TimeoutError:
            return False
        return True


def _is_of_what_is_gone(error: discord.HTTPException) -> bool:
    """Return whether what is edited was deleted, or what is replied to, which is called an invalid form."""
    return error.code == UNKNOWN_MESSAGE or (
        error.code == _INVALID_FORM and "message_reference" in error.text
    )
