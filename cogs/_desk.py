"""What the commands of trading share: accounts and markets to choose from, sealed keys, and charts.

How a card looks belongs to `_ui`, what a command does to its cog.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog
from discord.app_commands import Choice

from cogs._host import Asked, Host, Pressed, Sources, caller_of, host_of
from cogs._ui.card import Picture
from cogs._ui.choices import matching
from cogs._ui.desk_words import badge
from cogs._ui.limits import CHOICE, CHOICES
from services.analyst.messages import CHART
from services.errors import OmegaError, Unavailable, UserMistake
from services.locales.numbers import clip
from services.members.messages import Caller
from services.personas.voice import Voice
from services.sealing import seal
from services.trading.accounts.messages import DESK_KEY, Accounts, ListAccounts, VenueKey
from services.trading.messages import AccountView
from services.trading.positions.messages import ListPositions

ACCOUNT: Final = "Which of your accounts; left out it is the one in use"
PATIENCE: Final = 8.0
"""Seconds for what the desk must first ask a venue; the command is deferred meanwhile."""
LINKED_WITHIN: Final = 30.0
"""Seconds for a key to be tried out at its venue."""
_SHOWN: Final = 40
_QUICK: Final = 1.0
_REMEMBERED: Final = 5.0

log = structlog.get_logger(__name__)


async def account_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the member's accounts by name, the one in use first."""
    host, wanted = host_of(interaction), typed.strip().casefold()
    text = (await host.speaker(interaction)).text
    accounts = await _accounts(host, caller_of(interaction))
    named = [(f"{one.name} · {one.venue} · {badge(one, text)}", one.id) for one in accounts]
    hits = [(name, id_) for name, id_ in named if wanted in name.casefold()]
    return [Choice(name=clip(name, CHOICE), value=id_) for name, id_ in hits[:CHOICES]]


async def held_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the markets in which the account in use holds a position."""
    request = ListPositions(caller=caller_of(interaction))
    try:
        found = await host_of(interaction).ask(request, timeout=_QUICK, remember=_REMEMBERED)
    except OmegaError as error:  # choices are a comfort: any market can be typed
        log.warning("choices_incomplete", lacking="positions", reason=error.message)
        return []
    return matching([one.market for one in found.positions], typed)


async def _accounts(host: Host, caller: Caller) -> Sequence[AccountView]:
    try:
        found = await host.ask(ListAccounts(caller=caller), timeout=_QUICK, remember=_REMEMBERED)
    except OmegaError as error:  # choices are a comfort: a name can be typed
        log.warning("choices_incomplete", lacking="accounts", reason=error.message)
        return []
    return found.accounts


async def speaker_of(interaction: Asked, pressed: Pressed) -> Voice:
    """Return whom the last argument of a button names, else who speaks to this member."""
    host, named = host_of(interaction), "".join(pressed.arguments[-1:])
    return await host.speaker(interaction, named if named in host.roster.cards else None)


def account_named(accounts: Accounts, wanted: str) -> AccountView:
    """Return the account of that name, id or beginning of an id; with none said the one in use.

    Raises:
        UserMistake: there is none.
    """
    named = wanted.strip().casefold()
    exact = [one for one in accounts.accounts if named in {one.id, one.name.casefold()}]
    begun = [one for one in accounts.accounts if one.id.startswith(named)]
    for found in [*exact, *begun]:
        return found
    raise UserMistake(
        f"You have no account called {wanted[:_SHOWN]} here.", hint="/account list shows those you have."
    )


async def sealed_for_desk(host: Host, key: VenueKey) -> bytes:
    """Return the key of a venue in a box that only the desk opens.

    Raises:
        Unavailable: the desk has not said what to seal with.
    """
    desk = await host.latest(DESK_KEY)
    if desk is None:
        raise Unavailable("The desk is not there yet.", hint="Try again in a minute.")
    return seal(desk.value.public, msgspec.json.encode(key))


async def chart_kept(sources: Sources, digest: str, *, name: str, alt: str) -> Picture | None:
    """Return a chart that was drawn; None, logged, where it is not to be had.

    A figure is told without its picture rather than not at all.
    """
    if not digest:
        return None
    try:
        kept = await sources.latest(CHART, part=digest)
    except Unavailable as error:
        log.warning("chart_missing", digest=digest, reason=error.message)
        return None
    return None if kept is None else Picture(kept.value.png, name, alt)
