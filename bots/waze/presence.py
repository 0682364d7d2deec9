"""That a persona is there: told to all, again and again, and the right to post for it that follows.

Whoever is not present for a while has its deliveries given to another. So a bot that comes back first says
that it is there, then asks what was given away, and posts none of that.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import discord
import structlog

from bots.waze.host import FarmBus
from services.alerts.feeds import TakeUp
from services.clock import Clock
from services.errors import Unavailable
from services.personas.messages import PERSONA_PRESENT, PersonaPresent

_EVERY: Final = 5.0
_AGAIN: Final = 1.0
"""Seconds after the bus did not take it."""
_FOR: Final = 15.0
_LAPSES: Final = 10.0
"""Seconds since the presence was renewed, after which it may have faded for others: less than `_FOR`."""
_GONE: Final = 0.05
_FAREWELL: Final = 0.5

log = structlog.get_logger(__name__)


class Presence:
    """Whether this bot is present as `persona`, by its own monotonic clock."""

    def __init__(
        self,
        persona: str,
        ready_client: Callable[[], Awaitable[discord.Client]],
        bus: FarmBus,
        *,
        clock: Clock,
    ) -> None:
        self._persona = persona
        self._ready_client = ready_client
        self._bus = bus
        self._clock = clock
        self._renewed_at = float("-inf")
        self._has_taken_up = False
        self._gone: set[str] = set()
        self._asking = asyncio.Lock()

    async def stay(self) -> None:
        """Tell the others, as long as the bot is connected, that it is there and as whom; for ever."""
        while True:
            client = await self._ready_client()
            try:
                await self._renew(client)
            except Unavailable:
                await asyncio.sleep(_AGAIN)
            else:
                await asyncio.sleep(_EVERY)

    async def leave(self) -> None:
        """Let the presence fade at once; a bus that is away lets it fade by itself."""
        gone = PersonaPresent(persona=self._persona, user_id="")
        with contextlib.suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._bus.put(PERSONA_PRESENT, gone, part=self._persona, ttl=_GONE)

    async def may_post(self, delivery: str) -> bool:
        """Return whether a delivery is still this persona's; asks first where the presence had lapsed.

        Raises:
            Unavailable: the bus or the alerts process does not answer; nothing may be posted until it does.
        """
        if self._is_lapsed():
            async with self._asking:
                if self._is_lapsed():
                    await self._take_up()
        return delivery not in self._gone

    def check(self) -> None:
        """Raise `Unavailable` where the presence has lapsed since `may_post` was asked."""
        if self._is_lapsed():
            raise Unavailable(
                "The persona was not present for a while.", hint="It asks what is still its own."
            )

    async def _take_up(self) -> None:
        await self._renew(await self._ready_client())
        taken = await self._bus.ask(TakeUp(persona=self._persona))
        self._gone.update(taken.gone)
        self._has_taken_up = True
        log.info("deliveries_taken_up", gone=len(taken.gone))

    async def _renew(self, client: discord.Client) -> None:
        """Be present, counted from before it was asked for."""
        at = self._clock.monotonic()
        present = PersonaPresent(persona=self._persona, user_id=str(client.application_id))
        await self._bus.put(PERSONA_PRESENT, present, part=self._persona, ttl=_FOR)
        if at - self._renewed_at > _LAPSES:
            self._has_taken_up = False
        self._renewed_at = at

    def _is_lapsed(self) -> bool:
        return not self._has_taken_up or self._clock.monotonic() - self._renewed_at > _LAPSES
