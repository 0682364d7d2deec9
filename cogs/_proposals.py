"""Deciding from a delivered card what a strategy proposes."""

from __future__ import annotations

from cogs._desk import PATIENCE
from cogs._host import Asked, caller_of, host_of
from cogs._ui.card import Card
from cogs._ui.desk_proposals import decided_card
from services.personas.voice import Voice
from services.trading.strategies.messages import DecideProposal, ListProposals, ProposalView


async def open_proposal(interaction: Asked, proposal: str) -> ProposalView | None:
    """Return a proposal that waits for whoever presses; None for one that does not, or is another's."""
    waiting = await host_of(interaction).ask(ListProposals(caller=caller_of(interaction)))
    return next((one for one in waiting.proposals if one.id == proposal), None)


async def decide(
    interaction: Asked, voice: Voice, proposal: str, *, is_approved: bool, code: str = ""
) -> Card:
    """Approve or reject, and return the card of what came of it. Raises as `DecideProposal`."""
    key = str(interaction.id)
    request = DecideProposal(
        id=key, caller=caller_of(interaction), proposal=proposal, is_approved=is_approved, code=code
    )
    decided = await host_of(interaction).ask(request, timeout=PATIENCE)
    return decided_card(decided, voice, key=key)
