"""`/patterns`: candlestick patterns in the newest candles."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import PERSONA, TIMEFRAME, USUAL, drawn, fitting, timeframe_actions, timeframe_in
from cogs._host import Asked, Host, Pressed
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    asked_market,
    at_home,
    market_choices,
    market_in,
    remember_market,
)
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import persona_choices
from cogs._ui.patterns_cards import patterns_card, patterns_why
from services.analyst.messages import DrawChart, FindPatterns, PatternsFinding
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "count": 3,
    "window": 30,
    "newest": "Engulfing",
    "bias": "bull",
}
LINES: Final = (
    *(
        Line(
            name="patterns", sample={**_SAMPLE, "bias": bias}, must=("market", "timeframe", "count", "newest")
        )
        for bias in ("bull", "bear", "even")
    ),
    Line(name="patterns", sample={**_SAMPLE, "count": 1}, must=("market", "timeframe", "newest")),
    Line(
        name="patterns",
        sample={**_SAMPLE, "count": 0, "newest": None, "bias": "even"},
        must=("market", "timeframe", "window"),
    ),
)
"""count: of patterns in the `window` newest candles. newest: in the member's language. bias: the side most
of them are usually read for."""
_WORDS: Final = ("pattern", "patterns", "candlestick", "candlesticks", "padrão", "padrões", "padroes")
_PARTS: Final = ("candle", "candles", "chart")


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("patterns", "show", chosen.market, chosen.timeframe or USUAL, chosen.persona or "")


class Patterns(commands.Cog):
    """Answers with candlestick patterns, marked in a chart."""

    presses = "patterns"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="patterns",
        description="Candlestick patterns in the newest candles",
        extras={"example": "/patterns market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices)
    async def patterns(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the candlestick patterns of `market`."""
        finding = await self._show(interaction, market, timeframe, persona)
        await remember_market(interaction, finding.scene.market)

    @patterns.autocomplete("persona")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        market, timeframe, persona = pressed.arguments
        if pressed.action == "why":
            voice = await self._host.speaker(interaction, persona or None)
            await self._host.aside(interaction, patterns_why(await self._found(market, timeframe), voice))
        else:
            await self._show(interaction, market, timeframe, persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for candlestick patterns."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for candlestick patterns."""
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, "candlestick patterns")
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        if market is None:
            return None
        timeframe = timeframe_in(question)
        return await self._card(await self._found(market, timeframe), voice, key=key)

    async def _show(
        self, interaction: Asked, market: str, timeframe: str, persona: str | None
    ) -> PatternsFinding:
        voice = await self._host.speaker(interaction, persona or None)
        finding, user = await self._found(market, timeframe), str(interaction.user.id)
        card = await self._card(finding, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        return finding

    async def _card(self, finding: PatternsFinding, voice: Voice, *, key: str, user: str = "") -> Card:
        market, timeframe = finding.scene.market, finding.scene.timeframe
        wanted = DrawChart(market=market, timeframe=timeframe, overlay="patterns")
        picture = await drawn(self._host, voice, wanted, user=user)
        now, actions = self._host.clock.now(), _actions(market, timeframe, voice)
        return patterns_card(finding, voice, now=now, key=key, actions=actions, picture=picture)

    async def _found(self, market: str, timeframe: str) -> PatternsFinding:
        request = FindPatterns(market=market_in(market), timeframe=timeframe)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def _actions(market: str, timeframe: str, voice: Voice) -> list[Action]:
    persona = voice.card.name
    own = fitting(
        [
            (voice.text("Refresh"), "show", (market, timeframe, persona)),
            (voice.text("Why?"), "why", (market, timeframe, persona)),
        ],
        "patterns",
    )
    return [*own, *timeframe_actions("patterns", timeframe, before=(market,), after=(persona,))]


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Patterns(host))
