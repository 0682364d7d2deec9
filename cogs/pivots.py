"""`/pivots`: pivot points of yesterday or of last week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands

from cogs._analysis import days_in, fitting
from cogs._findings import FindingAnswers, FindingCog, Kind
from cogs._host import Answering, Asked, Host, Sources
from cogs._markets import MARKET, market_choices, named_market
from cogs._ui.card import Action, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.pivots_cards import pivots_card, pivots_why
from services.analyst.messages import DrawChart, FindPivots, PivotsFinding
from services.chat.intents import Topic, Understood
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "price": "64,210.5",
    "pivot": "63,870.2",
    "is_above": True,
    "weekly": False,
}
LINES: Final = (
    Line(name="pivots", sample=_SAMPLE, must=("market", "price", "pivot")),
    Line(
        name="pivots",
        sample={**_SAMPLE, "is_above": False, "weekly": True},
        must=("market", "price", "pivot"),
    ),
)
"""pivot: the standard one. is_above: whether the price is above it. weekly: made of last week instead of
yesterday."""
PERIODS: Final = [
    app_commands.Choice[str](name="Yesterday, for today", value="1d"),
    app_commands.Choice[str](name="Last week, for this one", value="1w"),
]
_WEEK: Final = 7
_WEEKLY: Final = ("week", "weekly", "semana", "semanal")
_OTHER: Final = {"1d": ("Weekly", "1w"), "1w": ("Daily", "1d")}
_CHART_OF: Final = {"1d": "1h", "1w": "4h"}


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("pivots", "show", chosen.market, chosen.period or "1d", chosen.persona or "")


def _request(asked: Sequence[str]) -> FindPivots:
    market, period = asked
    return FindPivots(market=market, period=period)


def _chart(asked: Sequence[str]) -> DrawChart:
    market, period = asked
    return DrawChart(market=market, timeframe=_CHART_OF[period], overlay="pivots", period=period)


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, period = asked
    other, wanted = _OTHER[period]
    return fitting([(voice.text(other), "show", (market, wanted, voice.card.name))], "pivots")


def _wanted(asked: Understood) -> tuple[str, str]:
    is_weekly = (days_in(asked) or 1) >= _WEEK or bool(asked.question.hits(_WEEKLY))
    return named_market(asked), "1w" if is_weekly else "1d"


_KIND: Final[Kind[PivotsFinding]] = Kind(
    cog="pivots",
    what="pivot points",
    topic=Topic(
        intent="pivots",
        description="Pivot points of a market, of yesterday or, for seven days, of last week.",
        slots=("market", "days"),
        needs=("market",),
    ),
    request=_request,
    chart=_chart,
    card=pivots_card,
    why=pivots_why,
    actions=_actions,
    wanted=_wanted,
)


class Pivots(FindingCog[PivotsFinding]):
    """Answers with pivot points by five methods, and a chart of the standard ones."""

    @app_commands.command(
        name="pivots",
        description="Pivot points of yesterday or of last week, by five methods",
        extras={"example": "/pivots market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=MARKET, period="Of which period they are made", persona=PERSONA)
    @app_commands.choices(period=PERIODS)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def pivots(
        self, interaction: Asked, market: str, period: str = "1d", persona: str | None = None
    ) -> None:
        """Answer with the pivot points of `market`."""
        await self.show_finding(interaction, (market, period), persona)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FindingAnswers(sources, _KIND)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Pivots(host, _KIND))
