"""`/analyze`: a market from every side at once."""

from __future__ import annotations

from typing import Final

from discord import app_commands

from cogs._analysis import TIMEFRAME, USUAL
from cogs._findings import FindingAnswers, FindingCog, Kind, asked_again, of_timeframe
from cogs._host import Answering, Asked, Host, Sources
from cogs._markets import MARKET, market_choices
from cogs._ui.analysis_cards import analysis_card, analysis_why
from cogs._ui.choices import PERSONA, speaker_choices
from services.analyst.messages import Analysis, Analyze, DrawChart
from services.chat.intents import Topic
from services.market.messages import Timeframe
from services.personas.lines import Line

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

_KIND: Final[Kind[Analysis]] = of_timeframe(
    "analyze",
    "analysis",
    topic=Topic(
        intent="analyze",
        description="A market from every side: trend, indicators, levels, and what speaks for and against.",
        slots=("market", "timeframe"),
        needs=("market",),
    ),
    request=lambda market, timeframe: Analyze(market=market, timeframe=timeframe),
    chart=lambda market, timeframe: DrawChart(
        market=market, timeframe=timeframe, overlay="levels", indicators=["ema:50", "rsi"]
    ),
    card=analysis_card,
    why=analysis_why,
)


class AnalyzeMarket(FindingCog[Analysis]):
    """Answers with what speaks for either side of a market."""

    @app_commands.command(
        name="analyze",
        description="A market from every side: trend, indicators, levels, patterns",
        extras={"example": "/analyze market:BTC/USDT:USDT timeframe:4h", "retry": asked_again("analyze")},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def analyze(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the analysis of `market`."""
        await self.show_finding(interaction, (market, timeframe), persona)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FindingAnswers(sources, _KIND)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(AnalyzeMarket(host, _KIND))
