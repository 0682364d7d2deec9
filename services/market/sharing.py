"""Work that several ask for at the same time is done once: by the first of them, while the others wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.errors import OmegaError


@dataclass(slots=True, eq=False)
class _Turn:
    """One piece of work on its way; `is_left` until it has come to an end of its own, not cancelled."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)
    is_left: bool = True
    error: OmegaError | None = None


class Shared:
    """Tells work apart by its name."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    async def do(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Have `work` done, once for all who wait for the same name; its error is raised to each of them."""
        while (turn := self._turns.get(name)) is not None:
            await turn.ended.wait()
            if not turn.is_left:
                if turn.error is not None:
                    raise turn.error
                return
        await self._do(name, work)

    async def _do(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        turn = self._turns[name] = _Turn()
        try:
            await work()
            turn.is_left = False
        except OmegaError as error:
            turn.error, turn.is_left = error, False
            raise
        finally:
            del self._turns[name]
            turn.ended.set()
