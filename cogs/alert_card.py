"""What stands on a delivered alert: its lines, and its buttons snooze, repeat, edit and why."""

from __future__ import annotations

from typing import Final, Literal

from discord.ext import commands

from cogs._alert_deeds import alert_here, ask_edit, save_edited
from cogs._alerting import settle
from cogs._host import Asked, Host, Pressed, caller_of, say_ended
from cogs._ui.alert_set_cards import cancelled_card
from cogs._ui.alert_why_cards import why_card
from cogs._ui.alerts_cards import Done, changed_card
from services.alerts.messages import AlertView, ChangeAlert, ResumeAlert, WhyAlert
from services.personas.lines import Line
from services.personas.voice import Voice

_WHAT = "BTC/USDT:USDT above 70,000"
_FIRED = {"what": _WHAT, "price": "70,010.5", "late": None, "note": None, "count": 1, "is_test": False}
LINES: Final = (
    Line(name="alert_fired", sample=_FIRED, must=("what", "price")),
    Line(
        name="alert_fired",
        sample={**_FIRED, "late": "3 min", "note": "sell a third", "count": 4},
        must=("what", "price", "late", "note"),
    ),
    Line(name="alert_fired", sample={**_FIRED, "price": None}, must=("what",)),
    Line(name="alert_fired", sample={**_FIRED, "is_test": True}, must=("what", "price")),
    Line(
        name="alert_developed",
        sample={"what": _WHAT, "price": "70,010.5", "state": "pending", "waits_for": "the close of 4h"},
        must=("what", "waits_for"),
    ),
    *(
        Line(
            name="alert_developed",
            sample={"what": _WHAT, "price": "70,010.5", "state": state, "waits_for": None},
            must=("what",),
        )
        for state in ("confirmed", "failed", "armed")
    ),
    Line(name="alert_notice", sample={"about": "undelivered", "what": _WHAT}, must=("what",)),
    Line(name="alert_notice", sample={"about": "expiring", "what": _WHAT}, must=("what",)),
    Line(name="alert_notice", sample={"about": "moved", "what": _WHAT}, must=("what",)),
    Line(name="alert_digest", sample={"count": 7}, must=("count",)),
    Line(name="brief", sample={"kind": "daily", "session": None, "count": 5}),
    Line(name="brief", sample={"kind": "weekly", "session": None, "count": 5}),
    Line(name="brief", sample={"kind": "session", "session": "London", "count": 5}, must=("session",)),
)
"""late: how long ago it really was. count: how often it was met since it was told first. armed: it fired,
ceased, and waits again. undelivered: it could not be brought where it was wanted. moved: it comes as a direct
message since its channel is gone. brief: the post at the beginning of a day, a week or a trading session."""
_DONE: Final[dict[str, Done]] = {"snooze": "snoozed", "repeat": "repeating", "once": "once"}


class AlertCard(commands.Cog):
    """Takes the buttons of delivered alerts, whichever persona brought them; the card itself stays as it is.

    Who reads it may ask why. The rest is its owner's: the alerts process refuses everybody else.
    """

    presses = "alert_card"

    def __init__(self, host: Host) -> None:
        self._host = host

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Answer to a button of a delivered card, or to what was opened from one."""
        voice = await self._host.speaker(interaction)
        match pressed.action, pressed.arguments:
            case "why", (_, alert):
                await self._explain(interaction, voice, alert)
            case "snooze", (rule, seconds) if seconds.isdecimal():
                await self._snooze(interaction, voice, rule, int(seconds))
            case "repeat", (rule,):
                await self._turn(interaction, voice, rule)
            case "repeat", (rule, "on" | "off" as wanted):
                view = await alert_here(interaction, rule)
                await self._change(interaction, voice, view, "repeat" if wanted == "on" else "once")
            case "edit", (rule,):
                view = await alert_here(interaction, rule)
                await ask_edit(interaction, voice, view, cog=self.presses)
            case "save", (rule,):
                view, written = await alert_here(interaction, rule), dict(pressed.values)
                await save_edited(interaction, voice, view, written, at=self.presses, is_aside=True)
            case _:
                await self._go_on(interaction, voice, pressed)

    async def _go_on(self, interaction: Asked, voice: Voice, pressed: Pressed) -> None:
        """Take the answer to what was asked after an edit, which stands on a card of its own."""
        match pressed.action, pressed.arguments:
            case "choose", (draft, value):
                request = ResumeAlert(
                    id=str(interaction.id), caller=caller_of(interaction), draft=draft, value=value
                )
                await settle(interaction, voice, request, at=self.presses)
            case "cancel", _:
                await self._host.answer(interaction, cancelled_card(voice))
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _explain(self, interaction: Asked, voice: Voice, alert: str) -> None:
        why = await self._host.ask(WhyAlert(caller=caller_of(interaction), alert=alert))
        now, key = self._host.clock.now(), str(interaction.id)
        card = why_card(why, voice, now=now, key=key, is_aside=True)
        await self._host.aside(interaction, card)

    async def _snooze(self, interaction: Asked, voice: Voice, rule: str, seconds: int) -> None:
        view = await alert_here(interaction, rule)
        await self._change(interaction, voice, view, "snooze", seconds=seconds)

    async def _turn(self, interaction: Asked, voice: Voice, rule: str) -> None:
        """Let a repeating alert fire once, and any other repeat: what a button without a state asks for."""
        view = await alert_here(interaction, rule)
        await self._change(interaction, voice, view, "once" if view.options.repeats else "repeat")

    async def _change(
        self,
        interaction: Asked,
        voice: Voice,
        view: AlertView,
        change: Literal["snooze", "repeat", "once"],
        *,
        seconds: int = 0,
    ) -> None:
        key = str(interaction.id)
        request = ChangeAlert(
            id=key, caller=caller_of(interaction), alert=view.id, change=change, seconds=seconds
        )
        changed = await self._host.ask(request)
        await self._host.aside(interaction, changed_card(changed, _DONE[change], voice, key=key))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(AlertCard(host))
