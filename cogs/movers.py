"""`/movers`: what rose and what fell most in 24 hours."""

from __future__ import annotations

import asyncio
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import PATIENCE, SHARED_FOR, at_home
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.movers import Direction, movers_card
from services.chat.intents import Topic, Understood
from services.market.messages import GetMovers, Quote
from services.personas.lines import Line
from services.personas.routing import Question
from services.personas.voice import Voice

_UP = {"up_market": "SOL/USDT:USDT", "up_change": "▲ +8.10%"}
_DOWN = {"down_market": "ETH/USDT:USDT", "down_change": "▼ \N{MINUS SIGN}3.40%"}
_TOLD = ("up_market", "up_change", "down_market", "down_change")
_NOTHING = {"up_market": None, "down_market": None}
LINES: Final = (
    Line(name="movers", sample={**_UP, **_DOWN, "still": None}, must=_TOLD),
    Line(name="movers", sample={**_UP, "down_market": None, "still": "down"}, must=_TOLD),
    Line(name="movers", sample={**_DOWN, "up_market": None, "still": None}, must=_TOLD),
    Line(name="movers", sample={**_NOTHING, "still": "up"}),
    Line(name="movers", sample={**_NOTHING, "still": "both"}),
    Line(name="movers", sample={**_NOTHING, "still": None}),
)
"""still: which way nothing moved: up, down, both, or None where that was not asked or is not known."""
_BOTH: Final[tuple[Direction, ...]] = ("up", "down")
_RISING: Final = (
    *("gainer", "gainers", "winners", "rose", "risen", "rising", "pumping", "went up"),
    *("altas", "alta", "subiu", "subiram", "subindo", "ganhou", "ganharam", "ganhadoras"),
)
_FALLING: Final = (
    *("loser", "losers", "fell", "fallen", "falling", "dumping", "dropped", "went down"),
    *("quedas", "queda", "caiu", "caíram", "cairam", "caindo", "perdeu", "perderam", "perdedoras"),
)
_LIMIT: Final = 5
_MOST: Final = 15


def _again(chosen: app_commands.Namespace) -> str:
    directions = chosen.direction or " ".join(_BOTH)
    return press_id("movers", "show", directions, str(chosen.limit or _LIMIT), chosen.persona or "")


class MoversOfTheDay(commands.Cog):
    """Answers with what moved most."""

    presses = "movers"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="movers",
        description="What rose and what fell most in 24 hours",
        extras={"example": "/movers direction:up", "retry": _again},
    )
    @app_commands.describe(
        direction="Left out it is both", limit=f"How many of each, {_LIMIT} if left out", persona=PERSONA
    )
    @app_commands.autocomplete(persona=speaker_choices)
    async def movers(
        self,
        interaction: Asked,
        direction: Direction | None = None,
        limit: app_commands.Range[int, 1, _MOST] = _LIMIT,
        persona: str | None = None,
    ) -> None:
        """Answer with the `limit` markets that moved most in `direction`, in the voice of `persona`."""
        directions = _BOTH if direction is None else (direction,)
        await self._show(interaction, directions, limit, persona or "")

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button asks for, as it is now."""
        wanted, limit, persona = pressed.arguments
        directions = tuple(at for at in _BOTH if at in wanted.split())
        await self._show(interaction, directions, int(limit), persona)

    async def _show(
        self, interaction: Asked, directions: tuple[Direction, ...], limit: int, persona: str = ""
    ) -> None:
        voice = await self._host.speaker(interaction, persona or None)
        card = await _card(self._host, directions, limit, voice, key=str(interaction.id))
        await self._host.answer(interaction, card)


class MoversAnswers:
    """Answers "what moved most?" and its like."""

    topics = (
        Topic(
            intent="movers",
            description="The watched markets that rose most and fell most in the last 24 hours.",
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with what moved most, in the one direction of which the question speaks, else in both."""
        await at_home(self._sources, asked, "movers")
        return await _card(self._sources, _directions_of(asked.question), _LIMIT, voice, key=key)


def _directions_of(question: Question) -> tuple[Direction, ...]:
    rising, falling = (question.hits(words) > 0 for words in (_RISING, _FALLING))
    return _BOTH if rising == falling else _BOTH[:1] if rising else _BOTH[1:]


async def _card(
    sources: Sources, directions: tuple[Direction, ...], limit: int, voice: Voice, *, key: str
) -> Card:
    found = await asyncio.gather(*(_quotes(sources, at, limit) for at in directions))
    moved = dict(zip(directions, found, strict=True))
    others = [] if any(found) else await _moved_otherwise(sources, directions, limit)
    return movers_card(moved, voice, now=sources.clock.now(), key=key, limit=limit, others=others)


async def _moved_otherwise(sources: Sources, directions: tuple[Direction, ...], limit: int) -> list[Quote]:
    """Return what moved the way that was not asked for: what says that nothing moved as asked."""
    found = [await _quotes(sources, at, limit) for at in _BOTH if at not in directions]
    return [quote for quotes in found for quote in quotes]


async def _quotes(sources: Sources, direction: Direction, limit: int) -> list[Quote]:
    request = GetMovers(direction=direction, limit=limit)
    return (await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)).quotes


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return MoversAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(MoversOfTheDay(host))
