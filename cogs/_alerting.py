"""What commands about alerts share: how an alert shall behave, the answer to one that is set, and previews.

The options themselves stand in `_alert_options`, how a card looks belongs to `_ui`.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Final, cast
from zoneinfo import ZoneInfo

import structlog
from discord.app_commands import Choice
from msgspec.structs import replace

from cogs._alert_options import CONFIRMATIONS, Chosen
from cogs._analysis import known, looks_of
from cogs._host import Asked, Host, Sources, caller_of, host_of
from cogs._markets import remember_market
from cogs._ui.alert_set_cards import SHORT_ID, preview_card, question_card, set_card
from cogs._ui.alert_words import condition_words
from cogs._ui.card import Card, Picture
from cogs._ui.durations import moment_in, seconds_in
from cogs._ui.limits import CHOICE
from services.alerts.conditions import markets_of
from services.alerts.messages import (
    AlertPreview,
    Confirming,
    ListAlerts,
    Options,
    PreviewAlert,
    ResumeAlert,
    SetAlert,
)
from services.analyst.messages import CHART
from services.errors import Unavailable, UserMistake
from services.locales.numbers import clip
from services.members.messages import GetMember
from services.personas.voice import Voice

SET_WITHIN: Final = 8.0
"""Seconds for an alert to be set, which asks a price and looks back first; the command is deferred before."""
OWN_BOT: Final = "alert"
"""The cog of `/alert`: the bot that carries it has the commands of alerts, too."""
_SEEN_WITHIN: Final = 4.0
_QUICK: Final = 1.0
_REMEMBERED: Final = 10.0
_TYPING_REMEMBERED: Final = 5.0
_OFFERED: Final = 25
_LOOKED_AT: Final = 100
_DIRECT: Final = ("", "dm")

log = structlog.get_logger(__name__)


async def options_in(interaction: Asked, voice: Voice, chosen: Chosen) -> Options:
    """Return how the alert shall behave, from what a member chose.

    Raises:
        UserMistake: a duration, a date or a persona is none, or the role is everyone.
        Unavailable: the member's time zone is needed and cannot be had.
    """
    told = {name: value for name, value in chosen.items() if value is not None}
    confirm = known(str(told.get("confirm", "touch")), {value: value for value in CONFIRMATIONS})
    confirming, of = _confirming(confirm)
    options = Options(
        place=_place(str(told.get("where", "")), interaction),
        persona=_persona(interaction, told.get("persona")),
        locale=voice.locale,
        confirming=confirming,
        confirm_timeframe=of if confirming == "close" else "",
        confirm_seconds=int(of) if confirming == "seconds" else 0,
        repeats=bool(told.get("repeat", False)),
        note=str(told.get("note", "")),
        role=_role(told.get("role"), interaction),
        is_urgent=bool(told.get("urgent", False)),
    )
    if "cooldown" in told:
        options = replace(options, cooldown=seconds_in(str(told["cooldown"])))
    if "expires" in told:
        options = replace(options, expires_at=await _ends(interaction, voice, str(told["expires"])))
    return options


async def settle(
    interaction: Asked,
    voice: Voice,
    request: SetAlert | ResumeAlert,
    *,
    at: str = OWN_BOT,
    is_aside: bool = False,
) -> None:
    """Set an alert, or go on with one, and answer with what became of it: the alert or a question.

    Args:
        interaction: what is answered.
        voice: who says it.
        request: what the alerts process is asked.
        at: the cog that takes what is pressed on a question; of another bot than the one that has the
            commands of alerts, the saved alert has no buttons.
        is_aside: the card that was pressed stays as it is.

    Raises:
        OmegaError: whatever the request raises.
    """
    host, key = host_of(interaction), str(interaction.id)
    show = host.aside if is_aside else host.answer
    outcome = await host.ask(request, timeout=SET_WITHIN)
    if outcome.asked is not None:
        await show(interaction, question_card(outcome.asked, voice, key=key, at=at))
    if outcome.saved is not None:
        voice = host.roster.voice(voice.card.name, outcome.saved.options.locale)
        carrier = carrier_of(host, outcome.saved.options.persona, voice)
        card = set_card(
            outcome.saved,
            voice,
            carrier=carrier,
            now=host.clock.now(),
            key=key,
            is_unchecked=outcome.is_unchecked,
        )
        await show(interaction, card if at == OWN_BOT else dataclasses.replace(card, actions=()))
        for market in markets_of(outcome.saved.condition)[:1]:
            await remember_market(interaction, market)


async def previewed(interaction: Asked, voice: Voice, request: PreviewAlert) -> Card:
    """Return the card of a preview, its chart in the member's own language, theme and palette.

    Raises:
        OmegaError: whatever the request raises.
    """
    host = host_of(interaction)
    preview, picture = await _look_back(host, voice, request, within=SET_WITHIN)
    return preview_card(preview, voice, now=host.clock.now(), key=str(interaction.id), picture=picture)


async def seen_back(
    sources: Sources, voice: Voice, request: PreviewAlert
) -> tuple[AlertPreview, Picture | None] | None:
    """Return the same, for whoever asked for no preview; None, logged, where it is not to be had in time.

    Raises:
        UserMistake: what is asked for makes no sense.
    """
    try:
        return await _look_back(sources, voice, request, within=_SEEN_WITHIN)
    except Unavailable as error:  # an alert can be set without it
        log.warning("alert_not_previewed", reason=error.message)
        return None


async def alert_choices(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer the member's own alerts whose words, or whose id, hold what was typed, of the newest hundred."""
    host = host_of(interaction)
    voice, caller = await host.speaker(interaction), caller_of(interaction)
    wanted, choices = typed.strip().casefold(), list[Choice[str]]()
    for offset in range(0, _LOOKED_AT, _OFFERED):
        request = ListAlerts(caller=caller, offset=offset, limit=_OFFERED)
        page = await host.ask(request, timeout=_QUICK, remember=_TYPING_REMEMBERED)
        for alert in page.alerts:
            words = condition_words(alert.condition, voice, tick=alert.tick)
            name = f"{words} · {alert.id[:SHORT_ID]}"
            if wanted in name.casefold():
                choices.append(Choice(name=clip(name, CHOICE), value=alert.id))
        if len(choices) >= _OFFERED or page.total <= offset + _OFFERED:
            break
    return choices[:_OFFERED]


