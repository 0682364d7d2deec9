"""`/levels`: support and resistance, from where the price turned before."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import PERSONA, TIMEFRAME, USUAL, drawn, fitting, timeframe_actions, timeframe_in
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
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import persona_choices
from cogs._ui.levels_cards import levels_card, levels_why
from services.analyst.messages import DrawChart, FindLevels, LevelsFinding
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "support": "62,900.0 to 63,120.0",
    "support_touches": 5,
    "resistance": "65,800.0 to 66,010.0",
    "resistance_touches": 3,
}
LINES: Final = (
    Line(
        name="levels",
        sample=_SAMPLE,
        must=("market", "timeframe", "support", "resistance", "support_touches", "resistance_touches"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "support": None, "support_touches": None},
        must=("market", "resistance"),
    ),
    Line(
        name="levels",
        sample={**_SAMPLE, "resistance": None, "resistance_touches": None},
        must=("market", "support"),
    ),
    Line(
        name="levels",
        sample={
            **_SAMPLE,
            **dict.fromkeys(("support", "support_touches", "resistance", "resistance_touches")),
        },
        must=("market", "timeframe"),
    ),
)
"""support, resistance: the nearest band below and above the price, and how often price turned there (two or
more)."""
_WORDS: Final = (
    "levels",
    "support",
    "resistance",
    "supports",
    "resistances",
    "suporte",
    "resistência",
    "suportes",
    "níveis",
)
_PARTS: Final = ("level", "key", "next", "nearest", "zones")


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("levels", "show", chosen.market, chosen.timeframe or USUAL, chosen.persona or "")


class Levels(commands.Cog):
    """Answers with support and resistance, and a chart of them."""

    presses = "levels"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="levels",
        description="Support and resistance: where the price turned before",
        extras={"example": "/levels market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(market=MARKET, timeframe=TIMEFRAME, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices)
    async def levels(
        self, interaction: Asked, market: str, timeframe: Timeframe = USUAL, persona: str | None = None
    ) -> None:
        """Answer with the support and resistance of `market`."""
        finding = await self._show(interaction, market, timeframe, persona)
        await remember_market(interaction, finding.scene.market)

    @levels.autocomplete("persona")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        market, timeframe, persona = pressed.arguments
        if pressed.action == "why":
            voice = await self._host.speaker(interaction, persona or None)
            await self._host.aside(interaction, levels_why(await self._found(market, timeframe), voice))
        else:
            await self._show(interaction, market, timeframe, persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for support and resistance."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for support and resistance."""
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, "support and resistance")
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS))
        if market is None:
            return None
        timeframe = timeframe_in(question)
        return await self._card(await self._found(market, timeframe), voice, key=key)

    async def _show(
        self, interaction: Asked, market: str, timeframe: str, persona: str | None
    ) -> LevelsFinding:
        voice = await self._host.speaker(interaction, persona or None)
        finding, user = await self._found(market, timeframe), str(interaction.user.id)
        card = await self._card(finding, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        return finding

    async def _card(self, finding: LevelsFinding, voice: Voice, *, key: str, user: str = "") -> Card:
        market, timeframe = finding.scene.market, finding.scene.timeframe
        wanted = DrawChart(market=market, timeframe=timeframe, overlay="levels")
        picture = await drawn(self._host, voice, wanted, user=user)
        now, actions = self._host.clock.now(), _actions(market, timeframe, voice)
        return levels_card(finding, voice, now=now, key=key, actions=actions, picture=picture)

    async def _found(self, market: str, timeframe: str) -> LevelsFinding:
        request = FindLevels(market=market_in(market), timeframe=timeframe)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def _actions(market: str, timeframe: str, voice: Voice) -> list[Action]:
    persona = voice.card.name
    own = fitting(
        [
            (voice.text("Refresh"), "show", (market, timeframe, persona)),
            (voice.text("Why?"), "why", (market, timeframe, persona)),
        ],
        "levels",
    )
    return [*own, *timeframe_actions("levels", timeframe, before=(market,), after=(persona,))]


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Levels(host))
