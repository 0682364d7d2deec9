"""What the commands and cards about open positions share: reading them, finding one, and drafting what to do.

Nothing is done from here: the desk drafts a ticket, and its owner confirms that.
"""

from __future__ import annotations

from typing import Final, Literal

import structlog

from cogs._analysis import looks_of
from cogs._desk import PATIENCE, chart_kept
from cogs._host import Asked, Host, Sources, caller_of, host_of
from cogs._ui.desk_position_cards import TICKETS, Held
from cogs._ui.desk_tickets import ticket_card
from services.errors import Fault, Unavailable, UserMistake
from services.locales.reading import unmistakable
from services.members.messages import Caller
from services.personas.voice import Voice
from services.trading.accounts.messages import ListAccounts
from services.trading.messages import PositionView
from services.trading.orders.messages import DraftClose, DraftProtection, Ticket
from services.trading.positions.messages import AnalysePositions, Analyses, ListPositions, SharePosition

Deed = Literal["close", "half", "even"]
DEEDS: Final[dict[str, Deed]] = {"close": "close", "half": "half", "even": "even"}
"""What a button drafts: to close a position, to close half of it, to move its stop to the entry."""
_READ_WITHIN: Final = 4.0
_REMEMBERED: Final = 5.0
_SHARE_WITHIN: Final = 5.0
_PICTURE: Final = "positions.png"

log = structlog.get_logger(__name__)


async def held_by(
    sources: Sources, caller: Caller, voice: Voice, *, account: str = "", market: str = ""
) -> Held:
    """Return what an account holds, read by the analyzer; where that is away, with the reason for it.

    Raises:
        OmegaError: whatever `ListPositions` raises.
    """
    positions = await sources.ask(ListPositions(caller=caller, account=account), timeout=PATIENCE)
    one = position_in(Held(positions=positions), market) if market else None
    if not positions.positions or (market and one is None):
        return Held(positions=positions)
    read = await _read(sources, caller, voice, account, "" if one is None else one.market)
    if isinstance(read, str):
        return Held(positions=positions, missing=read)
    return Held(
        positions=positions,
        read={(one.position.market, one.position.side): one for one in read.analyses},
        performance=read.performance,
        picture=await chart_kept(sources, read.digest, name=_PICTURE, alt=read.alt),
        missing=read.missing,
    )


def position_in(held: Held, market: str) -> PositionView | None:
    """Return the position in a market, as it is called or as a member calls it; None where there is none."""
    wanted = _letters(market)
    open_ = held.positions.positions
    exact = [one for one in open_ if one.market == market.strip()]
    begun = [one for one in open_ if wanted and _letters(one.market).startswith(wanted)]
    return next(iter([*exact, *begun]), None)


async def owns(interaction: Asked, account: str) -> bool:
    """Return whether an account, named by the beginning of its id, is of whoever presses."""
    request = ListAccounts(caller=caller_of(interaction))
    own = await host_of(interaction).ask(request, remember=_REMEMBERED)
    return any(account == one.name or (account and one.id.startswith(account)) for one in own.accounts)


async def offer(interaction: Asked, voice: Voice, deed: Deed, *, market: str, account: str) -> None:
    """Answer beside the card with a ticket that does the `deed` once it is confirmed.

    Raises:
        OmegaError: whatever the desk raises; of somebody else's account it knows nothing.
    """
    host, key, caller = host_of(interaction), str(interaction.id), caller_of(interaction)
    if deed == "even":
        entry = await _entry(host, interaction, market=market, account=account)
        await _show(
            interaction,
            voice,
            DraftProtection(id=key, caller=caller, market=market, stop=entry, account=account),
        )
        return
    percent = "100" if deed == "close" else "50"
    draft = DraftClose(id=key, caller=caller, market=market, percent=percent, account=account)
    await _show(interaction, voice, draft)


async def offer_stop(interaction: Asked, voice: Voice, stop: str, *, market: str, account: str) -> None:
    """Answer beside the card with a ticket that sets the stop which was written. Raises as `offer`."""
    draft = DraftProtection(
        id=str(interaction.id),
        caller=caller_of(interaction),
        market=market,
        stop=stop,
        account=account,
        locale=voice.locale,
    )
    await _show(interaction, voice, draft)


async def share(interaction: Asked, *, market: str, account: str, is_shared: bool) -> Analyses:
    """Share the living card of a position where it is asked for, or take it back.

    Raises:
        UserMistake: it is asked for where nobody else is.
        OmegaError: whatever `SharePosition` raises.
    """
    if is_shared and interaction.guild_id is None:
        raise UserMistake(
            "There is nobody here to share it with.", hint="Press it in a channel of a server instead."
        )
    request = SharePosition(
        id=str(interaction.id),
        caller=caller_of(interaction),
        market=market,
        channel_id=str(interaction.channel_id) if is_shared else "",
        account=account,
    )
    return await host_of(interaction).ask(request, timeout=_SHARE_WITHIN)


async def _read(sources: Sources, caller: Caller, voice: Voice, account: str, market: str) -> Analyses | str:
    """Return what the analyzer reads, in the member's own looks; an English sentence where it is away."""
    looks = await looks_of(sources, caller.user_id)
    request = AnalysePositions(
        caller=caller,
        account=account,
        market=market,
        theme=looks.theme or "dark",
        palette=looks.palette or "standard",
        locale=voice.locale,
    )
    try:
        return await sources.ask(request, timeout=_READ_WITHIN)
    except (Unavailable, Fault) as error:  # what is open is told without what is read in it
        log.warning("positions_not_read", reason=error.message)
        return "The position analyzer does not answer: levels, health and chart are missing."
    except UserMistake as error:  # it was closed meanwhile: what the desk said first is shown
        return error.message


async def _entry(host: Host, interaction: Asked, *, market: str, account: str) -> str:
    request = ListPositions(caller=caller_of(interaction), account=account)
    listing = await host.ask(request, timeout=PATIENCE)
    position = position_in(Held(positions=listing), market)
    if position is None:
        raise UserMistake(f"There is no open position in {market}.", hint="/positions shows those there are.")
    return unmistakable(f"{position.entry:f}")


async def _show(interaction: Asked, voice: Voice, draft: DraftClose | DraftProtection) -> None:
    host = host_of(interaction)
    ticket: Ticket = await host.ask(draft, timeout=PATIENCE)
    card = ticket_card(ticket, voice, now=host.clock.now(), key=str(interaction.id), at=TICKETS)
    await host.aside(interaction, card)


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
