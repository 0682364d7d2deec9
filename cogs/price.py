"""`/price`: the last price of a market, where it comes from and how old it is."""

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
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.quotes import quote_card
from services.chat.intents import Topic, Understood
from services.market.messages import GetQuote, Quote
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "price": "64,210.5", "currency": "USDT", "change": "▲ +1.20%"}
_TOLD = ("market", "price", "change")
LINES: Final = (
    Line(name="price", sample=_SAMPLE, must=_TOLD),
    Line(name="price", sample={**_SAMPLE, "change": None}, must=_TOLD),
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

    async def _show(self, interaction: Asked, market: str, venue: str, persona: str | None) -> Quote:
        voice = await self._host.speaker(interaction, persona or None)
        quote = await _quote(self._host, market, venue)
        card = quote_card(quote, voice, now=self._host.clock.now(), key=str(interaction.id), venue=venue)
        await self._host.answer(interaction, card)
        return quote


class PriceAnswers:
    """Answers "price of BTC" and "btc?"."""

    topics = (
        Topic(
            intent="price",
            description="The last price of a market, its change, and how old it is.",
            slots=("market", "venue"),
            needs=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the quote of the market that was named. Raises `UserMistake` where none was."""
        venue = venue_in(asked.venue)
        quote = await _quote(self._sources, named_market(asked), venue)
        return quote_card(quote, voice, now=self._sources.clock.now(), key=key, venue=venue)


async def _quote(sources: Sources, market: str, venue: str) -> Quote:
    request = GetQuote(market=market_in(market), venue=venue)
    return await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return PriceAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Price(host))
