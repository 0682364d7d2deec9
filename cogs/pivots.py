"""`/pivots`: pivot points of yesterday or of last week."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import PERSONA, drawn, fitting
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
from cogs._ui.pivots_cards import pivots_card, pivots_why
from services.analyst.messages import DrawChart, FindPivots, PivotsFinding
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "price": "64,210.5",
    "pivot": "63,870.2",
    "is_above": True,
    "weekly": False,
}
LINES: Final = (
    Line(name="pivots", sample=_SAMPLE, must=("market", "price", "pivot")),
    Line(
        name="pivots",
        sample={**_SAMPLE, "is_above": False, "weekly": True},
        must=("market", "price", "pivot"),
    ),
)
"""pivot: the standard one. is_above: whether the price is above it. weekly: made of last week instead of
yesterday."""
_WORDS: Final = ("pivot", "pivots", "pivot points", "camarilla", "woodie", "demark", "pivô", "pivôs")
_PARTS: Final = ("point", "points", "daily", "weekly", "day", "week", "dia", "semana")
PERIODS: Final = [
    app_commands.Choice[str](name="Yesterday, for today", value="1d"),
    app_commands.Choice[str](name="Last week, for this one", value="1w"),
]
_WEEKLY: Final = ("week", "weekly", "semana", "semanal")
_OTHER: Final = {"1d": ("Weekly", "1w"), "1w": ("Daily", "1d")}
_CHART_OF: Final = {"1d": "1h", "1w": "4h"}


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("pivots", "show", chosen.market, chosen.period or "1d", chosen.persona or "")


class Pivots(commands.Cog):
    """Answers with pivot points by five methods, and a chart of the standard ones."""

    presses = "pivots"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="pivots",
        description="Pivot points of yesterday or of last week, by five methods",
        extras={"example": "/pivots market:BTC/USDT:USDT", "retry": _again},
    )
    @app_commands.describe(market=MARKET, period="Of which period they are made", persona=PERSONA)
    @app_commands.choices(period=PERIODS)
    @app_commands.autocomplete(market=market_choices)
    async def pivots(
        self, interaction: Asked, market: str, period: str = "1d", persona: str | None = None
    ) -> None:
        """Answer with the pivot points of `market`."""
        finding = await self._show(interaction, market, period, persona)
        await remember_market(interaction, finding.scene.market)

    @pivots.autocomplete("persona")
    async def _personas(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return persona_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the pivot points that a button names as they are now, or how they are made."""
        market, period, persona = pressed.arguments
        if pressed.action == "why":
            voice = await self._host.speaker(interaction, persona or None)
            await self._host.aside(interaction, pivots_why(await self._found(market, period), voice))
        else:
            await self._show(interaction, market, period, persona)

    def fits(self, question: Question) -> int:
        """Count the words that ask for pivot points."""
        return question.hits(_WORDS)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer "pivots of BTC" and "weekly pivots of ETH"."""
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, "pivot points")
        market = await asked_market(self._host, question, (*_WORDS, *_PARTS, *_WEEKLY))
        if market is None:
            return None
        period = "1w" if question.hits(_WEEKLY) else "1d"
        return await self._card(await self._found(market, period), voice, key=key)

    async def _show(self, interaction: Asked, market: str, period: str, persona: str | None) -> PivotsFinding:
        voice = await self._host.speaker(interaction, persona or None)
        finding, user = await self._found(market, period), str(interaction.user.id)
        await self._host.answer(
            interaction, await self._card(finding, voice, key=str(interaction.id), user=user)
        )
        return finding

    async def _card(self, finding: PivotsFinding, voice: Voice, *, key: str, user: str = "") -> Card:
        market, period = finding.scene.market, finding.period
        wanted = DrawChart(market=market, timeframe=_CHART_OF[period], overlay="pivots")
        picture = await drawn(self._host, voice, wanted, user=user)
        now, actions = self._host.clock.now(), _actions(market, period, voice)
        return pivots_card(finding, voice, now=now, key=key, actions=actions, picture=picture)

    async def _found(self, market: str, period: str) -> PivotsFinding:
        request = FindPivots(market=market_in(market), period=period)
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def _actions(market: str, period: str, voice: Voice) -> list[Action]:
    persona = voice.card.name
    other, wanted = _OTHER[period]
    return fitting(
        [
            (voice.text("Refresh"), "show", (market, period, persona)),
            (voice.text(other), "show", (market, wanted, persona)),
            (voice.text("Why?"), "why", (market, period, persona)),
        ],
        "pivots",
    )


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Pivots(host))
