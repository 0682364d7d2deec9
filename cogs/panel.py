"""`/panel`: several personas on one market, from the same findings, and a balance at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import TIMEFRAME, USUAL, fitting
from cogs._debate import debated
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
from cogs._ui.card import Action, Card, press_id
from cogs._ui.choices import personas_choices, speaker_choices
from cogs._ui.panel_cards import panel_card, speeches_of
from services.analyst.messages import Analysis, Analyze
from services.chat.intents import Topic, Understood
from services.cosmic.messages import GetMoon
from services.errors import UserMistake
from services.market.messages import Timeframe
from services.personas.card import PersonaCard
from services.personas.lines import Line
from services.personas.messages import PANEL_TURNS, PERSONA_PRESENT, PanelTurn, Speech
from services.personas.roster import Roster
from services.personas.voice import Voice

_SEEN = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "currency": "USDT",
    "trend": "up",
    "bull": 6,
    "bear": 3,
    "lean": "bull",
    "bull_point": "Close 64,210.5 is above EMA 50 at 63,002.1",
    "bear_point": "RSI 14 at 71.20 is overbought",
    "support": "62,900.0 to 63,120.0",
    "resistance": "65,800.0 to 66,010.0",
    "fib": "61.8% at 61,313.6",
    "sky": "Full Moon",
}
_NOTHING = dict.fromkeys(("bull_point", "bear_point", "support", "resistance", "fib", "sky"))
_DOWN = {"trend": "down", "lean": "bear", "bull": 2, "bear": 5}
_SIDEWAYS = {"trend": "sideways", "lean": "even", "bull": 4, "bear": 4}
_OPEN = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "speakers": "Xyko, Biel, Z",
    "question": "Is this the top?",
}
LINES: Final = (
    Line(name="panel_open", sample=_OPEN, must=("market", "speakers")),
    Line(name="panel_open", sample={**_OPEN, "question": None}, must=("market", "speakers")),
    Line(name="panel_turn", sample=_SEEN, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_DOWN}, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_SIDEWAYS}, must=("market",)),
    Line(name="panel_turn", sample={**_SEEN, **_SIDEWAYS, **_NOTHING}, must=("market",)),
    Line(name="panel_sum", sample=_SEEN, must=("market", "bull", "bear")),
    Line(name="panel_sum", sample={**_SEEN, **_DOWN}, must=("market", "bull", "bear")),
    Line(name="panel_sum", sample={**_SEEN, **_SIDEWAYS, **_NOTHING}, must=("market", "bull", "bear")),
)
"""panel_turn: what one persona makes of the findings, by its own strengths: it uses the facts that it cares
for, each of which may be None but for market, timeframe, price, trend, bull, bear and lean. sky: the
phase of the moon."""
_USUAL_SPEAKERS: Final = ("xyko", "f", "biel", "z")
_FEWEST: Final = 2
_MOST: Final = 5
_QUESTION: Final = 200


def _again(chosen: app_commands.Namespace) -> str:
    market, timeframe, personas = chosen.market, chosen.timeframe or USUAL, chosen.personas or ""
    return press_id("panel", "show", market, timeframe, personas, chosen.persona or "")


class Panel(commands.Cog):
    """Lets personas speak in turn about one market, each as its own bot where it is there, and sums up."""

    presses = "panel"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="panel",
        description="Several personas on one market, in turn, and a balance at the end",
        extras={"example": "/panel market:BTC/USDT:USDT question:Is this the top?", "retry": _again},
    )
    @app_commands.describe(
        market=MARKET,
        question="What they should talk about",
        timeframe=TIMEFRAME,
        personas="Two to five of them, such as Xyko, Z; left out it is the usual four",
        persona="Who sums up",
    )
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def panel(
        self,
        interaction: Asked,
        market: str,
        *,
        question: app_commands.Range[str, 1, _QUESTION] | None = None,
        timeframe: Timeframe = USUAL,
        personas: str | None = None,
        persona: str | None = None,
    ) -> None:
        """Open the panel on `market`."""
        asked = (market, timeframe, personas or "")
        analysis = await self._show(interaction, asked, persona, question=question)
        await remember_market(interaction, analysis.scene.market)

    @panel.autocomplete("personas")
    async def _several(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return personas_choices(self._host.roster, typed)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Hold the panel that a button names once more."""
        *asked, persona = pressed.arguments
        await self._show(interaction, asked, persona, question=None)

    async def _show(
        self, interaction: Asked, asked: Sequence[str], persona: str | None, *, question: str | None
    ) -> Analysis:
        market, timeframe, personas = asked
        voice = await self._host.speaker(interaction, persona or None)
        speakers, key = _speakers(self._host.roster, personas), str(interaction.id)
        analysis, sky, lines = await _heard(self._host, market, timeframe, speakers, voice, key=key)
        argued = await debated(
            self._host, interaction, analysis, voice, sky=sky, said=lines, question=question or ""
        )
        speeches = argued or lines
        is_apart = await self._are_there(interaction, speeches)
        shown = () if is_apart else speeches
        card = _card(
            self._host,
            analysis,
            voice,
            speeches,
            shown,
            key=key,
            question=question,
            is_debate=bool(argued),
        )
        await self._host.answer(interaction, card)
        if is_apart:
            await self._host.append(PANEL_TURNS, self._turn(interaction, analysis, speeches, voice))
        return analysis

    def _turn(
        self, interaction: Asked, analysis: Analysis, speeches: Sequence[Speech], voice: Voice
    ) -> PanelTurn:
        return PanelTurn(
            id=str(interaction.id),
            keeper=self._host.persona.name,
            locale=voice.locale,
            channel_id=str(interaction.channel_id),
            title=analysis.scene.market,
            speeches=list(speeches),
        )

    async def _are_there(self, interaction: Asked, speeches: Sequence[Speech]) -> bool:
        """Return whether this is a channel of a server, and every speaker connected as a bot of its own."""
        if interaction.guild_id is None or interaction.channel_id is None or self._host.is_alone:
            return False
        found = [await self._host.latest(PERSONA_PRESENT, part=one.persona) for one in speeches]
        return all(present is not None and present.value.user_id for present in found)


