"""`/oi`: how much of a contract is held open."""

from __future__ import annotations

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
    market_in,
    named_market,
    remember_market,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.interest import interest_card
from services.chat.intents import Topic, Understood
from services.market.messages import GetInterest, Interest
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "amount": "84.21K BTC", "cost": "5.41B USDT"}
_TOLD = ("market", "amount", "cost")
LINES: Final = (
    Line(name="oi", sample=_SAMPLE, must=_TOLD),
    Line(name="oi", sample={**_SAMPLE, "cost": None}, must=_TOLD),
)


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("oi", "show", chosen.market, chosen.persona or "")


class OpenInterest(commands.Cog):
    """Answers with the open interest of a contract."""

    presses = "oi"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="oi",
        description="The open interest of a perpetual: how much of it is held",
        extras={"example": "/oi market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=MARKET, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def oi(self, interaction: Asked, market: str, persona: str | None = None) -> None:
        """Answer with the open interest of `market` in the voice of `persona`."""
        interest = await self._show(interaction, market, persona or "")
        await remember_market(interaction, interest.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the open interest that a button names, as it is now."""
        market, persona = pressed.arguments
        await self._show(interaction, market, persona)

    async def _show(self, interaction: Asked, market: str, persona: str = "") -> Interest:
        voice = await self._host.speaker(interaction, persona or None)
        interest = await _interest(self._host, market)
        card = interest_card(interest, voice, now=self._host.clock.now(), key=str(interaction.id))
        await self._host.answer(interaction, card)
        return interest


class InterestAnswers:
    """Answers "open interest of BTC" and its like."""

    topics = (
        Topic(
            intent="oi",
            description="The open interest of a perpetual: how much of the contract is held open.",
            slots=("market",),
            needs=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with what is held of the market that was named. Raises `UserMistake` where none was."""
        await at_home(self._sources, asked, "open interest")
        interest = await _interest(self._sources, named_market(asked))
        return interest_card(interest, voice, now=self._sources.clock.now(), key=key)


async def _interest(sources: Sources, market: str) -> Interest:
    return await sources.ask(GetInterest(market=market_in(market)), timeout=PATIENCE, remember=SHARED_FOR)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return InterestAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(OpenInterest(host))
