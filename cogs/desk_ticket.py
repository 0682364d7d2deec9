"""The buttons of a ticket that was opened from a position or from a delivered card, by whichever bot."""

from __future__ import annotations

from typing import Final

from discord.ext import commands

from cogs._host import Asked, Host, Pressed
from cogs._tickets import press_ticket
from cogs._ui.desk_position_cards import TICKETS

LINES: Final = ()
"""What is said of tickets is declared with `/order`."""


class DeskTicket(commands.Cog):
    """Takes the buttons of tickets where there is no `/order`. Every press asks the desk anew."""

    presses = TICKETS

    def __init__(self, host: Host) -> None:
        self._host = host

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Confirm, edit or let go of a ticket."""
        await press_ticket(interaction, pressed, at=self.presses)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(DeskTicket(host))
