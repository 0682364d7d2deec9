"""`/alerts`: a member's own alerts, and what became of them."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Any, Final, cast

from discord import app_commands
from discord.ext import commands

from cogs._alert_deeds import PAGE, ask_edit, listing_of, save_edited, snooze_in
from cogs._alerting import alert_choices, carrier_of, previewed
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, host_of, say_ended
from cogs._markets import MARKET, market_choices
from cogs._ui.alert_why_cards import HISTORY, history_card, why_card
from cogs._ui.alerts_cards import (
    STATUSES,
    Done,
    Filter,
    changed_card,
    changed_words,
    listed_card,
    own_card,
    question_card,
)
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from services.alerts.messages import (
    AlertView,
    ChangeAlert,
    DeleteAlert,
    GetAlert,
    PreviewAlert,
    TestAlert,
    WhyAlert,
)
from services.chat.intents import Topic, Understood
from services.errors import UserMistake
from services.personas.lines import Line
from services.personas.voice import Voice

_WHAT = "BTC/USDT:USDT above 70,000"
LINES: Final = (
    Line(name="alerts_listed", sample={"count": 12, "active": 9}, must=("count",)),
    Line(name="alerts_listed", sample={"count": 0, "active": 0}),
    *(
        Line(name="alert_changed", sample={"what": _WHAT, "done": done, "until": None}, must=("what",))
        for done in ("paused", "resumed", "deleted", "tested", "repeating", "once")
    ),
    Line(
        name="alert_changed",
        sample={"what": _WHAT, "done": "snoozed", "until": "14:05"},
        must=("what", "until"),
    ),
    Line(name="alert_why", sample={"what": _WHAT, "times": 3, "price": "70,010.5"}, must=("what", "price")),
    Line(name="alert_why", sample={"what": _WHAT, "times": 0, "price": None}, must=("what",)),
)
"""times: how often it fired. price: at its last firing; None while it has not fired."""

_OWN: Final = "One of your own"
_DEEDS: Final = {
    "edit": "Change an alert of yours in a form",
    "pause": "Let an alert wait for nothing until you resume it",
    "resume": "Let a paused, snoozed or past alert wait again",
    "delete": "Delete an alert; you are asked once more",
    "test": "Let an alert come to you now, as a real one would",
    "why": "What an alert saw when it fired, to the second, and what it sees now",
    "history": "The last times an alert fired, and what became of each",
}
"""What is done with one alert, by the name of the command, which is that of the button as well."""
_STATUSES: Final = [app_commands.Choice(name=name, value=status) for status, name in STATUSES.items()]
_SNOOZES: Final = {
    "15 minutes": "15m",
    "1 hour": "1h",
    "8 hours": "8h",
    "until the end of today": "today",
}


def _command(name: str, told: str) -> Any:
    """Return the command that does one thing with one alert."""

    async def callback(cog: Any, interaction: Asked, **chosen: str | None) -> None:
        voice = await host_of(interaction).speaker(interaction, chosen.get("persona"))
        await cog.do(interaction, name, str(chosen["id"]), voice)

    first = Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=Asked)
    one = Parameter("id", Parameter.KEYWORD_ONLY, annotation=str)
    who = Parameter("persona", Parameter.KEYWORD_ONLY, annotation=str | None, default=None)
    cast("Any", callback).__signature__ = Signature([first, one, who])
    app_commands.describe(id=_OWN, persona=PERSONA)(callback)
    app_commands.autocomplete(id=alert_choices, persona=speaker_choices)(callback)
    extras = {"example": f"/alerts {name} id:a1b2c3d4", **PRIVATE}
    return app_commands.Command(name=name, description=told, callback=cast("Any", callback), extras=extras)


def _commands() -> app_commands.Group:
    group = app_commands.Group(name="alerts", description="Your alerts, for you alone")
    for name, told in _DEEDS.items():
        group.add_command(_command(name, told))
    return group


async def _lengths(interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
    """Offer lengths of a snooze in the member's language; any other is taken as it is written."""
    text, wanted = (await host_of(interaction).speaker(interaction)).text, typed.strip().casefold()
    named = [(text(name), value) for name, value in _SNOOZES.items()]
    return [
        app_commands.Choice(name=name, value=value)
        for name, value in named
        if wanted in name.casefold() or wanted in value
    ]


