"""`/alert`: what a member wants to hear of, and how often it would have been so."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._alert_options import (
    EVENT,
    FRAMES,
    INDICATOR,
    MARKETS,
    PATTERN,
    Asking,
    Chosen,
    Option,
    given_in,
    to_command,
)
from cogs._alerting import ASKING_WORDS, alert_choices, options_in, previewed, settle
from cogs._analysis import TIMEFRAME, USUAL
from cogs._asked_alert import command_for
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, host_of, say_ended
from cogs._markets import MARKET, known_market, market_choices
from cogs._ui.alert_set_cards import cancelled_card, command_card
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from services.alerts.messages import PreviewAlert, ResumeAlert, SetAlert
from services.errors import UserMistake
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.routing import Question
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


_SIDES: Final = {"above": "above", "below": "below"}
_WAYS: Final = {"rises above": "above", "falls below": "below", "touches": "touch"}
_MEETINGS: Final = {"touches": "touch", "turns back from": "reject", "breaks": "break"}
_RATIOS: Final = ("0.236", "0.382", "0.5", "0.618", "0.786", "0.886", "1.272", "1.618", "2.618")

ASKINGS: Final = (
    Asking(
        kind="price",
        told="A price crosses a level or touches it",
        example="/alert price market:BTC/USDT:USDT way:above level:70000",
        options=(
            MARKETS,
            Option(name="way", told="What the price does", choices=_WAYS),
            Option(name="level", told="Such as 70,000"),
            Option(
                name="margin",
                told="How far it must be away before it counts again",
                is_required=False,
            ),
        ),
    ),
    Asking(
        kind="move",
        told="A price moves by some percent in a short time",
        example="/alert move market:BTC/USDT:USDT percent:-5 window:1h",
        options=(
            MARKETS,
            Option(name="percent", told="Such as 5, or -5 for a fall"),
            Option(name="window", told="Within what time, such as 1h"),
        ),
    ),
    Asking(
        kind="trail",
        told="A price falls from its highest, or rises from its lowest, since then",
        example="/alert trail market:BTC/USDT:USDT percent:3 from:peak",
        options=(
            MARKETS,
            Option(name="percent", told="How far from there, such as 3"),
            Option(
                name="from",
                told="What it is measured from",
                choices={"its highest price": "peak", "its lowest price": "trough"},
            ),
        ),
    ),
    Asking(
        kind="indicator",
        told="An indicator is above or below a number or another one",
        example="/alert indicator market:BTC/USDT:USDT indicator:rsi:14 side:below value:30",
        options=(
            MARKETS,
            FRAMES,
            INDICATOR,
            Option(name="side", told="On which side", choices=_SIDES),
            Option(name="value", told="A number, or such as ema:200"),
        ),
    ),
    Asking(
        kind="fib",
        told="A price meets a Fibonacci level, or several at once",
        example="/alert fib market:BTC/USDT:USDT meeting:touch ratio:61.8%",
        options=(
            MARKETS,
            FRAMES,
            Option(name="meeting", told="What the price does", choices=_MEETINGS),
            Option(
                name="ratio",
                told="Else where several timeframes meet",
                is_required=False,
                choices={f"{float(ratio):.1%}": ratio for ratio in _RATIOS},
            ),
        ),
    ),
    Asking(
        kind="level",
        told="A price meets the nearest support or resistance",
        example="/alert level market:BTC/USDT:USDT meeting:break of:resistance",
        options=(
            MARKETS,
            FRAMES,
            Option(name="meeting", told="What the price does", choices=_MEETINGS),
            Option(
                name="of",
                told="Which of the two",
                choices={"support": "support", "resistance": "resistance"},
            ),
        ),
    ),
    Asking(
        kind="line",
        told="A price crosses a line through two points",
        example="/alert line market:BTC/USDT:USDT way:above first_at:2026-07-01 first_price:60000 "
        "second_at:2026-07-20 second_price:64000",
        options=(
            MARKETS,
            Option(name="way", told="What the price does", choices=_WAYS),
            Option(name="first_at", told="UTC, such as 2026-07-01 08:00"),
            Option(name="first_price", told="Price there"),
            Option(name="second_at", told="UTC, such as 2026-07-20 08:00"),
            Option(name="second_price", told="Price there"),
        ),
    ),
    Asking(
        kind="pattern",
        told="A candlestick pattern is complete",
        example="/alert pattern market:BTC/USDT:USDT name:Hammer",
        options=(
            MARKETS,
            FRAMES,
            PATTERN,
            Option(
                name="side",
                told="Else either",
                is_required=False,
                choices={"bullish": "bull", "bearish": "bear", "either": "any"},
            ),
        ),
    ),
    Asking(
        kind="close",
        told="A candle closes",
        example="/alert close market:BTC/USDT:USDT timeframe:1d closing:above level:70000",
        options=(
            MARKETS,
            FRAMES,
            Option(
                name="closing",
                told="How it closes",
                choices={
                    "in any way": "any",
                    "up": "up",
                    "down": "down",
                    "above a level": "above",
                    "below a level": "below",
                },
            ),
            Option(name="level", told="Of above and below", is_required=False),
        ),
    ),
    Asking(
        kind="funding",
        told="A funding rate crosses a rate",
        example="/alert funding market:BTC/USDT:USDT side:above rate:0.05%",
        options=(
            MARKETS,
            Option(name="side", told="On which side", choices=_SIDES),
            Option(name="rate", told="Such as 0.05%"),
        ),
    ),
    Asking(
        kind="spread",
        told="The prices of venues come apart",
        example="/alert spread market:BTC/USDT:USDT percent:0.5",
        options=(MARKETS, Option(name="percent", told="More than so many percent, such as 0.5")),
    ),
    Asking(
        kind="stale",
        told="No price comes any more",
        example="/alert stale market:BTC/USDT:USDT seconds:60",
        options=(
            MARKETS,
            Option(name="seconds", told="For how many seconds", takes=app_commands.Range[int, 10, 86_400]),
        ),
    ),
    Asking(
        kind="cosmic",
        told="Something happens in the sky",
        example="/alert cosmic event:full_moon",
        options=(EVENT,),
    ),
    Asking(
        kind="combo",
        told="Several at once, with and, or and brackets",
        example="/alert combo expression:rsi(14) < 30 and price > 60000 market:BTC/USDT:USDT",
        options=(
            Option(name="expression", told="Such as rsi(14) < 30 and price > 60000"),
            MARKETS,
            FRAMES,
        ),
    ),
)
"""Every kind of alert. What is written in an option is read by the alerts process."""


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

    def fits(self, question: Question) -> int:
        """Count the words that ask for an alert."""
        return question.hits(ASKING_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "alert me when BTC is above 70000" with the command that sets it; chat sets nothing."""
        del key  # no line of a persona is said
        if not self.fits(question):
            return None
        market = await known_market(self._host, question)
        if market is None:
            return None
        suggested = command_for(question, market, voice.locale)
        return command_card(suggested.command, voice, lacks=suggested.lacks)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Go on with an alert as was answered, or leave it."""
        voice = await self._host.speaker(interaction)
        match pressed.action, pressed.arguments:
            case "choose", (draft, value):
                request = ResumeAlert(
                    id=str(interaction.id), caller=caller_of(interaction), draft=draft, value=value
                )
                await settle(interaction, voice, request)
            case "cancel", _:
                await self._host.answer(interaction, cancelled_card(voice))
            case _:
                await say_ended(self._host, interaction)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Alert(host))
