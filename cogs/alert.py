"""`/alert`: what a member wants to hear of, and how often it would have been so."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._alert_kinds import ASKINGS
from cogs._alert_options import Asking, Chosen, given_in, to_command
from cogs._alerting import alert_choices, options_in, previewed, seen_back, settle
from cogs._analysis import TIMEFRAME, USUAL
from cogs._asked_alert import Confirmed, confirmed_in, exactly, offered, suggested
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, host_of, say_ended
from cogs._markets import MARKET, market_choices
from cogs._ui.alert_set_cards import cancelled_card, command_card, offer_card, others_card
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from services.alerts.messages import PreviewAlert, ResumeAlert, SetAlert
from services.chat.intents import Topic, Understood
from services.errors import UserMistake
from services.ids import id_of
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.voice import Voice

_WHAT = "BTC/USDT:USDT above 70,000"
LINES: Final = (
    Line(
        name="alert_set",
        sample={"what": _WHAT, "is_here": False, "repeats": False, "is_armed": True},
        must=("what",),
    ),
    Line(
        name="alert_set",
        sample={"what": _WHAT, "is_here": True, "repeats": True, "is_armed": False},
        must=("what",),
    ),
    Line(
        name="alert_question", sample={"why": "number", "written": "70.000", "what": None}, must=("written",)
    ),
    Line(name="alert_question", sample={"why": "far", "written": "700", "what": _WHAT}, must=("written",)),
    Line(name="alert_question", sample={"why": "often", "written": None, "what": _WHAT}, must=("what",)),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 4, "days": 7, "is_noisy": False},
        must=("what", "times", "days"),
    ),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 0, "days": 7, "is_noisy": False},
        must=("what", "days"),
    ),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 180, "days": 7, "is_noisy": True},
        must=("what", "times", "days"),
    ),
)
"""is_here: it comes into a channel, not as a direct message. is_armed: what it waits for is not so yet; else
it must first cease. why: the number can be read in two ways, is far from the price, or it fires too often."""
_LOOKED_BACK: Final = 2
"""Days over which it is told how often an alert would have fired: more take seconds to be had."""


async def _set(interaction: Asked, asking: Asking, chosen: Chosen) -> None:
    """Set the alert that a command asks for."""
    voice = await host_of(interaction).speaker(interaction)
    request = SetAlert(
        id=str(interaction.id),
        caller=caller_of(interaction),
        kind=asking.kind,
        given=given_in(asking, chosen),
        options=await options_in(interaction, voice, chosen),
    )
    await settle(interaction, voice, request)


def _commands() -> app_commands.Group:
    group = app_commands.Group(name="alert", description="Be told when something happens in a market")
    for asking in ASKINGS:
        group.add_command(to_command(asking, _set))
    return group


class Alert(commands.Cog):
    """Sets alerts, asks what must be asked before, and says how often one would have fired."""

    presses = "alert"
    alert = _commands()

    def __init__(self, host: Host) -> None:
        self._host = host

    @alert.command(
        name="preview",
        description="How often an alert would have told you something",
        extras={"example": "/alert preview expression:price > 70000 market:BTC/USDT:USDT", **PRIVATE},
    )
    @app_commands.describe(
        alert="One of your own",
        expression="Or what you have in mind, such as rsi(14) < 30",
        market=MARKET,
        timeframe=TIMEFRAME,
        days="How far to look back",
        persona=PERSONA,
    )
    @app_commands.autocomplete(alert=alert_choices, market=market_choices, persona=speaker_choices)
    async def preview(
        self,
        interaction: Asked,
        *,
        alert: str = "",
        expression: str | None = None,
        market: str | None = None,
        timeframe: Timeframe = USUAL,
        days: app_commands.Range[int, 1, 30] = 7,
        persona: str | None = None,
    ) -> None:
        """Answer with the moments at which it would have fired, on a chart."""
        voice = await self._host.speaker(interaction, persona)
        given = {"expression": expression, "market": market, "timeframe": timeframe}
        if not alert and not (expression and market):
            raise UserMistake(
                "There is nothing to look back for.",
                hint="Pick one of your alerts, or write an expression and its market.",
            )
        request = PreviewAlert(
            caller=caller_of(interaction),
            alert=alert,
            kind="combo",
            given={} if alert else {name: text for name, text in given.items() if text},
            days=days,
        )
        await self._host.answer(interaction, await previewed(interaction, voice, request))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Go on with an alert as was answered, or leave it."""
        voice = await self._host.speaker(interaction)
        match pressed.action, pressed.arguments:
            case "choose", (draft, value):
                request = ResumeAlert(
                    id=str(interaction.id), caller=caller_of(interaction), draft=draft, value=value
                )
                await settle(interaction, voice, request)
            case "confirm", arguments if (confirmed := confirmed_in(arguments)) is not None:
                await self._confirm(interaction, confirmed)
            case "cancel", _:
                await self._host.answer(interaction, cancelled_card(voice))
            case _:
                await say_ended(self._host, interaction)

    async def _confirm(self, interaction: Asked, confirmed: Confirmed) -> None:
        """Set what a card of chat offered, for whom it was offered; a second press sets nothing more."""
        voice = await self._host.speaker(interaction, locale=confirmed.locale)
        if confirmed.owner != str(interaction.user.id):
            await self._host.aside(interaction, others_card(confirmed.owner, voice))
            return
        options = await options_in(interaction, voice, {})
        pressed = interaction if interaction.message is None else interaction.message
        request = SetAlert(
            id=id_of("confirm", str(pressed.id)),
            caller=caller_of(interaction),
            kind=confirmed.kind,
            given=confirmed.given,
            options=options,
        )
        await settle(interaction, voice, request, is_aside=interaction.guild_id is not None)


class AlertAnswers:
    """Answers "alert me when BTC is above 70000" with what would be set; only a press sets anything."""

    topics = (
        Topic(
            intent="alert",
            description="Prepares the alert that the member's own words ask for; they confirm it themselves.",
            slots=("market", "timeframe"),
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the alert and how often it would have fired, else with its command as far as it goes.

        Raises:
            UserMistake: no market was named, or what was asked for makes no sense.
        """
        wanted = suggested(asked, voice)
        if wanted.lacks:
            return command_card(wanted.command, voice, lacks=wanted.lacks)
        request = PreviewAlert(caller=asked.caller, kind=wanted.kind, given=wanted.given, days=_LOOKED_BACK)
        seen = await seen_back(self._sources, voice, request)
        if seen is None:
            return command_card(wanted.command, voice)
        preview, picture = seen
        press = offered(exactly(wanted, preview.condition), asked.caller.user_id, voice.locale)
        if press is None:
            return command_card(wanted.command, voice)
        now = self._sources.clock.now()
        return offer_card(preview, voice, now=now, key=key, picture=picture, press=press)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return AlertAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Alert(host))
