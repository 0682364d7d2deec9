"""What can be done with an alert that is there, for the commands of alerts and for delivered cards alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from cogs._alerting import OWN_BOT, settle
from cogs._host import Asked, Sources, caller_of, host_of
from cogs._ui.alert_form import edit_form, given_after, options_after
from cogs._ui.alert_set_cards import level_of
from cogs._ui.alerts_cards import Filter, Listing
from cogs._ui.clock_times import seconds_left
from cogs._ui.durations import seconds_in
from services.alerts.conditions import markets_of
from services.alerts.messages import AlertView, GetAlert, ListAlerts, SetAlert
from services.errors import Unavailable, UnknownMarket, UserMistake
from services.market.messages import GetQuote, Quote
from services.members.messages import Caller, GetMember
from services.personas.voice import Voice

PAGE: Final = 8
TODAY: Final = frozenset({"today", "hoje"})
_REMEMBERED: Final = 10.0
_QUICK: Final = 1.0
_SHARED_FOR: Final = 0.25

log = structlog.get_logger(__name__)


async def alert_here(interaction: Asked, alert: str) -> AlertView:
    """Return the alert of a delivered card for the member who pressed it.

    Raises:
        UserMistake: it is not the member's.
        OmegaError: whatever else `GetAlert` raises.
    """
    request = GetAlert(caller=caller_of(interaction), alert=alert)
    try:
        return await host_of(interaction).ask(request)
    except UserMistake as error:
        if interaction.guild_id is None:
            raise
        raise UserMistake(
            "That alert belongs to somebody else, or is there no more.", hint="/alerts list shows your own."
        ) from error


async def ask_edit(interaction: Asked, voice: Voice, view: AlertView, *, cog: str) -> None:
    """Answer with the form in which `view` is changed; `cog` takes what is written."""
    host = host_of(interaction)
    zone = await zone_of(interaction)
    await host.ask_form(interaction, edit_form(view, voice, cog=cog, zone=zone, now=host.clock.now()))


async def save_edited(
    interaction: Asked,
    voice: Voice,
    view: AlertView,
    written: dict[str, str],
    *,
    at: str = OWN_BOT,
    is_aside: bool = False,
) -> None:
    """Save what was written in the form; `at` and `is_aside` are those of `settle`. Raises as that does."""
    now, zone = host_of(interaction).clock.now(), await zone_of(interaction)
    request = SetAlert(
        id=str(interaction.id),
        caller=caller_of(interaction),
        kind=view.kind,
        given=given_after(view, written),
        options=options_after(view, written, zone=zone, now=now, locale=voice.locale),
        replaces=view.id,
    )
    await settle(interaction, voice, request, at=at, is_aside=is_aside)


async def snooze_in(interaction: Asked, text: str) -> int:
    """Return the seconds of a snooze: a length of time, or until the end of the member's day.

    Raises:
        UserMistake: it is neither.
    """
    if text.strip().casefold() not in TODAY:
        return seconds_in(text)
    return seconds_left(host_of(interaction).clock.now(), await zone_of(interaction))


async def zone_of(interaction: Asked) -> tzinfo:
    """Return the time zone that a member chose, else UTC. Raises what `GetMember` raises."""
    request = GetMember(user_id=str(interaction.user.id))
    member = await host_of(interaction).ask(request, remember=_REMEMBERED)
    return UTC if member.timezone is None else ZoneInfo(member.timezone)


async def listing_of(
    sources: Sources, caller: Caller, *, number: int = 1, market: str = "", status: Filter = ""
) -> Listing:
    """Return a page of the caller's alerts, the nearest there is to the one wanted, with prices.

    Raises:
        OmegaError: whatever `ListAlerts` raises.
    """

    def wanted(page: int) -> ListAlerts:
        return ListAlerts(caller=caller, market=market, status=status, offset=(page - 1) * PAGE, limit=PAGE)

    number = max(1, number)
    active = ListAlerts(caller=caller, market=market, status="active", limit=1)
    page, waiting = await asyncio.gather(sources.ask(wanted(number)), sources.ask(active))
    count = max(1, -(-page.total // PAGE))
    if number > count:
        number = count
        page = await sources.ask(wanted(number))
    return Listing(
        alerts=page.alerts,
        total=page.total,
        active=waiting.total if status in {"", "active"} else 0,
        number=number,
        count=count,
        market=market,
        status=status,
        quotes=await _quotes(sources, page.alerts),
    )


async def _quotes(sources: Sources, alerts: Iterable[AlertView]) -> dict[str, Quote]:
    """Return the prices of the markets in which a level is waited for, as far as they can be had."""
    waiting = (alert for alert in alerts if alert.status in {"active", "paused"})
    conditions = [alert.condition for alert in waiting if level_of(alert.condition) is not None]
    names = dict.fromkeys(name for condition in conditions for name in markets_of(condition))
    found = await asyncio.gather(*(_quote(sources, name) for name in names))
    return {name: quote for name, quote in zip(names, found, strict=True) if quote is not None}


async def _quote(sources: Sources, market: str) -> Quote | None:
    try:
        return await sources.ask(GetQuote(market=market), timeout=_QUICK, remember=_SHARED_FOR)
    except (Unavailable, UnknownMarket) as error:  # alerts are listed without how far away they are
        log.warning("price_missing", market=market, reason=error.message)
        return None
