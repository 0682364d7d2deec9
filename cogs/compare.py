"""`/compare`: one market at several venues, and how far apart they are."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    asked_market,
    is_venue,
    market_choices,
    market_in,
    placed,
    remember_market,
    venues_choices,
    venues_in,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.comparison import comparison_card
from services.market.messages import Compare, Comparison
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "currency": "USDT", "priced": 3, "total": 4}
_APART = {"median": "64,210.5", "spread": "12.0", "spread_bps": "1.9 bps"}
_TOLD = ("market", "median", "spread", "spread_bps", "total")
LINES: Final = (
    Line(name="compare", sample={**_SAMPLE, **_APART}, must=_TOLD),
    Line(name="compare", sample={**_SAMPLE, **dict.fromkeys(_APART), "priced": 1}, must=_TOLD),
    Line(name="compare", sample={**_SAMPLE, **dict.fromkeys(_APART), "priced": 0}, must=_TOLD),
)
_WORDS: Final = (
    *("compare", "comparison", "arbitrage", "cheapest", "across venues", "across exchanges"),
    *(
        "other venues",
        "other exchanges",
        "every venue",
        "every exchange",
        "comparar",
        "compara",
        "mais barato",
    ),
    *("outras corretoras", "todas as corretoras", "cada corretora"),
)
_PARTS: Final = (
    "across",
    "other",
    "every",
    "venue",
    "venues",
    "exchange",
    "exchanges",
    "outras",
    "corretora",
    "corretoras",
)
"""Words of those phrases that are no market."""


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("compare", "show", chosen.market, chosen.venues or "", chosen.persona or "")


class CompareVenues(commands.Cog):
    """Answers with what several venues say of one market."""

    presses = "compare"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="compare",
        description="One market at several venues: prices, median and spread",
        extras={"example": "/compare market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(
        market=MARKET, venues="Such as binance, bybit; left out it is all of them", persona=PERSONA
    )
    @app_commands.autocomplete(market=market_choices, venues=venues_choices, persona=speaker_choices)
    async def compare(
        self, interaction: Asked, market: str, venues: str | None = None, persona: str | None = None
    ) -> None:
        """Answer with the prices of `market` at `venues` in the voice of `persona`."""
        comparison = await self._show(interaction, market, ",".join(venues_in(venues)), persona or "")
        await remember_market(interaction, comparison.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the comparison that a button names, as it is now."""
        market, venues, persona = pressed.arguments
        await self._show(interaction, market, venues, persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for a comparison."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "compare BTC" and its like, with all venues.

        A venue that is named is one of them; one that is not connected is asked for by name, to be refused.
        """
        if not self.fits(question):
            return None
        question, venue = await placed(self._host, question)
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        if market is None:
            return None
        venues = "" if await is_venue(self._host, venue) else venue
        return self._card(await self._compared(market, venues), voice, venues=venues, key=key)

    async def _show(self, interaction: Asked, market: str, venues: str, persona: str = "") -> Comparison:
        voice = await self._host.speaker(interaction, persona or None)
        comparison = await self._compared(market, venues)
        card = self._card(comparison, voice, venues=venues, key=str(interaction.id))
        await self._host.answer(interaction, card)
        return comparison

    async def _compared(self, market: str, venues: str) -> Comparison:
        request = Compare(market=market_in(market), venues=venues_in(venues))
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)

    def _card(self, comparison: Comparison, voice: Voice, *, venues: str, key: str) -> Card:
        return comparison_card(comparison, voice, now=self._host.clock.now(), key=key, venues=venues)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(CompareVenues(host))
