"""Tickets in commands and presses: shown, confirmed, edited and let go of, by whichever cog carries them.

Every press asks the desk again, which knows whose a ticket is and whether it still waits. How a ticket looks
belongs to `_ui.desk_tickets`.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, TypeVar

from msgspec.structs import replace

from cogs._desk import PATIENCE
from cogs._host import Asked, Pressed, caller_of, host_of, say_ended
from cogs._ui.desk_tickets import (
    COG,
    dropped_card,
    edit_form,
    gone_card,
    outcome_card,
    price_field,
    ticket_card,
    typed_form,
)
from services.bus.messages import Message, Request
from services.errors import BusUnavailable, NoAnswer, UserMistake
from services.personas.voice import Voice
from services.trading.orders.messages import (
    ConfirmTicket,
    DraftOrder,
    DropTicket,
    GetTicket,
    Outcome,
    Ticket,
)

_CONFIRM_PATIENCE: Final = 10.0
"""Seconds; a live venue may take its time, and what came of it is told later in any case."""

R = TypeVar("R", bound=Message)


async def show_ticket(interaction: Asked, voice: Voice, request: Request[Ticket], *, at: str = COG) -> None:
    """Ask for a ticket and answer with its card; the cog `at` takes its buttons. Raises as the request."""
    await _show(interaction, voice, await _ask(interaction, request), at)


async def press_ticket(interaction: Asked, pressed: Pressed, *, at: str = COG) -> None:
    """Answer to a button of a ticket, or to a form that one opened. Raises what the desk raises."""
    host = host_of(interaction)
    voice = await host.speaker(interaction)
    match pressed.action, pressed.arguments:
        case "yes" | "sent", (ticket,):
            await _confirm(interaction, voice, ticket, pressed, at)
        case "typed" | "edit" | "save", (ticket,):
            held = await _held(interaction, voice, _ask(interaction, _get(interaction, ticket)))
            if held is not None:
                await _go_on(interaction, voice, held, pressed, at)
        case "no", (ticket,):
            drop = DropTicket(id=str(interaction.id), caller=caller_of(interaction), ticket=ticket)
            dropped = await _held(interaction, voice, host.ask(drop))
            if dropped is not None:
                await host.answer(interaction, dropped_card(dropped, voice))
        case _:
            await say_ended(host, interaction, is_aside=True)


async def _go_on(interaction: Asked, voice: Voice, ticket: Ticket, pressed: Pressed, at: str) -> None:
    host, terms = host_of(interaction), ticket.terms
    match pressed.action:
        case "typed":
            await host.ask_form(interaction, typed_form(ticket, voice, at=at))
        case "edit" if terms is not None:
            await host.ask_form(interaction, edit_form(ticket, terms, voice, at=at))
        case "save" if terms is not None:
            written = dict(pressed.values)
            written[price_field(terms)] = written.pop("price", "")
            draft = DraftOrder(
                id=str(interaction.id),
                caller=caller_of(interaction),
                terms=replace(terms, **written),
                account=ticket.account.id,
                replaces=ticket.id,
                locale=voice.locale,
            )
            anew = await _held(interaction, voice, _ask(interaction, draft))
            if anew is not None:
                await _show(interaction, voice, anew, at)
        case _:
            await say_ended(host, interaction, is_aside=True)


async def _confirm(interaction: Asked, voice: Voice, ticket: str, pressed: Pressed, at: str) -> None:
    host, key = host_of(interaction), str(interaction.id)
    request = ConfirmTicket(
        id=key,
        caller=caller_of(interaction),
        ticket=ticket,
        typed=pressed.values.get("typed", ""),
        code=pressed.values.get("code", ""),
    )
    outcome = await _held(interaction, voice, _confirmed(interaction, request))
    if outcome is not None:
        card = outcome_card(outcome, voice, now=host.clock.now(), key=key, at=at)
        await host.answer(interaction, card)


async def _confirmed(interaction: Asked, request: ConfirmTicket) -> Outcome:
    """Return what came of it; without an answer it is not known, which is never said to be nothing."""
    try:
        return await host_of(interaction).ask(request, timeout=_CONFIRM_PATIENCE)
    except (NoAnswer, BusUnavailable) as error:
        return Outcome(state="unknown", reason=error.message)


async def _held(interaction: Asked, voice: Voice, asking: Awaitable[R]) -> R | None:
    """Return the answer; None, said to who pressed alone, where the ticket is over or somebody else's."""
    try:
        return await asking
    except UserMistake as error:
        why = error.facts.get("ticket")
        if why is None:
            raise
        card = gone_card(str(why), voice, key=str(interaction.id))
        await host_of(interaction).aside(interaction, card)
        return None


async def _ask(interaction: Asked, request: Request[Ticket]) -> Ticket:
    return await host_of(interaction).ask(request, timeout=PATIENCE)


def _get(interaction: Asked, ticket: str) -> GetTicket:
    return GetTicket(caller=caller_of(interaction), ticket=ticket)


async def _show(interaction: Asked, voice: Voice, ticket: Ticket, at: str) -> None:
    host = host_of(interaction)
    card = ticket_card(ticket, voice, now=host.clock.now(), key=str(interaction.id), at=at)
    await host.answer(interaction, card)
