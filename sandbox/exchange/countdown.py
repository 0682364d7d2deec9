"""The dead-man switch of a unified account: unless it is wound up again in time, its orders are canceled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Countdown:
    """Runs out `seconds` after it was wound up last; it does nothing until it is."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._wound = asyncio.Event()

    def wind(self, seconds: float | None) -> None:
        """Begin anew; None stops it."""
        self._seconds = seconds
        self._wound.set()

    async def run(self, cancel: Callable[[], Awaitable[object]]) -> None:
        """Call `cancel` each time it runs out, until cancelled itself."""
        while True:
            try:
                async with asyncio.timeout(self._seconds):
                    await self._wound.wait()
            except TimeoutError:
                self._seconds = None
                await cancel()
            self._wound.clear()
