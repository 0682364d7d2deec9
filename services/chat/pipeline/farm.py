"""What a conversation asks of the rest of the farm."""

from __future__ import annotations

from typing import Protocol, TypeVar

from services.bus.messages import Key, Latest, Message, Request

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)


class Farm(Protocol):
    """Services that are asked, and values that they put."""

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service; an answer is reused for `remember` seconds. Raises what `Bus.ask` raises."""
        ...

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key; None where there never was one."""
        ...