def carrier_of(host: Host, persona: str, voice: Voice) -> str:
    """Return the name of who brings an alert; one of another time has left the farm."""
    card = host.roster.cards.get(persona)
    return voice.text("whom you chose, else the guide") if card is None else card.display_name


async def _look_back(
    sources: Sources, voice: Voice, request: PreviewAlert, *, within: float
) -> tuple[AlertPreview, Picture | None]:
    """Return a preview and its chart in the caller's own language, theme and palette.

    Raises:
        OmegaError: whatever the request raises.
    """
    looks = await looks_of(sources, request.caller.user_id)
    theme, palette = looks.theme or request.theme, looks.palette or request.palette
    options = replace(request.options, locale=voice.locale)
    wanted = replace(request, theme=theme, palette=palette, options=options)
    preview = await sources.ask(wanted, timeout=within)
    return preview, await _picture(sources, preview)


async def _picture(sources: Sources, preview: AlertPreview) -> Picture | None:
    if not preview.digest:
        return None
    try:
        kept = await sources.latest(CHART, part=preview.digest)
    except Unavailable as error:  # a preview is told without its picture rather than not at all
        log.warning("chart_missing", digest=preview.digest, reason=error.message)
        return None
    return None if kept is None else Picture(kept.value.png, "preview.png", preview.alt)


def _place(where: str, interaction: Asked) -> str:
    if where.casefold() in _DIRECT:
        return ""
    if where.casefold() != "here":
        return f"way:{where.strip()}"
    return "" if interaction.guild_id is None else f"channel:{interaction.channel_id}"


def _persona(interaction: Asked, named: object) -> str:
    return "" if named is None else host_of(interaction).roster.card(str(named)).name


def _role(role: object, interaction: Asked) -> str:
    """Return the id of a role; that of everyone is the server's own, and is none to mention."""
    chosen = "" if role is None else str(getattr(role, "id", ""))
    if chosen and chosen == str(interaction.guild_id):
        raise UserMistake("An alert cannot mention everyone.", hint="Pick a role, not everyone.")
    return chosen


def _confirming(text: str) -> tuple[Confirming, str]:
    confirming, _, of = text.partition(":")
    return cast("Confirming", confirming), of


async def _ends(interaction: Asked, voice: Voice, text: str) -> datetime:
    """Return when an alert ends; a date is one where the member lives."""
    host = host_of(interaction)
    member = await host.ask(GetMember(user_id=str(interaction.user.id)), remember=_REMEMBERED)
    zone = UTC if member.timezone is None else ZoneInfo(member.timezone)
    return moment_in(text, now=host.clock.now(), zone=zone, locale=voice.locale)
