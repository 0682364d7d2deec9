"""`/levels`: support and resistance, from where the price turned before."""

from __future__ import annotations

from typing import Final

from discord import app_commands

from cogs._analysis import TIMEFRAME, USUAL
from cogs._findings import FindingAnswers, FindingCog, Kind, asked_again, of_timeframe
from cogs._host import Answering, Asked, Host, Sources
from cogs._markets import MARKET, market_choices
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.levels_cards import levels_card, levels_why
from services.analyst.messages import DrawChart, FindLevels, LevelsFinding
from services.chat.intents import Topic
from services.market.messages import Timeframe
from services.personas.lines import Line

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "support": "62,900.0 to 63,120.0",
    "support_touches": 5,
    "resistance": "65,800.0 to 66,010.0",
    "resistance_touches": 3,
}
LINES: Final = (
    Line(
        name="levels",
        sample=_SAMPLE,
        must=("market", "timeframe", "support", "resistance", "support_touches", "resistance_touches"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "support": None, "support_touches": None},
        must=("market", "resistance"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "resistance": None, "resistance_touches": None},
        must=("market", "support"),
    ),
    Line(
        name="levels",
        sample={
            **_SAMPLE,
            **dict.fromkeys(("support", "support_touches", "resistance", "resistance_touches")),
        },
        must=("market", "timeframe"),
    ),
)
"""support, resistance: the nearest band below and above the price, and how often price turned there (two or
more)."""

_KIND: Final[Kind[LevelsFinding]] = of_timeframe(
    "levels",
    "support and resistance",
    topic=Topic(
        intent="levels",
        description="Support and resistance of a market: the bands in which its price turned before.",
        slots=("market", "timeframe"),
        needs=("market",),
    ),
    request=lambda market, timeframe: FindLevels(market=market, timeframe=timeframe),
    chart=lambda market, timeframe: DrawChart(market=market, timeframe=timeframe, overlay="levels"),
    card=levels_card,
    why=levels_why,
)


class Levels(FindingCog[LevelsFinding]):
    """Answers with support and resistance, and a chart of them."""

    @app_commands.command(
        name="levels",
        description="Support and resistance: where the price turned before",
        extras={"example": "/levels market:BTC/USDT:USDT timeframe:4h", "retry": asked_again("levels")},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def levels(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the support and resistance of `market`."""
        await self.show_finding(interaction, (market, timeframe), persona)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FindingAnswers(sources, _KIND)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Levels(host, _KIND))
