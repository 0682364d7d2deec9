"""A persona's turns in panels: it says its speech as itself, then the next one's turn comes.

Bots answer each other nowhere else, and here only by the turns that one command laid down. The bot that was
asked keeps the panel: what a speaker cannot say, because it is away or may not write there, the keeper says.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

import aiohttp
import discord
import structlog
from msgspec.structs import replace

from bots.waze.answer import sturdily
from cogs._ui.card import Card, Fact
from cogs._ui.embed import to_embed
from services.bus.messages import Entry, Log, M
from services.clock import Clock
from services.locales import locale_of
from services.locales.texts import texts_of
from services.personas.card import PersonaCard
from services.personas.messages import PANEL_TURNS, PanelTurn, Speech
from services.personas.roster import Roster

_FRESH: Final = timedelta(seconds=10)
"""A turn that waited longer is left to the keeper."""
_PATIENCE: Final = 15.0
"""Seconds after which the keeper speaks for whoever does not; longer than a turn stays fresh."""
_GLANCE: Final = 1.0
_NONCE: Final = 25

log = structlog.get_logger(__name__)


class Outlet(Protocol):
    """The part of the bus that hands a turn on."""

    async def append(self, log: Log[M], message: M) -> str:
        """Append to a log."""
        ...


class PanelSeat:
    """Where one persona sits in every panel."""

    def __init__(
        self,
        persona: PersonaCard,
        roster: Roster,
        ready_client: Callable[[], Awaitable[discord.Client]],
        outlet: Outlet,
        *,
        clock: Clock,
    ) -> None:
        self._persona = persona
        self._roster = roster
        self._ready_client = ready_client
        self._outlet = outlet
        self._clock = clock
        self._kept: dict[str, tuple[PanelTurn, float]] = {}

    async def take(self, entry: Entry[PanelTurn]) -> None:
        """Take the turn if it is this persona's, and hand on.

        Raises:
            BusUnavailable: the turn could not be handed on, and is taken again.
        """
        turn = entry.message
        if turn.keeper == self._persona.name:
            await self._keep(turn)
        if turn.is_over or turn.speeches[turn.at].persona != self._persona.name:
            return
        if self._clock.now() - entry.appended_at > _FRESH:
            log.warning("panel_turn_late", panel=turn.id, at=turn.at)
            return
        speech = turn.speeches[turn.at]
        card = Card(title=turn.title, verdict=speech.text, accent=self._persona.accent)
        is_said = await self._say(turn, card, part=str(turn.at))
        unsaid = turn.unsaid if is_said else [*turn.unsaid, speech]
        await self._outlet.append(PANEL_TURNS, replace(turn, at=turn.at + 1, unsaid=unsaid))

    async def watch(self) -> None:
        """Speak for those whose turn it has been for too long, in panels that this bot keeps; for ever."""
        while True:
            await asyncio.sleep(_GLANCE)
            await self.speak_for_the_absent()

    async def speak_for_the_absent(self) -> None:
        """End the panels in which a turn was not taken in time."""
        now = self._clock.monotonic()
        overdue = [turn for turn, since in self._kept.values() if now - since > _PATIENCE]
        for turn in overdue:
            del self._kept[turn.id]
            await self._speak_for(turn, [*turn.unsaid, *turn.speeches[turn.at :]])

    async def _keep(self, turn: PanelTurn) -> None:
        if not turn.is_over:
            self._kept[turn.id] = (turn, self._clock.monotonic())
        elif self._kept.pop(turn.id, None) is not None and turn.unsaid:
            await self._speak_for(turn, turn.unsaid)

    async def _speak_for(self, turn: PanelTurn, speeches: Sequence[Speech]) -> None:
        text = texts_of(locale_of(turn.locale))
        cards = self._roster.cards
        card = Card(
            title=turn.title,
            verdict=text("Not everybody could say it here; this is what they see."),
            facts=tuple(Fact(cards[one.persona].display_name, one.text, is_wide=True) for one in speeches),
            accent=self._persona.accent,
        )
        await self._say(turn, card, part="rest")

    async def _say(self, turn: PanelTurn, card: Card, *, part: str) -> bool:
        """Say it once: the nonce follows from the turn, so that a repeat is the same message."""
        client = await self._ready_client()
        channel = client.get_partial_messageable(int(turn.channel_id))
        embed = to_embed(card)
        nonce = hashlib.sha256(f"{turn.id}:{part}".encode()).hexdigest()[:_NONCE]
        try:
            await sturdily(lambda: channel.send(embed=embed, nonce=nonce))
        except (aiohttp.ClientError, OSError, discord.HTTPException, discord.RateLimited) as error:
            log.warning("panel_turn_unsaid", panel=turn.id, part=part, why=str(error))
            return False
        return True
