"""`/analyze`: a market from every side at once."""

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
from cogs._ui.analysis_cards import analysis_card, analysis_why
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import persona_choices
from services.analyst.messages import Analysis, Analyze, DrawChart
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "trend": "up",
    "bull": 6,
    "bear": 3,
    "lean": "bull",
    "strongest": "Close 64,210.5 is above EMA 50 at 63,002.1",
}
_DOWN = {"trend": "down", "lean": "bear", "bull": 2, "bear": 5}
_SIDEWAYS = {"trend": "sideways", "lean": "even", "bull": 4, "bear": 4, "strongest": None}
LINES: Final = (
    Line(name="analyze", sample=_SAMPLE, must=("market", "timeframe", "price", "bull", "bear", "strongest")),
    Line(
        name="analyze",
        sample={**_SAMPLE, **_DOWN},
        must=("market", "timeframe", "price", "bull", "bear", "strongest"),
    ),
    Line(
        name="analyze", sample={**_SAMPLE, **_SIDEWAYS}, must=("market", "timeframe", "price", "bull", "bear")
    ),
)
"""bull, bear: weights of the points for either side. lean: the heavier side, or even. strongest: the
weightiest point of that side, a sentence without a full stop, in the member's language."""
_WORDS: Final = (
    "analyze",
    "analyse",
    "analysis",
    "analise",
    "análise",
    "outlook",
    "setup",
    "bullish",
    "bearish",
)
_PARTS: Final = ("chart", "technical", "técnica")


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("analyze", "show", chosen.market, chosen.timeframe or USUAL, chosen.persona or "")


class AnalyzeMarket(commands.Cog):
    """Answers with what speaks for either side of a market."""

    presses = "analyze"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="analyze",
        description="A market from every side: trend, indicators, levels, patterns",
        extras={"example": "/analyze market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices)
    async def analyze(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the analysis of `market`."""
        finding = await self._show(interaction, market, timeframe, persona)
        await remember_market(interaction, finding.scene.market)

    @analyze.autocomplete("persona")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        market, timeframe, persona = pressed.arguments
        if pressed.action == "why":
            voice = await self._host.speaker(interaction, persona or None)
            await self._host.aside(interaction, analysis_why(await self._found(market, timeframe), voice))
        else:
            await self._show(interaction, market, timeframe, persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for analysis."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for analysis."""
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, "analysis")
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        if market is None:
            return None
        timeframe = timeframe_in(question)
        return await self._card(await self._found(market, timeframe), voice, key=key)

    async def _show(self, interaction: Asked, market: str, timeframe: str, persona: str | None) -> Analysis:
        voice = await self._host.speaker(interaction, persona or None)
        finding, user = await self._found(market, timeframe), str(interaction.user.id)
        card = await self._card(finding, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        return finding

    async def _card(self, finding: Analysis, voice: Voice, *, key: str, user: str = "") -> Card:
        market, timeframe = finding.scene.market, finding.scene.timeframe
        wanted = DrawChart(market=market, timeframe=timeframe, overlay="levels", indicators=["ema:50", "rsi"])
        picture = await drawn(self._host, voice, wanted, user=user)
        now, actions = self._host.clock.now(), _actions(market, timeframe, voice)
        return analysis_card(finding, voice, now=now, key=key, actions=actions, picture=picture)

    async def _found(self, market: str, timeframe: str) -> Analysis:
        request = Analyze(market=market_in(market), timeframe=timeframe)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def _actions(market: str, timeframe: str, voice: Voice) -> list[Action]:
    persona = voice.card.name
    own = fitting(
        [
            (voice.text("Refresh"), "show", (market, timeframe, persona)),
            (voice.text("Why?"), "why", (market, timeframe, persona)),
        ],
        "analyze",
    )
    return [*own, *timeframe_actions("analyze", timeframe, before=(market,), after=(persona,))]


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(AnalyzeMarket(host))
