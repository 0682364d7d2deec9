"""`/price`: the last price of a market, where it comes from and how old it is."""

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
    known_market,
    market_choices,
    market_in,
    placed,
    remember_market,
    venue_choices,
    venue_in,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.quotes import quote_card
from services.market.messages import GetQuote, Quote
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "price": "64,210.5", "currency": "USDT", "change": "▲ +1.20%"}
_TOLD = ("market", "price", "change")
LINES: Final = (
    Line(name="price", sample=_SAMPLE, must=_TOLD),
    Line(name="price", sample={**_SAMPLE, "change": None}, must=_TOLD),
)
_WORDS: Final = (
    *("price", "prices", "quote", "worth", "trading at", "how much", "cost", "ticker", "last"),
    *(
        "preço",
        "preco",
        "preços",
        "cotação",
        "cotacao",
        "vale",
        "valendo",
        "custa",
        "quanto está",
        "quanto tá",
    ),
)


def _again(chosen: app_commands.Namespace) -> str:
    venue = [venue_in(chosen.venue)] if chosen.venue else []
    return press_id("price", "show", chosen.market, chosen.persona or "", *venue)


class Price(commands.Cog):
    """Answers with a quote: as a command, as a button, and to a question in plain words."""

    presses = "price"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="price",
        description="The last price of a market, with its source and its age",
        extras={"example": "/price market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=MARKET, venue=VENUE, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, venue=venue_choices, persona=speaker_choices)
    async def price(
        self, interaction: Asked, market: str, venue: str | None = None, persona: str | None = None
    ) -> None:
        """Answer with the quote of `market` at `venue` in the voice of `persona`."""
        quote = await self._show(interaction, market, venue_in(venue), persona)
        await remember_market(interaction, quote.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the market that a button names, as it is now."""
        market, persona, *venue = pressed.arguments
        await self._show(interaction, market, "".join(venue), persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for a price."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "price of BTC", a market on its own, as in "btc?", and whatever else names one there is."""
        question, venue = await placed(self._host, question)
        market = await known_market(self._host, question)
        if market is None and (self.fits(question) or question.names_a_market_only):
            market = question.market(besides=_WORDS)
        if market is None:
            return None
        return self._card(await self._quote(market, venue), voice, venue=venue, key=key)

    async def _show(self, interaction: Asked, market: str, venue: str, persona: str | None) -> Quote:
        voice = await self._host.speaker(interaction, persona or None)
        quote = await self._quote(market, venue)
        card = self._card(quote, voice, venue=venue, key=str(interaction.id))
        await self._host.answer(interaction, card)
        return quote

    async def _quote(self, market: str, venue: str) -> Quote:
        request = GetQuote(market=market_in(market), venue=venue)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)

    def _card(self, quote: Quote, voice: Voice, *, venue: str, key: str) -> Card:
        return quote_card(quote, voice, now=self._host.clock.now(), key=key, venue=venue)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Price(host))
