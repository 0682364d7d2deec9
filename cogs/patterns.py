"""`/patterns`: candlestick patterns in the newest candles."""

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


def _request(asked: Sequence[str]) -> FindPatterns:
    market, timeframe = asked
    return FindPatterns(market=market, timeframe=timeframe)


def _chart(asked: Sequence[str]) -> DrawChart:
    market, timeframe = asked
    return DrawChart(market=market, timeframe=timeframe, overlay="patterns")


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, timeframe = asked
    return timeframe_actions("patterns", timeframe, before=(market,), after=(voice.card.name,))


def _of_question(market: str, question: Question) -> tuple[str, str]:
    return market, timeframe_in(question)


_KIND: Final[Kind[PatternsFinding]] = Kind(
    cog="patterns",
    what="candlestick patterns",
    words=_WORDS,
    parts=_PARTS,
    request=_request,
    chart=_chart,
    card=patterns_card,
    why=patterns_why,
    actions=_actions,
    of_question=_of_question,
)


class Patterns(commands.Cog):
    """Answers with candlestick patterns, marked in a chart."""

    presses = "patterns"

    def __init__(self, host: Host) -> None:
        self._findings = Findings(host, _KIND)

    @app_commands.command(
        name="patterns",
        description="Candlestick patterns in the newest candles",
        extras={"example": "/patterns market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def patterns(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the candlestick patterns of `market`."""
        await self._findings.show(interaction, (market, timeframe), persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        await self._findings.press(interaction, pressed)

    def fits(self, question: Question) -> int:
        """Count the words that ask for candlestick patterns."""
        return self._findings.fits(question)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for candlestick patterns."""
        return await self._findings.answer_question(question, voice, key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Patterns(host))
