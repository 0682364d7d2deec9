"""`/pivots`: pivot points of yesterday or of last week."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands

from cogs._analysis import fitting
from cogs._findings import FindingCog, Kind
from cogs._host import Asked, Host
from cogs._markets import MARKET, market_choices
from cogs._ui.card import Action, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.pivots_cards import pivots_card, pivots_why
from services.analyst.messages import DrawChart, FindPivots, PivotsFinding
from services.personas.lines import Line
from services.personas.routing import Question
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
_WORDS: Final = ("pivot", "pivots", "pivot points", "camarilla", "woodie", "demark", "pivô", "pivôs")
_PARTS: Final = ("point", "points", "daily", "weekly", "day", "week", "dia", "semana")
PERIODS: Final = [
    app_commands.Choice[str](name="Yesterday, for today", value="1d"),
    app_commands.Choice[str](name="Last week, for this one", value="1w"),
]
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


def _of_question(market: str, question: Question) -> tuple[str, str]:
    return market, "1w" if question.hits(_WEEKLY) else "1d"


_KIND: Final[Kind[PivotsFinding]] = Kind(
    cog="pivots",
    what="pivot points",
    words=_WORDS,
    parts=(*_PARTS, *_WEEKLY),
    request=_request,
    chart=_chart,
    card=pivots_card,
    why=pivots_why,
    actions=_actions,
    of_question=_of_question,
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


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Pivots(host, _KIND))
