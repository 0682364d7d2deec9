"""`/chart`: a market as a picture, with the indicators that a member names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import (
    TIMEFRAME,
    USUAL,
    chart_in_looks,
    days_in,
    fitting,
    indicator_choices,
    indicators_in,
    timeframe_actions,
)
from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import MARKET, at_home, market_choices, market_in, named_market, remember_market
from cogs._ui.card import Action, Card, press_id
from cogs._ui.chart_cards import chart_card
from cogs._ui.choices import PERSONA, speaker_choices
from services.analyst.messages import MOST_INDICATORS, ChartDrawn, DrawChart
from services.chat.intents import Topic, Understood
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "change": "▲ +1.20%",
}
LINES: Final = (
    Line(name="chart", sample=_SAMPLE, must=("market", "timeframe", "price", "change")),
    Line(name="chart", sample={**_SAMPLE, "change": None}, must=("market", "timeframe", "price")),
)
"""change: over what the picture shows."""
_NEXT: Final = (("RSI", "rsi"), ("EMA 50", "ema:50"), ("Bollinger", "bbands"), ("MACD", "macd"))


def _again(chosen: app_commands.Namespace) -> str:
    indicators = ",".join(indicators_in(chosen.indicators))
    timeframe, since = chosen.timeframe or USUAL, getattr(chosen, "from", None) or ""
    return press_id("chart", "show", chosen.market, timeframe, indicators, since, chosen.persona or "")


class Chart(commands.Cog):
    """Answers with a picture of a market."""

    presses = "chart"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="chart",
        description="A market as a picture, with the indicators you name",
        extras={
            "example": "/chart market:BTC/USDT:USDT timeframe:4h indicators:ema:50,rsi",
            "retry": _again,
        },
    )
    @app_commands.rename(since="from")
    @app_commands.describe(
        market=MARKET,
        timeframe=TIMEFRAME,
        indicators="Such as ema:50, bbands, rsi; up to six",
        since="Where it begins: a date, such as 2025-06-01, or how long ago, such as 7d",
        persona=PERSONA,
    )
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def chart(
        self,
        interaction: Asked,
        market: str,
        *,
        timeframe: Timeframe = USUAL,
        indicators: str | None = None,
        since: str | None = None,
        persona: str | None = None,
    ) -> None:
        """Answer with a chart of `market`."""
        named = ",".join(indicators_in(indicators))
        chart = await self._show(interaction, (market, timeframe, named, since or ""), persona)
        await remember_market(interaction, chart.scene.market)

    @chart.autocomplete("indicators")
    async def _indicators(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return await indicator_choices(self._host, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the chart that a button names, as it is now."""
        *asked, persona = pressed.arguments
        await self._show(interaction, asked, persona)

    async def _show(self, interaction: Asked, asked: Sequence[str], persona: str | None) -> ChartDrawn:
        voice = await self._host.speaker(interaction, persona or None)
        user = str(interaction.user.id)
        card, chart = await _card(self._host, asked, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        return chart


def _wanted(asked: Sequence[str]) -> DrawChart:
    market, timeframe, indicators, since = asked
    named = indicators_in(indicators)
    return DrawChart(market=market_in(market), timeframe=timeframe, indicators=named, since=since)


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, timeframe, indicators, since = asked
    persona = voice.card.name
    own = [(voice.text("Refresh"), "show", (market, timeframe, indicators, since, persona))]
    named = indicators_in(indicators)
    more = next(((title, name) for title, name in _NEXT if name not in named), None)
    if more is not None and len(named) < MOST_INDICATORS:
        longer = ",".join([*named, more[1]])
        own.append(
            (
                voice.text("Add {indicator}", indicator=more[0]),
                "show",
                (market, timeframe, longer, since, persona),
            )
        )
    after = (indicators, since, persona)
    return [*fitting(own, "chart"), *timeframe_actions("chart", timeframe, before=(market,), after=after)]


class ChartAnswers:
    """Answers "chart of BTC 1h" and its like."""

    topics = (
        Topic(
            intent="chart",
            description="A picture of a market's candles, with the last price and the change it shows.",
            slots=("market", "timeframe", "days"),
            needs=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with a chart of the market that was named. Raises `UserMistake` where none was."""
        await at_home(self._sources, asked, "charts")
        days = days_in(asked)
        shown = (named_market(asked), asked.timeframe or USUAL, "", "" if days is None else f"{days}d")
        return (await _card(self._sources, shown, voice, key=key, user=asked.caller.user_id))[0]


async def _card(
    sources: Sources, asked: Sequence[str], voice: Voice, *, key: str, user: str
) -> tuple[Card, ChartDrawn]:
    chart, picture = await chart_in_looks(sources, voice, _wanted(asked), user=user)
    now, actions = sources.clock.now(), _actions(asked, voice)
    return chart_card(chart, voice, now=now, key=key, actions=actions, picture=picture), chart


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return ChartAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Chart(host))
