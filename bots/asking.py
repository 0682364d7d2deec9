"""Questions to services whose answers are reused for a moment: what cogs ask, wherever they answer."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

import msgspec

from services.bus.messages import Message, Request
from services.clock import Clock
from services.memory import Remembered, Shared

R = TypeVar("R", bound=Message)


class Askable(Protocol):
    """The part of the bus that questions go through."""

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
    ) -> R:
        """Ask a service."""
        ...


class Asking:
    """Asks services, and keeps in mind what they answered for as long as whoever asks allows."""

    def __init__(self, bus: Askable, *, clock: Clock) -> None:
        self._bus = bus
        self._answers: Remembered[bytes, Message] = Remembered(clock)
        self._asked: Shared[bytes, Message] = Shared()

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service, waiting `timeout` seconds; an answer is reused for `remember` seconds.

        Whoever asks for the same while it is being asked waits for that one answer, or shares its error.
        Raises what the bus raises.
        """
        if remember <= 0.0:
            return await self._bus.ask(request, timeout=timeout)
        key = msgspec.msgpack.encode(request)
        known: Any = self._answers.get(key)
        if known is None:
            known = await self._asked.once(key, lambda: self._bus.ask(request, timeout=timeout))
            self._answers.keep(key, known, seconds=remember)
        answer: R = known
        return answer

    def known(self, request: Request[R]) -> R | None:
        """Return the answer that is still in mind."""
        found: Any = self._answers.get(msgspec.msgpack.encode(request))
        answer: R | None = found
        return answer

    def keep(self, request: Request[R], answer: R, *, seconds: float) -> None:
        """Let `answer` count as what would be answered, for `seconds`."""
        self._answers.keep(msgspec.msgpack.encode(request), answer, seconds=seconds)
