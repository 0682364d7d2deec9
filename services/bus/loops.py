"""Loops beside a block, in one TaskGroup, without wrapping the block's own errors into a group."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType


class Loops:
    """``async with Loops(a.run(), b.run()):`` runs both beside the block and cancels them after it.

    A loop that raises is a defect: the block is cancelled and the error comes out as an exception group.
    """

    def __init__(self, *loops: Coroutine[object, object, None]) -> None:
        self._loops = loops
        self._group = asyncio.TaskGroup()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        await self._group.__aenter__()
        self._tasks = [self._group.create_task(loop) for loop in self._loops]

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            await self._group.__aexit__(kind, error, trace)
        else:
            await self._group.__aexit__(None, None, None)
