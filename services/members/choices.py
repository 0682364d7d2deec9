"""What members chose, for those who only colour their words by it. Changing it belongs to the service."""

from __future__ import annotations

from typing import Final, Protocol, TypeVar

import structlog

from services.bus.messages import Message, Request
from services.clock import Clock
from services.errors import OmegaError
from services.members.messages import GetMember, MemberSettings

R = TypeVar("R", bound=Message)

REMEMBERED: Final = 10.0
"""Seconds for which what a member chose is not asked again."""
_TIMEOUT: Final = 0.5
_NOT_ASKED_AGAIN: Final = 3.0
"""Seconds after settings could not be had."""

log = structlog.get_logger(__name__)


class Asked(Protocol):
    """What asks services, and keeps their answers in mind."""

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service; an answer is reused for `remember` seconds."""
        ...


class Choices:
    """What members chose. What cannot be had counts as never chosen, and for a moment nobody waits again."""

    def __init__(self, asked: Asked, *, clock: Clock) -> None:
        self._asked = asked
        self._clock = clock
        self._away_until = float("-inf")

    @property
    def are_away(self) -> bool:
        """Return whether they could not be had a moment ago."""
        return self._away_until > self._clock.monotonic()

    async def of(self, user_id: str) -> MemberSettings:
        """Return what a member chose."""
        if self.are_away:
            return MemberSettings(user_id=user_id)
        try:
            request = GetMember(user_id=user_id)
            return await self._asked.ask(request, timeout=_TIMEOUT, remember=REMEMBERED)
        except OmegaError as error:
            log.warning("settings_missed", reason=error.message)
            self._away_until = self._clock.monotonic() + _NOT_ASKED_AGAIN
            return MemberSettings(user_id=user_id)
