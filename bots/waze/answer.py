"""The one reply to an interaction, and sends that survive a reset connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal

import aiohttp
import discord

from cogs._host import Asked
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons, to_embed, to_files
from cogs._ui.form import Form, to_modal
from services.errors import Unavailable

_PAUSES = (0.2, 0.6, 1.4)
_ALREADY_ACKNOWLEDGED = 40060
_UNAVAILABLE = 503

Stage = Literal["open", "deferred", "answered"]


async def sturdily(send: Callable[[], Awaitable[object]]) -> None:
    """Send something that may be sent twice: repeat it after a lost connection or a 503.

    discord.py gives up on both. A repeat that finds its first try already acknowledged has succeeded.
    """
    for attempt in range(len(_PAUSES) + 1):
        try:
            await send()
        except (aiohttp.ClientConnectionError, discord.HTTPException, TimeoutError) as error:
            if (
                attempt > 0
                and isinstance(error, discord.HTTPException)
                and error.code == _ALREADY_ACKNOWLEDGED
            ):
                return
            if attempt == len(_PAUSES) or not _may_pass(error):
                raise
            await asyncio.sleep(_PAUSES[attempt])
        else:
            return


def _may_pass(error: Exception) -> bool:
    return not isinstance(error, discord.HTTPException) or error.status == _UNAVAILABLE


class Answer:
    """Answers an interaction exactly once, whoever comes first: the command, its error, or the deferral."""

    def __init__(
        self, interaction: Asked, *, started: float, on_acknowledged: Callable[[], None] = lambda: None
    ) -> None:
        self.started = started
        self._on_acknowledged = on_acknowledged
        self._interaction = interaction
        self._stage: Stage = "open"
        self._lock = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None

    def defer_after(self, seconds: float, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Acknowledge with "thinking" unless an answer was sent within `seconds`."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, lambda: spawn(self.defer()))

    async def defer(self) -> None:
        """Win time, unless there is an answer already."""
        async with self._lock:
            if self._stage == "open":
                await sturdily(self._think)
                self._stage = "deferred"
                self._on_acknowledged()

    async def send(self, card: Card) -> None:
        """Show the card: as a new message after a command, in place of the pressed one after a button."""
        await self._once(lambda: self._show(card, is_aside=False))

    async def send_aside(self, card: Card) -> None:
        """Show the card to the member alone, and leave a pressed one as it is."""
        await self._once(lambda: self._show(card, is_aside=True))

    async def send_form(self, form: Form) -> None:
        """Show the form, which must be the first answer.

        Raises:
            Unavailable: there was a deferral before it.
        """
        modal = to_modal(form)
        await self._once(lambda: self._open(modal))

    async def _open(self, modal: discord.ui.Modal) -> None:
        if self._stage == "deferred":
            raise Unavailable("That took too long for a form.", hint="Press it once more.")
        await self._interaction.response.send_modal(modal)

    async def _think(self) -> None:
        """Acknowledge: a pressed card stays as it is, anything else is answered by a message that waits."""
        is_new = self._interaction.type is discord.InteractionType.modal_submit and not self._is_on_card
        await self._interaction.response.defer(ephemeral=self._is_private, thinking=is_new)

    async def _once(self, show: Callable[[], Awaitable[object]]) -> None:
        async with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            try:
                await sturdily(show)
            finally:
                self._on_acknowledged()
            self._stage = "answered"

    async def _show(self, card: Card, *, is_aside: bool) -> None:
        embed, buttons, attachments = to_embed(card), to_buttons(card), to_files(card)
        view = discord.utils.MISSING if buttons is None else buttons
        files = attachments or discord.utils.MISSING
        interaction, is_press = self._interaction, self._is_on_card
        if is_aside and self._stage == "deferred" and not self._is_private:
            if not is_press:
                await self._take_back_the_public_deferral()
            await interaction.followup.send(embed=embed, view=view, files=files, ephemeral=True)
        elif self._stage == "deferred":
            await interaction.edit_original_response(embed=embed, view=buttons, attachments=attachments)
        elif is_press and not is_aside:
            await interaction.response.edit_message(embed=embed, view=buttons, attachments=attachments)
        else:
            private = is_aside or self._is_private
            await interaction.response.send_message(embed=embed, view=view, files=files, ephemeral=private)

    async def _take_back_the_public_deferral(self) -> None:
        """Remove what everyone sees thinking: a first follow-up would fill it in for all to read."""
        with contextlib.suppress(discord.NotFound):  # a repeat after a lost connection: it is gone already
            await self._interaction.delete_original_response()

    @property
    def _is_on_card(self) -> bool:
        """Whether a card is under the interaction: its button, or a form that its button opened."""
        kind = self._interaction.type
        is_form = kind is discord.InteractionType.modal_submit
        return kind is discord.InteractionType.component or (
            is_form and self._interaction.message is not None
        )

    @property
    def _is_private(self) -> bool:
        """Whether the member alone sees what is new; so is the answer to a form that a command opened."""
        command = self._interaction.command
        if self._interaction.type is discord.InteractionType.modal_submit:
            return not self._is_on_card
        return command is not None and bool(command.extras.get("is_private"))


def answer_of(interaction: Asked) -> Answer:
    """Return the answer that was opened for `interaction` when it was admitted."""
    answer: Answer = interaction.extras["answer"]
    return answer
