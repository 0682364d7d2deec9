"""Lets the farm know the language of a member's Discord, which only a command tells.

What is brought to members later, where Discord does not tell it, is written in it unless they chose another.
"""

from __future__ import annotations

from typing import Final, Protocol

import structlog

from services.bus.messages import Key, M
from services.clock import Clock
from services.errors import Unavailable
from services.members.messages import MEMBER_LANGUAGE, SpokenLanguage
from services.memory import Remembered

_KEPT_FOR: Final = 31 * 86_400.0
_NOTED_FOR: Final = 86_400.0
_NOT_AGAIN_FOR: Final = 60.0
"""Seconds in which what failed is not tried again, and a wish to be forgotten is not undone by its answer."""
_GONE: Final = 1.0

log = structlog.get_logger(__name__)


class Putting(Protocol):
    """The part of the bus that keeps newest values."""

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Set the newest value of a key."""
        ...


class Languages:
    """Notes languages, each once a day: it colours words only, so it may fail."""

    def __init__(self, bus: Putting, *, clock: Clock) -> None:
        self._bus = bus
        self._noted: Remembered[str, str] = Remembered(clock)

    async def note(self, user_id: str, locale: str) -> None:
        """Keep the language of a member's Discord."""
        if self._noted.get(user_id) in {locale, ""}:
            return
        self._noted.keep(user_id, locale, seconds=_NOTED_FOR)
        try:
            await self._bus.put(MEMBER_LANGUAGE, SpokenLanguage(locale=locale), part=user_id, ttl=_KEPT_FOR)
        except Unavailable as error:
            self._noted.keep(user_id, locale, seconds=_NOT_AGAIN_FOR)
            log.warning("language_not_noted", reason=error.message)

    async def forget(self, user_id: str) -> None:
        """Forget it. Raises `BusUnavailable`."""
        self._noted.keep(user_id, "", seconds=_NOT_AGAIN_FOR)
        await self._bus.put(MEMBER_LANGUAGE, SpokenLanguage(), part=user_id, ttl=_GONE)
