"""A persona's turn in a panel: it says its speech as itself, then the next one's turn comes.

Bots answer each other nowhere else, and here only by the turns that one command laid down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Protocol

import aiohttp
import discord
import structlog
from msgspec.structs import replace

from bots.waze.answer import sturdily
from cogs._ui.card import Card
from cogs._ui.embed import to_embed
from services.bus.messages import Entry, Log, M
from services.clock import Clock
from services.personas.card import PersonaCard
from services.personas.messages import PANEL_TURNS, PanelTurn, Speech

_FRESH: Final = timedelta(seconds=60)
"""A turn that waited longer is not taken: nobody looks at that panel any more."""
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
        ready_client: Callable[[], Awaitable[discord.Client]],
        outlet: Outlet,
        *,
        clock: Clock,
    ) -> None:
        self._persona = persona
        self._ready_client = ready_client
        self._outlet = outlet
        self._clock = clock

    async def take(self, entry: Entry[PanelTurn]) -> None:
        """Take the turn if it is this persona's, and hand on; one that Discord refuses is left out, logged.

        Raises:
            BusUnavailable: the turn could not be handed on, and is taken again.
        """
        turn = entry.message
        speech = turn.speeches[turn.at]
        if speech.persona != self._persona.name:
            return
        if self._clock.now() - entry.appended_at > _FRESH:
            log.warning("panel_turn_late", panel=turn.id, at=turn.at)
            return
        await self._say(turn, speech)
        if turn.at + 1 < len(turn.speeches):
            await self._outlet.append(PANEL_TURNS, replace(turn, at=turn.at + 1))

    async def _say(self, turn: PanelTurn, speech: Speech) -> None:
        """Say it once: the nonce follows from the turn, so that a repeat is the same message."""
        client = await self._ready_client()
        channel = client.get_partial_messageable(int(turn.channel_id))
        embed = to_embed(Card(title=turn.title, verdict=speech.text, accent=self._persona.accent))
        nonce = hashlib.sha256(f"{turn.id}:{turn.at}".encode()).hexdigest()[:_NONCE]
        try:
            await sturdily(lambda: channel.send(embed=embed, nonce=nonce))
        except (aiohttp.ClientError, OSError, discord.HTTPException) as error:
            log.warning("panel_turn_unsaid", panel=turn.id, at=turn.at, why=str(error))
