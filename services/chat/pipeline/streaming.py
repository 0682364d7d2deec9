"""Lets whoever works on an answer show how far it is, without waiting for those who look on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")
Show: TypeAlias = Callable[[Callable[[], T | None]], None]
"""Is given what makes the newest part, which is made only if it is to be seen; None is nothing to see."""

PACE: Final = 0.05
"""Seconds between two parts; what comes meanwhile is shown with the next."""
_GLANCE: Final = 0.01
"""The same until there is a first part."""


class _Newest(Generic[T]):
    """The newest part that nobody has seen yet."""

    def __init__(self) -> None:
        self._make: Callable[[], T | None] | None = None
        self._has_news = asyncio.Event()

    def show(self, make: Callable[[], T | None]) -> None:
        self._make = make
        self._has_news.set()

    def wake(self, _ended: object) -> None:
        self._has_news.set()

    async def take(self) -> T | None:
        await self._has_news.wait()
        self._has_news.clear()
        make, self._make = self._make, None
        return None if make is None else make()


async def streamed(
    work: Callable[[Show[T]], Coroutine[Any, Any, T]], *, pace: float = PACE, first: T | None = None
) -> AsyncGenerator[T]:
    """Yield what `work` shows, each part in place of the one before, and last what it returns.

    Args:
        work: is given what shows a part, which never waits. It is cancelled when the parts are closed.
        pace: seconds between two parts. A part like the one before is left out.
        first: comes at once, before anything is shown; None is nothing.
    """
    newest: _Newest[T] = _Newest()
    working = asyncio.ensure_future(work(newest.show))
    working.add_done_callback(newest.wake)
    last: T | None = None
    try:
        if first is not None:
            yield first
        while not working.done():
            part = await newest.take()
            if part is not None and part != last and not working.done():
                last = part
                yield part
            await asyncio.wait([working], timeout=min(pace, _GLANCE) if last is None else pace)
        yield working.result()
    finally:
        working.cancel()
        await asyncio.wait([working])
        if not working.cancelled():
            working.exception()