class Alerts(commands.Cog):
    """Lists a member's alerts and does what is to be done with one; nobody else sees them."""

    presses = "alerts"
    alerts = _commands()

    def __init__(self, host: Host) -> None:
        self._host = host

    @alerts.command(
        name="list",
        description="Your alerts, how each stands, and how far its price is",
        extras={"example": "/alerts list status:active", **PRIVATE},
    )
    @app_commands.describe(
        market=MARKET, status="Which of them, all if left out", page=f"{PAGE} on each", persona=PERSONA
    )
    @app_commands.choices(status=_STATUSES)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def list_(
        self,
        interaction: Asked,
        *,
        market: str | None = None,
        status: Filter = "",
        page: app_commands.Range[int, 1, 999] = 1,
        persona: str | None = None,
    ) -> None:
        """Show a page of the member's alerts."""
        voice = await self._host.speaker(interaction, persona)
        await self._list(interaction, voice, page, status, (market or "").strip())

    @alerts.command(
        name="snooze",
        description="Keep an alert silent for a while",
        extras={"example": "/alerts snooze id:a1b2c3d4 for:8h", **PRIVATE},
    )
    @app_commands.describe(id=_OWN, for_="Such as 15m, 1h, 8h or today", persona=PERSONA)
    @app_commands.rename(for_="for")
    @app_commands.autocomplete(id=alert_choices, for_=_lengths, persona=speaker_choices)
    async def snooze(
        self,
        interaction: Asked,
        id: str,  # noqa: A002 - the name of the option
        for_: str,
        persona: str | None = None,
    ) -> None:
        """Keep one of the member's alerts silent."""
        voice = await self._host.speaker(interaction, persona)
        seconds = await snooze_in(interaction, for_)
        request = ChangeAlert(
            id=str(interaction.id),
            caller=caller_of(interaction),
            alert=id,
            change="snooze",
            seconds=seconds,
        )
        await self._show(interaction, voice, await self._host.ask(request), "snoozed")

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Turn a page, or do with an alert what its button says."""
        voice = await self._host.speaker(interaction)
        match pressed.action, pressed.arguments:
            case "list", (number, status, market) if number.isdecimal() and status in {"", *STATUSES}:
                await self._list(interaction, voice, int(number), cast("Filter", status), market)
            case "save", (alert,):
                view = await self._view(interaction, alert)
                await save_edited(interaction, voice, view, dict(pressed.values))
            case "erase" | "keep" as answer, (owner, alert):
                await self._answered(interaction, voice, owner, alert, is_yes=answer == "erase")
            case action, (alert,):
                await self.do(interaction, action, alert, voice)
            case _:
                await say_ended(self._host, interaction)

    async def do(self, interaction: Asked, action: str, alert: str, voice: Voice) -> None:
        """Do with one alert what a command or a button is called."""
        match action:
            case "pause" | "resume":
                await self._change(interaction, voice, alert, is_pause=action == "pause")
            case "test":
                request = TestAlert(id=str(interaction.id), caller=caller_of(interaction), alert=alert)
                await self._show(interaction, voice, await self._host.ask(request), "tested")
            case "edit":
                await ask_edit(interaction, voice, await self._view(interaction, alert), cog=self.presses)
            case "delete":
                await self._ask_delete(interaction, voice, alert)
            case "why" | "history":
                await self._explain(interaction, voice, alert, is_history=action == "history")
            case "preview":
                look = PreviewAlert(caller=caller_of(interaction), alert=alert)
                await self._host.aside(interaction, await previewed(interaction, voice, look))
            case _:
                await say_ended(self._host, interaction)

    async def _list(self, interaction: Asked, voice: Voice, number: int, status: Filter, market: str) -> None:
        listing = await listing_of(
            self._host, caller_of(interaction), number=number, market=market, status=status
        )
        card = listed_card(listing, voice, now=self._host.clock.now(), key=str(interaction.id))
        await self._host.answer(interaction, card)

    async def _change(self, interaction: Asked, voice: Voice, alert: str, *, is_pause: bool) -> None:
        request = ChangeAlert(
            id=str(interaction.id),
            caller=caller_of(interaction),
            alert=alert,
            change="pause" if is_pause else "resume",
        )
        done: Done = "paused" if is_pause else "resumed"
        await self._show(interaction, voice, await self._host.ask(request), done)

    async def _explain(self, interaction: Asked, voice: Voice, alert: str, *, is_history: bool) -> None:
        limit = HISTORY if is_history else 1
        request = WhyAlert(caller=caller_of(interaction), alert=alert, limit=limit)
        why, now, key = await self._host.ask(request), self._host.clock.now(), str(interaction.id)
        if is_history:
            await self._host.answer(interaction, history_card(why, voice, key=key))
        else:
            await self._host.answer(interaction, why_card(why, voice, now=now, key=key))

    async def _ask_delete(self, interaction: Asked, voice: Voice, alert: str) -> None:
        view, owner = await self._view(interaction, alert), str(interaction.user.id)
        card = question_card(view, voice, owner=owner, now=self._host.clock.now())
        await self._host.answer(interaction, card)

    async def _answered(
        self, interaction: Asked, voice: Voice, owner: str, alert: str, *, is_yes: bool
    ) -> None:
        """Delete an alert or leave it, for the member who was asked."""
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint="/alerts list shows your own.")
        key = str(interaction.id)
        if is_yes:
            gone = await self._host.ask(DeleteAlert(id=key, caller=caller_of(interaction), alert=alert))
            await self._host.answer(interaction, changed_card(gone, "deleted", voice, key=key))
        else:
            view = await self._view(interaction, alert)
            await self._tell(interaction, voice, view, voice.text("Nothing was deleted."))

    async def _show(self, interaction: Asked, voice: Voice, view: AlertView, done: Done) -> None:
        said = changed_words(view, done, voice, key=str(interaction.id))
        await self._tell(interaction, voice, view, said)

    async def _tell(self, interaction: Asked, voice: Voice, view: AlertView, verdict: str) -> None:
        carrier, now = carrier_of(self._host, view.options.persona, voice), self._host.clock.now()
        card = own_card(view, voice, verdict=verdict, carrier=carrier, now=now)
        await self._host.answer(interaction, card)

    async def _view(self, interaction: Asked, alert: str) -> AlertView:
        return await self._host.ask(GetAlert(caller=caller_of(interaction), alert=alert))


class AlertsAnswers:
    """Answers "which alerts do I have?" to their owner alone."""

    topics = (
        Topic(
            intent="alerts",
            description="The caller's own alerts, or those on a market.",
            slots=("market",),
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the first page of the alerts on the market that was named, else of all."""
        listing = await listing_of(self._sources, asked.caller, market=asked.market or "")
        return listed_card(listing, voice, now=self._sources.clock.now(), key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return AlertsAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Alerts(host))
