"""`/funding`: what longs and shorts pay each other, for one market or for all that are watched."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import (
    MARKET,
    PATIENCE,
    SHARED_FOR,
    at_home,
    market_choices,
    remember_market,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.funding_cards import rate_card, rates_card
from services.chat.intents import Topic, Understood
from services.market.messages import FundingRates, GetFunding
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "rate": "+0.0100%", "payer": "longs", "receiver": "shorts"}
_KNOWN = {"every": "8 h", "yearly": "+10.95%"}
_ENDS = {"highest": "+0.0300%", "highest_market": "SOL/USDT:USDT", "lowest": "\N{MINUS SIGN}0.0120%"}
_TOLD = ("market", "rate", "every", "yearly")
_TOLD_OF_ALL = ("highest", "highest_market", "lowest", "lowest_market")
LINES: Final = (
    Line(name="funding", sample={**_SAMPLE, **_KNOWN}, must=_TOLD),
    Line(name="funding", sample={**_SAMPLE, **dict.fromkeys(_KNOWN)}, must=_TOLD),
    Line(
        name="funding",
        sample={**_SAMPLE, **_KNOWN, "rate": "0.0000%", "payer": None, "receiver": None},
        must=_TOLD,
    ),
    Line(
        name="funding_all",
        sample={**_ENDS, "lowest_market": "ETH/USDT:USDT", "count": 12},
        must=_TOLD_OF_ALL,
    ),
    Line(name="funding_all", sample={"highest": None, "lowest": None, "count": 0}, must=_TOLD_OF_ALL),
)


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("funding", "show", chosen.market or "", chosen.persona or "")


class Funding(commands.Cog):
    """Answers with funding rates."""

    presses = "funding"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="funding",
        description="The funding rate of a perpetual, or the highest and lowest of all",
        extras={"example": "/funding market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=f"{MARKET}; left out it is all that are watched", persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def funding(
        self, interaction: Asked, market: str | None = None, persona: str | None = None
    ) -> None:
        """Answer with the funding rate of `market`, or with those of all, in the voice of `persona`."""
        found = await self._show(interaction, market or "", persona or "")
        if market and found.rates:
            await remember_market(interaction, found.rates[0].market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the rates that a button names, as they are now."""
        market, persona = pressed.arguments
        await self._show(interaction, market, persona)

    async def _show(self, interaction: Asked, market: str, persona: str = "") -> FundingRates:
        voice = await self._host.speaker(interaction, persona or None)
        found, now = await _rates(self._host, market), self._host.clock.now()
        card = _card(found, voice, market=market, now=now, key=str(interaction.id))
        await self._host.answer(interaction, card)
        return found


class FundingAnswers:
    """Answers "funding of BTC", and without a market for all."""

    topics = (
        Topic(
            intent="funding",
            description="The funding rate of a perpetual and who pays it; without a market, of all.",
            slots=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the rate of the market that was named, else with those of all."""
        await at_home(self._sources, asked, "funding rates")
        market = asked.market or ""
        found, now = await _rates(self._sources, market), self._sources.clock.now()
        return _card(found, voice, market=market, now=now, key=key)


async def _rates(sources: Sources, market: str) -> FundingRates:
    return await sources.ask(GetFunding(market=market), timeout=PATIENCE, remember=SHARED_FOR)


def _card(found: FundingRates, voice: Voice, *, market: str, now: datetime, key: str) -> Card:
    if market and found.rates:
        return rate_card(found.rates[0], voice, now=now, key=key)
    return rates_card(found.rates, voice, now=now, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FundingAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Funding(host))
