"""What all commands about markets share: choosing a market, naming it in plain words, remembering it.

What a single command says belongs to its cog, how it looks to `_ui`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

import structlog
from discord.app_commands import Choice

from cogs._host import Asked, Host, Sources, host_of
from cogs._ui.choices import matching, to_choices
from services.chat.intents import Understood
from services.errors import Unavailable, UserMistake
from services.market.figures import base_of, currency_of
from services.market.messages import FindMarkets, ListVenues
from services.members.messages import GetMember
from services.personas.messages import RECENT_MARKETS, RecentMarkets

MARKET: Final = "BTC, btcusdt, $BTC or BTC/USDT:USDT"
VENUE: Final = "Where; left out it is the venue of this farm"
SHARED_FOR: Final = 0.25
"""Seconds; many who ask the same at once cost one question. The card shows the true age."""
PATIENCE: Final = 4.0
"""Seconds for what may have to be fetched from a venue first; the command is deferred meanwhile.

The market process gives a venue 1.5 s to be opened and as long again to answer, and then says that it does
not. One second more is for the bus and a busy machine: who has said nothing by then is away.
"""

_QUICK: Final = 1.0
"""Seconds that a list of choices is waited for; Discord shows none that comes after three."""
_TYPING_REMEMBERED: Final = 5.0
_MEMBER_REMEMBERED: Final = 10.0
_VENUES_REMEMBERED: Final = 60.0
_RECENT: Final = 10
_RECENT_FOR: Final = 30 * 86_400.0
_GONE: Final = 0.05
"""Seconds until what is put as nothing is not there any more."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


async def market_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer markets: the member's favourites, then what they asked about last, then the most traded."""
    host, user = host_of(interaction), str(interaction.user.id)
    favourites, recent = await asyncio.gather(_favourites(host, user), _recent(host, user))
    first = list(dict.fromkeys([*favourites, *recent]))
    found = await _found(host, FindMarkets(typed=typed, first=first))
    return matching(first, typed) if found is None else to_choices(found)


async def currency_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer currencies of the markets that match what was typed."""
    found = await _found(host_of(interaction), FindMarkets(typed=typed)) or []
    return matching(
        dict.fromkeys(coin for name in found for coin in (base_of(name), currency_of(name))), typed
    )


async def venue_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the venues that can be asked."""
    return matching(await _venues(host_of(interaction)), typed)


async def venues_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer one more venue for a list of them: ``binance, by`` becomes ``binance, bybit``."""
    *chosen, begun = typed.split(",")
    chosen = venues_in(",".join(chosen))
    left = [venue for venue in await _venues(host_of(interaction)) if venue not in chosen]
    return to_choices(", ".join([*chosen, choice.value]) for choice in matching(left, begun))


def venue_in(text: str | None) -> str:
    """Return a venue as it is called, from how a member wrote it; empty for none."""
    return (text or "").strip().casefold()


def market_in(text: str) -> str:
    """Return a market as a member wrote it.

    Raises:
        UserMistake: they wrote none.
    """
    if not any(letter.isalnum() for letter in text):
        raise UserMistake("No market was named.", hint="Name one, such as BTC, or pick one from the list.")
    return text


def venues_in(text: str | None) -> list[str]:
    """Return the venues of a list that a member wrote, with commas or blanks between them."""
    return list(dict.fromkeys(venue_in(text).replace(",", " ").split()))


async def remember_market(interaction: Asked, market: str) -> None:
    """Keep what a member asked about for the next list of choices. It is a comfort: it may be lost."""
    host, user = host_of(interaction), str(interaction.user.id)
    await _if_there(_remember(host, user, market), "remembered market")


async def favourite_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the member's favourites."""
    return matching(await _favourites(host_of(interaction), str(interaction.user.id)), typed)


async def recent_markets(interaction: Asked) -> list[str]:
    """Return what a member asked about last. Raises `BusUnavailable`."""
    found = await host_of(interaction).latest(RECENT_MARKETS, part=str(interaction.user.id))
    return [] if found is None else found.value.names


async def forget_markets(interaction: Asked) -> None:
    """Forget what a member asked about. Raises `BusUnavailable`."""
    user = str(interaction.user.id)
    await host_of(interaction).put(RECENT_MARKETS, RecentMarkets(), part=user, ttl=_GONE)


def named_market(asked: Understood) -> str:
    """Return the market that a wish in plain words names.

    Raises:
        UserMistake: it names none.
    """
    if asked.market is None:
        raise UserMistake("No market was named.", hint="Name a market, such as BTC.")
    return market_in(asked.market)


async def is_venue(sources: Sources, venue: str) -> bool:
    """Return whether `venue` is one that can be asked, or none."""
    return not venue or venue in await _venues(sources)


async def at_home(sources: Sources, asked: Understood, what: str) -> None:
    """Let a wish for `what` pass, of which only the farm's own venue is asked.

    Raises:
        UserMistake: it names another venue.
        Unavailable: it names a venue, and nobody says which is the farm's own.
    """
    venue = venue_in(asked.venue)
    if not venue:
        return
    found = await sources.ask(ListVenues(), timeout=PATIENCE, remember=_VENUES_REMEMBERED)
    own = found.names[0]
    if venue != own.casefold():
        raise UserMistake(f"I know {what} of {own} only, not of {venue}.", hint="Ask without a venue.")


async def _if_there(asking: Awaitable[T], what: str) -> T | None:
    """Return what `asking` brings, or None, logged, where who knows `what` is away: choices are a comfort."""
    try:
        return await asking
    except Unavailable as error:
        log.warning("choices_incomplete", lacking=what, reason=error.message)
        return None


async def _remember(host: Host, user: str, market: str) -> None:
    before = await host.latest(RECENT_MARKETS, part=user)
    names = dict.fromkeys([market, *([] if before is None else before.value.names)])
    await host.put(RECENT_MARKETS, RecentMarkets(names=[*names][:_RECENT]), part=user, ttl=_RECENT_FOR)


async def _found(host: Host, request: FindMarkets) -> list[str] | None:
    """Return what the market process finds; None where it cannot say."""
    asking = host.ask(request, timeout=_QUICK, remember=_TYPING_REMEMBERED)
    found = await _if_there(asking, "markets")
    return None if found is None else found.names


async def _venues(sources: Sources) -> list[str]:
    asking = sources.ask(ListVenues(), timeout=_QUICK, remember=_VENUES_REMEMBERED)
    found = await _if_there(asking, "venues")
    return [] if found is None else found.names


async def _favourites(host: Host, user_id: str) -> list[str]:
    asking = host.ask(GetMember(user_id=user_id), timeout=_QUICK, remember=_MEMBER_REMEMBERED)
    member = await _if_there(asking, "favourites")
    return [] if member is None else member.favourites


async def _recent(host: Host, user_id: str) -> list[str]:
    found = await _if_there(host.latest(RECENT_MARKETS, part=user_id), "recent markets")
    return [] if found is None else found.value.names
