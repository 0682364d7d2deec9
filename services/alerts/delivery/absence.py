"""Which personas are away: for how long nobody has been present as them while the bus was well."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final, NoReturn, Protocol

import structlog

from services.bus.messages import Key, Latest, M
from services.clock import Clock
from services.errors import Unavailable
from services.personas.messages import PERSONA_PRESENT

EVERY: Final = 2.0
GIVEN_AWAY_AFTER: Final = 15.0

log = structlog.get_logger(__name__)


class LatestValues(Protocol):
    """The part of the bus that remembers."""

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value; None where there is none. Raises `BusUnavailable`."""
        ...


class Absence:
    """Looks at presences again and again. Seconds in which the bus could not be asked do not count."""

    def __init__(self, bus: LatestValues, personas: Collection[str], *, clock: Clock) -> None:
        """`personas` are those whose deliveries are given away when they are absent."""
        self._bus = bus
        self._clock = clock
        self._seconds = dict.fromkeys(personas, 0.0)
        self._looked_at: float | None = None

    def came(self, persona: str) -> None:
        """Hear from a persona that it is there."""
        if persona in self._seconds:
            self._seconds[persona] = 0.0

    def absent(self) -> frozenset[str]:
        """Return the personas that have been away for too long."""
        return frozenset(one for one, seconds in self._seconds.items() if seconds >= GIVEN_AWAY_AFTER)

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Look once."""
        began = self._clock.monotonic()
        try:
            present = {one: await self._is_present(one) for one in self._seconds}
        except Unavailable as error:
            self._looked_at = None
            log.debug("presences_not_known", reason=error.message)
            return
        since = 0.0 if self._looked_at is None else min(began - self._looked_at, 2 * EVERY)
        self._looked_at = began
        for persona, is_present in present.items():
            self._seconds[persona] = 0.0 if is_present else self._seconds[persona] + since

    async def _is_present(self, persona: str) -> bool:
        found = await self._bus.latest(PERSONA_PRESENT, part=persona)
        return found is not None and found.value.user_id != ""
