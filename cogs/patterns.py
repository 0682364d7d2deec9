"""`/patterns`: candlestick patterns in the newest candles."""

from __future__ import annotations

from typing import Final

from discord import app_commands

from cogs._analysis import TIMEFRAME, USUAL
from cogs._findings import FindingAnswers, FindingCog, Kind, asked_again, of_timeframe
from cogs._host import Answering, Asked, Host, Sources
from cogs._markets import MARKET, market_choices
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.patterns_cards import patterns_card, patterns_why
from services.analyst.messages import DrawChart, FindPatterns, PatternsFinding
from services.chat.intents import Topic
from services.market.messages import Timeframe
from services.personas.lines import Line

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

_KIND: Final[Kind[PatternsFinding]] = of_timeframe(
    "patterns",
    "candlestick patterns",
    topic=Topic(
        intent="patterns",
        description="Candlestick patterns in the newest candles of a market.",
        slots=("market", "timeframe"),
        needs=("market",),
    ),
    request=lambda market, timeframe: FindPatterns(market=market, timeframe=timeframe),
    chart=lambda market, timeframe: DrawChart(market=market, timeframe=timeframe, overlay="patterns"),
    card=patterns_card,
    why=patterns_why,
)


class Patterns(FindingCog[PatternsFinding]):
    """Answers with candlestick patterns, marked in a chart."""

    @app_commands.command(
        name="patterns",
        description="Candlestick patterns in the newest candles",
        extras={"example": "/patterns market:BTC/USDT:USDT timeframe:4h", "retry": asked_again("patterns")},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def patterns(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the candlestick patterns of `market`."""
        await self.show_finding(interaction, (market, timeframe), persona)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FindingAnswers(sources, _KIND)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Patterns(host, _KIND))
