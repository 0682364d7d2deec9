"""Whose turn it is to speak in a place: models never talk over each other, over the whole farm.

Nobody waits long for another's answer: whoever would is told so, and answers beside it in no time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from services.chat.messages import Converse
from services.errors import SlowDown

MOST_WAITING: Final = 4
PATIENCE: Final = 2.0
"""Seconds that a member waits for the answer to another one."""
_COME_BACK: Final = 5.0
"""Seconds after which somebody who found too many waiting may try again."""


def place_of(request: Converse) -> str:
    """Return where only one may speak: a channel, or what one member writes to any bot directly."""
    return f"dm:{request.caller.user_id}" if request.place == "dm" else request.channel_id


@dataclass(slots=True)
class _Place:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    here: int = 0
    """Who speaks, who waits, and who answers beside."""


class TurnLock:
    """Gives turns in each place, in the order in which they are asked for."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        """Let so many wait in one place, and none of them longer than `patience` seconds."""
        self._patience = patience
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[bool]:
        """Hold the turn in a place inside the ``async with``; False where it did not come in time.

        Without a turn others may be speaking there, and what is done must be short.

        Raises:
            SlowDown: too many wait there.
        """
        place = self._places.setdefault(name, _Place())
        if place.here > MOST_WAITING:
            raise SlowDown.after(_COME_BACK)
        place.here += 1
        try:
            has_turn = await self._wait(place)
            try:
                yield has_turn
            finally:
                if has_turn:
                    place.lock.release()
        finally:
            place.here -= 1
            if not place.here:
                del self._places[name]

    async def _wait(self, place: _Place) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                return await place.lock.acquire()
        except TimeoutError:
            return False

    def __len__(self) -> int:
        """Return in how many places somebody speaks or waits."""
        return len(self._places)
