"""`/oi`: how much of a contract is held open."""

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
    at_home,
    market_choices,
    market_in,
    remember_market,
)
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.interest import interest_card
from services.market.messages import GetInterest, Interest
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {"market": "BTC/USDT:USDT", "amount": "84.21K BTC", "cost": "5.41B USDT"}
_TOLD = ("market", "amount", "cost")
LINES: Final = (
    Line(name="oi", sample=_SAMPLE, must=_TOLD),
    Line(name="oi", sample={**_SAMPLE, "cost": None}, must=_TOLD),
)
_WORDS: Final = (
    *("open interest", "openinterest", "open contracts", "contratos em aberto"),
    *("oi of", "oi for", "oi on", "oi in"),  # oi alone is hello in Portuguese
)
_PARTS: Final = ("open", "interest", "contracts", "contratos", "aberto", "oi")
"""Words of those phrases that are no market."""


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

    def fits(self, question: Question) -> int:
        """Count the words that ask for open interest."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "open interest of BTC" and its like."""
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, "open interest")
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        return None if market is None else self._card(await self._interest(market), voice, key=key)

    async def _show(self, interaction: Asked, market: str, persona: str = "") -> Interest:
        voice = await self._host.speaker(interaction, persona or None)
        interest = await self._interest(market)
        await self._host.answer(interaction, self._card(interest, voice, key=str(interaction.id)))
        return interest

    async def _interest(self, market: str) -> Interest:
        return await self._host.ask(
            GetInterest(market=market_in(market)), timeout=PATIENCE, remember=SHARED_FOR
        )

    def _card(self, interest: Interest, voice: Voice, *, key: str) -> Card:
        return interest_card(interest, voice, now=self._host.clock.now(), key=key)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(OpenInterest(host))
