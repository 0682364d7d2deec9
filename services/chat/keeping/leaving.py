"""Members who have the farm forget them: what of theirs is under way meanwhile leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakSet, WeakValueDictionary


@dataclass(slots=True, eq=False, weakref_slot=True)
class Stay:
    """Something of a member that is under way, for as long as whoever does it holds this."""

    user_id: str
    has_left: bool = False


class Leaving:
    """What is under way of every member. It knows of one process alone, which owns the rows."""

    def __init__(self) -> None:
        self._stays: WeakSet[Stay] = WeakSet()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, user_id: str) -> Stay:
        """Return what is asked for before anything of it is kept."""
        stay = Stay(user_id)
        self._stays.add(stay)
        return stay

    @asynccontextmanager
    async def keeping(self, stay: Stay) -> AsyncIterator[bool]:
        """Give whether something may be kept of the member; nobody forgets them inside the ``async with``."""
        async with self._lock(stay.user_id):
            yield not stay.has_left

    @asynccontextmanager
    async def leaving(self, user_id: str) -> AsyncIterator[None]:
        """Let nothing be kept any more of what is under way; what is being kept is waited for."""
        for stay in [*self._stays]:
            stay.has_left = stay.has_left or stay.user_id == user_id
        async with self._lock(user_id):
            yield

    def _lock(self, user_id: str) -> asyncio.Lock:
        return self._locks.setdefault(user_id, asyncio.Lock())
