"""`/analyze`: a market from every side at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import TIMEFRAME, USUAL, timeframe_actions, timeframe_in
from cogs._findings import Findings, Kind
from cogs._host import Asked, Host, Pressed
from cogs._markets import MARKET, market_choices
from cogs._ui.analysis_cards import analysis_card, analysis_why
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
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


def _request(asked: Sequence[str]) -> Analyze:
    market, timeframe = asked
    return Analyze(market=market, timeframe=timeframe)


def _chart(asked: Sequence[str]) -> DrawChart:
    market, timeframe = asked
    return DrawChart(market=market, timeframe=timeframe, overlay="levels", indicators=["ema:50", "rsi"])


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, timeframe = asked
    return timeframe_actions("analyze", timeframe, before=(market,), after=(voice.card.name,))


def _of_question(market: str, question: Question) -> tuple[str, str]:
    return market, timeframe_in(question)


_KIND: Final[Kind[Analysis]] = Kind(
    cog="analyze",
    what="analysis",
    words=_WORDS,
    parts=_PARTS,
    request=_request,
    chart=_chart,
    card=analysis_card,
    why=analysis_why,
    actions=_actions,
    of_question=_of_question,
)


class AnalyzeMarket(commands.Cog):
    """Answers with what speaks for either side of a market."""

    presses = "analyze"

    def __init__(self, host: Host) -> None:
        self._findings = Findings(host, _KIND)

    @app_commands.command(
        name="analyze",
        description="A market from every side: trend, indicators, levels, patterns",
        extras={"example": "/analyze market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def analyze(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the analysis of `market`."""
        await self._findings.show(interaction, (market, timeframe), persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        await self._findings.press(interaction, pressed)

    def fits(self, question: Question) -> int:
        """Count the words that ask for analysis."""
        return self._findings.fits(question)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for analysis."""
        return await self._findings.answer_question(question, voice, key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(AnalyzeMarket(host))
