"""`/compare`: one market at several venues, and how far apart they are."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    is_venue,
    market_choices,
    market_in,
    named_market,
    remember_market,
    venue_in,
    venues_choices,
    venues_in,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.comparison import comparison_card
from cogs._ui.side_by_side import side_by_side_card
from services.chat.intents import Topic, Understood
from services.market.messages import Compare, Comparison, GetQuote, Quote
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "currency": "USDT", "priced": 3, "total": 4}
_APART = {"median": "64,210.5", "spread": "12.0", "spread_bps": "1.9 bps"}
_ENDS = {
    "best": "SOL/USDT:USDT",
    "best_change": "▲ +8.10%",
    "worst": "ETH/USDT:USDT",
    "worst_change": "▼ \N{MINUS SIGN}3.40%",
}
_TOLD = ("market", "median", "spread", "spread_bps", "total")
LINES: Final = (
    Line(name="compare", sample={**_SAMPLE, **_APART}, must=_TOLD),
    Line(name="compare", sample={**_SAMPLE, **dict.fromkeys(_APART), "priced": 1}, must=_TOLD),
    Line(name="compare", sample={**_SAMPLE, **dict.fromkeys(_APART), "priced": 0}, must=_TOLD),
    Line(name="compare_markets", sample=_ENDS, must=tuple(_ENDS)),
    Line(name="compare_markets", sample=dict.fromkeys(_ENDS)),
)
"""best, worst: of several markets, which did best and worst in 24 hours; None where that is not known."""
_MOST: Final = 6
"""Markets side by side."""


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

    async def _show(self, interaction: Asked, market: str, venues: str, persona: str = "") -> Comparison:
        voice = await self._host.speaker(interaction, persona or None)
        comparison, key = await _compared(self._host, market, venues), str(interaction.id)
        card = comparison_card(comparison, voice, now=self._host.clock.now(), key=key, venues=venues)
        await self._host.answer(interaction, card)
        return comparison


class CompareAnswers:
    """Answers "compare BTC", and "BTC or ETH?"."""

    topics = (
        Topic(
            intent="compare",
            description="Several markets side by side, or one market at all connected venues.",
            slots=("market", "markets", "venue"),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with all venues; where several markets were named, with those side by side.

        A venue that is named is one of them; one that is not connected is asked for by name, to be refused.

        Raises:
            UserMistake: no market was named.
        """
        quotes = await self._quotes(asked) if len(asked.markets) > 1 else []
        if len(quotes) > 1:
            return side_by_side_card(quotes, voice, now=self._sources.clock.now(), key=key)
        named = asked.market or next(iter(asked.markets), None)
        market, venue = named_market(replace(asked, market=named)), venue_in(asked.venue)
        venues = "" if await is_venue(self._sources, venue) else venue
        comparison = await _compared(self._sources, market, venues)
        return comparison_card(comparison, voice, now=self._sources.clock.now(), key=key, venues=venues)

    async def _quotes(self, asked: Understood) -> list[Quote]:
        """Return the quotes of several markets; of one that is called by two names, one."""
        names = [*dict.fromkeys(map(market_in, asked.markets))][:_MOST]
        requests = [GetQuote(market=name, venue=venue_in(asked.venue)) for name in names]
        asking = (self._sources.ask(one, timeout=PATIENCE, remember=SHARED_FOR) for one in requests)
        return [*{quote.market: quote for quote in await asyncio.gather(*asking)}.values()]


async def _compared(sources: Sources, market: str, venues: str) -> Comparison:
    request = Compare(market=market_in(market), venues=venues_in(venues))
    return await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return CompareAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(CompareVenues(host))
