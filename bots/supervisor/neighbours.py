"""Several small farms on one bus, as in a cluster: each tells of its own bots, any answers for all."""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from bots.supervisor.supervisor import Supervisor
from config.farm_file import BotEntry
from services.bus.bus import Bus
from services.errors import Unavailable
from services.farm.messages import FARM_STATUS, BotStatus, FarmStatus

_TICK_SECONDS = 0.25
_TICKS = 12
"""What has not changed is put again after so many ticks, well before it expires."""
_TTL_SECONDS = 15.0

log = structlog.get_logger(__name__)


class Neighbours:
    """Puts this farm's status on the bus, and reads there how the bots are that other farms run."""

    def __init__(self, bus: Bus, supervisor: Supervisor, *, is_small: bool) -> None:
        self._bus = bus
        self._supervisor = supervisor
        self._is_small = is_small

    async def keep(self) -> None:
        """Keep the newest status on the bus, until cancelled: as a whole, or bot by bot for a small farm."""
        put: list[BotStatus] = []
        silent = 0
        while True:
            status = self._supervisor.snapshot()
            news = [msgspec.structs.replace(bot, rss_mb=None) for bot in status.bots]
            silent += 1
            if (news != put or silent >= _TICKS) and await self._put(status):
                put, silent = news, 0
            await asyncio.sleep(_TICK_SECONDS)

    async def _put(self, status: FarmStatus) -> bool:
        parts = {bot.name: msgspec.structs.replace(status, bots=[bot]) for bot in status.bots}
        try:
            for part, value in (parts if self._is_small else {"": status}).items():
                await self._bus.put(FARM_STATUS, value, part=part, ttl=_TTL_SECONDS)
        except Unavailable as error:
            log.debug("status_not_put", reason=error.message)
            return False
        return True

    async def status(self) -> FarmStatus:
        """Return how all bots of the farm file are, whoever runs them.

        Raises:
            BusUnavailable: others run some of them, and the bus is away.
        """
        own = self._supervisor.snapshot()
        entries = self._supervisor.blueprint.loaded.file.bots
        known = {bot.name: bot for bot in own.bots}
        bots = [known.get(name) or await self._elsewhere(name, entry) for name, entry in entries.items()]
        return msgspec.structs.replace(own, bots=bots)

    async def _elsewhere(self, name: str, entry: BotEntry) -> BotStatus:
        latest = await self._bus.latest(FARM_STATUS, part=name)
        if latest is not None:
            return latest.value.bots[0]
        if not entry.enabled:
            return BotStatus(
                name=name, kind=entry.kind_of(name), state="disabled", reason="switched off in farm.yaml"
            )
        reason = "nothing is heard of the farm that should run it"
        return BotStatus(name=name, kind=entry.kind_of(name), state="unready", reason=reason)
