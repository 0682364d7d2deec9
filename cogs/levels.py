"""`/levels`: support and resistance, from where the price turned before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import TIMEFRAME, USUAL, timeframe_actions, timeframe_in
from cogs._findings import Findings, Kind
from cogs._host import Asked, Host, Pressed
from cogs._markets import MARKET, market_choices
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.levels_cards import levels_card, levels_why
from services.analyst.messages import DrawChart, FindLevels, LevelsFinding
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

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
_WORDS: Final = (
    "levels",
    "support",
    "resistance",
    "supports",
    "resistances",
    "suporte",
    "resistência",
    "suportes",
    "níveis",
)
_PARTS: Final = ("level", "key", "next", "nearest", "zones")


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("levels", "show", chosen.market, chosen.timeframe or USUAL, chosen.persona or "")


def _request(asked: Sequence[str]) -> FindLevels:
    market, timeframe = asked
    return FindLevels(market=market, timeframe=timeframe)


def _chart(asked: Sequence[str]) -> DrawChart:
    market, timeframe = asked
    return DrawChart(market=market, timeframe=timeframe, overlay="levels")


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, timeframe = asked
    return timeframe_actions("levels", timeframe, before=(market,), after=(voice.card.name,))


def _of_question(market: str, question: Question) -> tuple[str, str]:
    return market, timeframe_in(question)


_KIND: Final[Kind[LevelsFinding]] = Kind(
    cog="levels",
    what="support and resistance",
    words=_WORDS,
    parts=_PARTS,
    request=_request,
    chart=_chart,
    card=levels_card,
    why=levels_why,
    actions=_actions,
    of_question=_of_question,
)


class Levels(commands.Cog):
    """Answers with support and resistance, and a chart of them."""

    presses = "levels"

    def __init__(self, host: Host) -> None:
        self._findings = Findings(host, _KIND)

    @app_commands.command(
        name="levels",
        description="Support and resistance: where the price turned before",
        extras={"example": "/levels market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def levels(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the support and resistance of `market`."""
        await self._findings.show(interaction, (market, timeframe), persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        await self._findings.press(interaction, pressed)

    def fits(self, question: Question) -> int:
        """Count the words that ask for support and resistance."""
        return self._findings.fits(question)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for support and resistance."""
        return await self._findings.answer_question(question, voice, key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Levels(host))
