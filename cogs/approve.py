"""`/approve`: what strategies propose, to be approved or rejected by its owner, once and in time."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import PATIENCE
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, say_ended
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_proposals import code_form, decided_card, proposals_card
from services.personas.lines import Line
from services.trading.strategies.messages import DecideProposal, ListProposals

_WHAT = "Buy 0.01 BTC/USDT:USDT"
LINES: Final = (
    Line(name="proposals", sample={"count": 2}, must=("count",)),
    Line(name="proposals", sample={"count": 0}),
    Line(name="decided", sample={"what": _WHAT, "is_approved": True}, must=("what",)),
    Line(name="decided", sample={"what": _WHAT, "is_approved": False}, must=("what",)),
)


class Approve(commands.Cog):
    """Shows what waits and takes the decision; the desk knows whose it is and whether it still waits."""

    presses = "approve"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="approve",
        description="What your strategies propose, to approve or to reject",
        extras={"example": "/approve", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def approve(self, interaction: Asked, persona: str | None = None) -> None:
        """Show what waits."""
        voice = await self._host.speaker(interaction, persona)
        found = await self._host.ask(ListProposals(caller=caller_of(interaction)))
        await self._host.answer(interaction, proposals_card(found, voice, key=str(interaction.id)))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Decide; a real order asks for the code first."""
        match pressed.action, pressed.arguments:
            case "yes" | "no" as action, (proposal,):
                await self._decide(interaction, proposal, is_approved=action == "yes")
            case "code", (proposal,):
                voice = await self._host.speaker(interaction)
                await self._host.ask_form(interaction, code_form(proposal, voice))
            case "sent", (proposal,) if pressed.values:
                code = pressed.values.get("code", "")
                await self._decide(interaction, proposal, is_approved=True, code=code)
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _decide(self, interaction: Asked, proposal: str, *, is_approved: bool, code: str = "") -> None:
        key = str(interaction.id)
        request = DecideProposal(
            id=key, caller=caller_of(interaction), proposal=proposal, is_approved=is_approved, code=code
        )
        decided = await self._host.ask(request, timeout=PATIENCE)
        voice = await self._host.speaker(interaction)
        await self._host.answer(interaction, decided_card(decided, voice, key=key))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Approve(host))
