"""Tasks beside a block, in one TaskGroup, without wrapping the block's own errors into a group."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self


class Loops:
    """``async with Loops(a.run(), b.run()) as loops:`` runs both beside the block and cancels them after it.

    ``loops.start`` adds one meanwhile. One that raises is a defect: the block is cancelled and the error
    comes out as an exception group. The block's own errors come out as they are.
    """

    def __init__(self, *loops: Coroutine[object, object, None]) -> None:
        self._first = loops
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, loop: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Start `loop`; whoever started it may cancel it sooner."""
        task = self._group.create_task(loop)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        for loop in self._first:
            self.start(loop)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            await self._group.__aexit__(kind, error, trace)
        else:
            await self._group.__aexit__(None, None, None)
