"""`/depth`: the order book of a market, its spread and what stands near the price."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    VENUE,
    asked_market,
    market_choices,
    market_in,
    placed,
    remember_market,
    venue_choices,
    venue_in,
)
from cogs._ui.book import book_card
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from services.market.messages import Book, GetBook
from services.personas.lines import Line
from services.personas.routing import Question
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
_WORDS: Final = (
    *("depth", "order book", "orderbook", "book of", "liquidity", "bids", "asks", "spread", "slippage"),
    *("profundidade", "livro de ofertas", "liquidez"),
)
_LEVELS: Final = 200
"""Of each side, as many as there are to be had: what stands within 1 % lies deep."""
_PARTS: Final = ("order", "book", "livro", "ofertas")
"""Words of those phrases that are no market."""


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

    def fits(self, question: Question) -> int:
        """Count the words that ask for a book."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "depth of ETH" and its like."""
        if not self.fits(question):
            return None
        question, venue = await placed(self._host, question)
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        if market is None:
            return None
        return self._card(await self._book(market, venue), voice, venue=venue, key=key)

    async def _show(self, interaction: Asked, market: str, venue: str, persona: str = "") -> Book:
        voice = await self._host.speaker(interaction, persona or None)
        book = await self._book(market, venue)
        card = self._card(book, voice, venue=venue, key=str(interaction.id))
        await self._host.answer(interaction, card)
        return book

    async def _book(self, market: str, venue: str) -> Book:
        request = GetBook(market=market_in(market), venue=venue, depth=_LEVELS)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)

    def _card(self, book: Book, voice: Voice, *, venue: str, key: str) -> Card:
        return book_card(book, voice, now=self._host.clock.now(), key=key, venue=venue)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Depth(host))
