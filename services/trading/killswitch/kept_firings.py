"""Firings that were kept in a log, carried out although nobody waits for the answer any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import structlog

from services.bus.messages import Entry, Log, M
from services.clock import Clock
from services.errors import NotAllowed, Unavailable, UserMistake
from services.trading.killswitch.messages import FIRINGS, Fire
from services.trading.killswitch.service import KillSwitchService

_GROUP: Final = "desk"
_TRIED_SECONDS: Final = 300.0
"""So long it is asked whether one may fire at everything; later it would surprise those who trade again."""

log = structlog.get_logger(__name__)


class LogBus(Protocol):
    """The part of a bus that gives what is kept in a log."""

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> Any:
        """Hand every entry to `handle`, until cancelled."""
        ...


class KeptFirings:
    """Takes up firings; one that was answered already is known by its id and changes nothing.

    Args:
        bus: where they are kept.
        service: fires.
        clock: how long one is tried.
    """

    def __init__(self, bus: LogBus, service: KillSwitchService, *, clock: Clock) -> None:
        self._bus = bus
        self._service = service
        self._clock = clock
        self._tried: dict[str, float] = {}

    async def run(self) -> None:
        """Take them up until cancelled."""
        await self._bus.consume(FIRINGS, _GROUP, self.take)

    async def take(self, entry: Entry[Fire]) -> None:
        """Carry one out; one that may not be fired is over with that, and who fired hears of one given up.

        Raises:
            Unavailable: it must be tried again.
        """
        try:
            await self._service.process(entry.message)
        except (NotAllowed, UserMistake) as error:
            log.warning("kept_firing_refused", firing=entry.message.id, reason=error.message)
        except Unavailable as error:
            now = self._clock.monotonic()
            if now < self._tried.setdefault(entry.id, now) + _TRIED_SECONDS:
                raise
            log.exception("kept_firing_given_up", firing=entry.message.id, reason=error.message)
            await self._service.give_up(entry.message)
        self._tried.pop(entry.id, None)