async def _heard(
    sources: Sources, market: str, timeframe: str, speakers: Sequence[PersonaCard], voice: Voice, *, key: str
) -> tuple[Analysis, str, list[Speech]]:
    """Return the findings, the phase of the moon, and what the personas' own lines say of both."""
    request = Analyze(market=market_in(market), timeframe=timeframe)
    analysis, moon = await asyncio.gather(
        sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR),
        sources.ask(GetMoon(), timeout=PATIENCE, remember=60.0),
    )
    voices = [sources.roster.voice(card.name, voice.locale) for card in speakers]
    return analysis, moon.phase, speeches_of(analysis, moon.phase, voices, voice, key=key)


def _speakers(roster: Roster, personas: str) -> list[PersonaCard]:
    named = [name for name in personas.replace(",", " ").split() if name]
    cards = [roster.card(name) for name in named]
    if not cards:
        there = roster.cards
        cards = [there[name] for name in _USUAL_SPEAKERS if name in there]
    chosen = list({card.name: card for card in cards}.values())
    if not _FEWEST <= len(chosen) <= _MOST:
        raise UserMistake(
            f"A panel has two to five personas, this would be {len(chosen)}.",
            hint="Name them with commas, such as Xyko, Z.",
        )
    return chosen


def _card(
    sources: Sources,
    analysis: Analysis,
    voice: Voice,
    speeches: Sequence[Speech],
    shown: Sequence[Speech],
    *,
    key: str,
    question: str | None = None,
    is_debate: bool = False,
) -> Card:
    roster, scene = sources.roster, analysis.scene
    speakers = [roster.cards[one.persona] for one in speeches[:-1]]
    actions = _actions(scene.market, scene.timeframe, [card.name for card in speakers], voice)
    return panel_card(
        analysis,
        voice,
        speakers,
        shown,
        roster,
        question=question,
        now=sources.clock.now(),
        key=key,
        actions=actions,
        is_debate=is_debate,
    )


def _actions(market: str, timeframe: str, speakers: Sequence[str], voice: Voice) -> list[Action]:
    again = (market, timeframe, " ".join(speakers), voice.card.name)
    return fitting([(voice.text("Once more"), "show", again)], "panel")


class PanelAnswers:
    """Answers "both sides of BTC" with a panel on one card."""

    topics = (
        Topic(
            intent="panel",
            description="What several personas say for and against a market, from the same findings.",
            slots=("market", "timeframe"),
            needs=("market",),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with what the usual speakers say. Raises `UserMistake` where no market was named."""
        sources = self._sources
        await at_home(sources, asked, "panels")
        market, timeframe = named_market(asked), asked.timeframe or USUAL
        speakers = _speakers(sources.roster, "")
        analysis, _, speeches = await _heard(sources, market, timeframe, speakers, voice, key=key)
        return _card(sources, analysis, voice, speeches, speeches, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return PanelAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Panel(host))
