"""A time limit for what is awaited, that never swallows a cancellation as `asyncio.wait_for` may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def within(seconds: float, work: Awaitable[T]) -> T:
    """Await `work` for at most `seconds`.

    Raises:
        TimeoutError: it took longer, and was cancelled.
    """
    async with asyncio.timeout(seconds):
        return await work
