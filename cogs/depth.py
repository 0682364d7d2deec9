"""`/depth`: the order book of a market, its spread and what stands near the price."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    VENUE,
    market_choices,
    market_in,
    named_market,
    remember_market,
    venue_choices,
    venue_in,
)
from cogs._ui.book import book_card
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from services.chat.intents import Topic, Understood
from services.market.messages import Book, GetBook
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "currency": "USDT", "bid": "64,210.4", "ask": "64,210.6"}
_ONE_SIDED = {**_SAMPLE, "spread": None, "spread_bps": None}
_TOLD = ("market", "bid", "ask", "spread", "spread_bps")
LINES: Final = (
    Line(name="depth", sample={**_SAMPLE, "spread": "0.2", "spread_bps": "0.03 bps"}, must=_TOLD),
    Line(name="depth", sample={**_ONE_SIDED, "bid": None}, must=_TOLD),
    Line(name="depth", sample={**_ONE_SIDED, "ask": None}, must=_TOLD),
    Line(name="depth", sample={**_ONE_SIDED, "bid": None, "ask": None}, must=_TOLD),
)
_LEVELS: Final = 200
"""Of each side, as many as there are to be had: what stands within 1 % lies deep."""


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("depth", "show", chosen.market, venue_in(chosen.venue), chosen.persona or "")


class Depth(commands.Cog):
    """Answers with an order book."""

    presses = "depth"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="depth",
        description="The order book: spread, best levels, and what stands near the price",
        extras={"example": "/depth market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=MARKET, venue=VENUE, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, venue=venue_choices, persona=speaker_choices)
    async def depth(
        self, interaction: Asked, market: str, venue: str | None = None, persona: str | None = None
    ) -> None:
        """Answer with the order book of `market` at `venue` in the voice of `persona`."""
        book = await self._show(interaction, market, venue_in(venue), persona or "")
        await remember_market(interaction, book.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the book that a button names, as it is now."""
        market, venue, persona = pressed.arguments
        await self._show(interaction, market, venue, persona)

    async def _show(self, interaction: Asked, market: str, venue: str, persona: str = "") -> Book:
        voice = await self._host.speaker(interaction, persona or None)
        book = await _book(self._host, market, venue)
        card = book_card(book, voice, now=self._host.clock.now(), key=str(interaction.id), venue=venue)
        await self._host.answer(interaction, card)
        return book


class DepthAnswers:
    """Answers "depth of ETH" and its like."""

    topics = (
        Topic(
            intent="depth",
            description="The order book of a market: best prices, spread, and what stands near the price.",
            slots=("market", "venue"),
            needs=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the book of the market that was named. Raises `UserMistake` where none was."""
        venue = venue_in(asked.venue)
        book = await _book(self._sources, named_market(asked), venue)
        return book_card(book, voice, now=self._sources.clock.now(), key=key, venue=venue)


async def _book(sources: Sources, market: str, venue: str) -> Book:
    request = GetBook(market=market_in(market), venue=venue, depth=_LEVELS)
    return await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return DepthAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Depth(host))
