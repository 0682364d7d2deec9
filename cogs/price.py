"""`/price`: the last price of a market, where it comes from and how old it is."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host, Pressed
from cogs._ui.card import Card, press_id
from cogs._ui.choices import persona_choices, to_choices
from cogs._ui.quotes import quote_card
from services.market.messages import MARKET_NAMES, FindMarkets, GetQuote
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "price": "64,210.5", "currency": "USDT", "change": "▲ +1.20%"}
LINES: Final = (Line(name="price", sample=_SAMPLE), Line(name="price", sample={**_SAMPLE, "change": None}))
_WORDS: Final = (
    *("price", "prices", "quote", "worth", "trading at", "how much", "cost", "ticker", "last"),
    *("preço", "preco", "cotação", "cotacao", "vale"),
)
_SHARED_FOR: Final = 0.25
"""Seconds; many who ask for one market at once cost one question. The card shows the true age."""


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("price", "show", chosen.market, chosen.persona or "")


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
    @app_commands.describe(market="BTC, btcusdt, $BTC or BTC/USDT:USDT", persona="Who should answer")
    async def price(self, interaction: Asked, market: str, persona: str | None = None) -> None:
        """Answer with the quote of `market` in the voice of `persona`."""
        voice = await self._host.speaker(interaction, persona)
        await self._host.answer(interaction, await self._card(market, voice, key=str(interaction.id)))

    @price.autocomplete("market")
    async def _markets(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._host.ask(FindMarkets(typed=typed), remember=5.0)
        return to_choices(found.names)

    @price.autocomplete("persona")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the market that a button names, as it is now."""
        market, persona = pressed.arguments
        voice = await self._host.speaker(interaction, persona or None)
        await self._host.answer(interaction, await self._card(market, voice, key=str(interaction.id)))

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "price of BTC", a market on its own, as in "btc?", and whatever else names one there is."""
        market = await self._known_market(question)
        if market is None and (question.hits(_WORDS) > 0 or question.names_a_market_only):
            market = question.market(besides=_WORDS)
        return None if market is None else await self._card(market, voice, key=key)

    async def _known_market(self, question: Question) -> str | None:
        names = await self._host.latest(MARKET_NAMES)
        return None if names is None else question.known_market(names.value.names)

    async def _card(self, market: str, voice: Voice, *, key: str) -> Card:
        quote = await self._host.ask(GetQuote(market=market), remember=_SHARED_FOR)
        return quote_card(quote, voice, now=self._host.clock.now(), key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Price(host))
