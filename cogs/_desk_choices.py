"""What the desk knows of a member and offers while they type: orders, runs, strategies, profiles, blackouts.

Accounts and positions stand in `_desk`. Choices are a comfort: where the desk is away there are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

import structlog
from discord.app_commands import Choice

from cogs._host import Asked, caller_of, host_of
from cogs._ui.desk_words import trade_words
from cogs._ui.limits import CHOICE, CHOICES
from services.bus.messages import Message, Request
from services.errors import OmegaError
from services.locales.numbers import clip
from services.trading.orders.messages import ListOrders
from services.trading.risk.messages import ListBlackouts
from services.trading.strategies.messages import ListStrategies

_QUICK: Final = 1.0
"""Seconds that a list of choices is waited for; Discord shows none that comes after three."""
_REMEMBERED: Final = 5.0

R = TypeVar("R", bound=Message)
log = structlog.get_logger(__name__)


async def order_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the open orders of the account in use."""
    voice = await host_of(interaction).speaker(interaction)
    found = await _found(interaction, ListOrders(caller=caller_of(interaction)))
    if found is None:
        return []
    named = ((trade_words(one.side, one.amount, one.market, voice), one.id) for one in found.orders)
    plans = ((trade_words(one.side, one.amount, one.market, voice), one.id) for one in found.plans)
    return _hits([*named, *plans], typed)


async def strategy_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the strategies of the catalogue by their titles."""
    text = (await host_of(interaction).speaker(interaction)).text
    found = await _found(interaction, ListStrategies(caller=caller_of(interaction)))
    return [] if found is None else _hits(((text(one.title), one.name) for one in found.strategies), typed)


async def timeframe_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the timeframes of the strategy that is chosen, else those of all."""
    found = await _found(interaction, ListStrategies(caller=caller_of(interaction)))
    if found is None:
        return []
    chosen = getattr(interaction.namespace, "strategy", None)
    fitting = [one for one in found.strategies if one.name == chosen] or found.strategies
    names = dict.fromkeys(timeframe for one in fitting for timeframe in one.timeframes)
    return _hits(((name, name) for name in names), typed)


async def profile_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the temperaments that shape size and exits."""
    found = await _found(interaction, ListStrategies(caller=caller_of(interaction)))
    return [] if found is None else _hits(((name, name) for name in found.profiles), typed)


async def run_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the member's strategies that are at work."""
    found = await _found(interaction, ListStrategies(caller=caller_of(interaction)))
    if found is None:
        return []
    active = (one for one in found.runs if one.status == "active")
    return _hits(((f"{one.strategy} · {one.market} · {one.timeframe}", one.id) for one in active), typed)


async def blackout_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the blackouts of the guild that can be removed."""
    found = await _found(interaction, ListBlackouts(caller=caller_of(interaction)))
    if found is None:
        return []
    own = (one for one in found.blackouts if not one.is_farm_wide)
    return _hits(((f"{one.event} · {one.from_at:%Y-%m-%d %H:%M} UTC", one.id) for one in own), typed)


def _hits(named: Iterable[tuple[str, str]], typed: str) -> list[Choice[str]]:
    wanted = typed.strip().casefold()
    hits = [(name, value) for name, value in named if wanted in name.casefold() and len(value) <= CHOICE]
    return [Choice(name=clip(name, CHOICE), value=value) for name, value in hits[:CHOICES]]


async def _found(interaction: Asked, request: Request[R]) -> R | None:
    try:
        return await host_of(interaction).ask(request, timeout=_QUICK, remember=_REMEMBERED)
    except OmegaError as error:
        log.warning("choices_incomplete", lacking=type(request).__name__, reason=error.message)
        return None
