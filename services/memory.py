"""What a process keeps in mind for a while: answers it may reuse, and events it has already handled."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from services.clock import Clock

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values that are good for some seconds, the oldest forgotten first."""

    def __init__(self, clock: Clock, *, size: int = 512) -> None:
        self._clock = clock
        self._size = size
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return the value while it is good."""
        found = self._kept.get(key)
        return found[1] if found is not None and self._clock.monotonic() < found[0] else None

    def keep(self, key: K, value: V, *, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        self._kept[key] = (self._clock.monotonic() + seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def forget(self, is_meant: Callable[[V], bool]) -> None:
        """Forget the values that are meant."""
        for key in [key for key, (_, value) in self._kept.items() if is_meant(value)]:
            del self._kept[key]


class Shared(Generic[K, V]):
    """Questions that are under way: who asks the same meanwhile shares the answer, or the error."""

    def __init__(self) -> None:
        self._waiting: dict[K, asyncio.Future[V]] = {}

    async def once(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        """Return what `ask` returns, or what it returns to the one who asked first.

        When the one who asked first leaves without an answer, one of those who wait asks again.
        """
        while (under_way := self._waiting.get(key)) is not None:
            await asyncio.wait([under_way])
            if not under_way.cancelled():
                return under_way.result()
        mine = self._waiting[key] = asyncio.ensure_future(ask())
        try:
            return await mine
        finally:
            del self._waiting[key]


class Answers(Generic[K, V]):
    """Answers to requests that may be delivered again: each is made once, and given again for some seconds.

    What was undone since is then not done again.
    """

    def __init__(self, clock: Clock, *, seconds: float) -> None:
        self._seconds = seconds
        self._kept: Remembered[K, V] = Remembered(clock)
        self._under_way: Shared[K, V] = Shared()

    async def once(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        """Return the answer that was given, or what `ask` returns; an error is not kept."""
        known = self._kept.get(key)
        return known if known is not None else await self._under_way.once(key, lambda: self._first(key, ask))

    async def _first(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        answer = await ask()
        self._kept.keep(key, answer, seconds=self._seconds)
        return answer


class Seen:
    """The last ids that were handled: Discord may deliver an event twice."""

    def __init__(self, *, size: int = 2_048) -> None:
        self._ids: OrderedDict[int, None] = OrderedDict()
        self._size = size

    def first_sight(self, id_: int) -> bool:
        """Remember `id_`, and return whether it had not been seen before."""
        if id_ in self._ids:
            return False
        self._ids[id_] = None
        if len(self._ids) > self._size:
            self._ids.popitem(last=False)
        return True
