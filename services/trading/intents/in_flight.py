"""Which intents are being sent just now: nobody else settles those, and news of them wait a moment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from services.trading.intents.intent import client_id_of


class InFlight:
    """Of this process."""

    def __init__(self) -> None:
        self._landed: dict[str, asyncio.Event] = {}

    def __contains__(self, intent_id: str) -> bool:
        """Return whether an intent is being sent."""
        return client_id_of(intent_id) in self._landed

    def is_flying(self, client_id: str | None) -> bool:
        """Return whether an order is being sent, by its client id."""
        return client_id in self._landed

    @contextmanager
    def flight(self, intent_id: str) -> Iterator[None]:
        """Be on the way for as long as the block takes."""
        client_id = client_id_of(intent_id)
        self._landed[client_id] = landed = asyncio.Event()
        try:
            yield
        finally:
            del self._landed[client_id]
            landed.set()

    async def landing(self, client_id: str | None, *, at_most: float) -> None:
        """Wait until an order is not being sent any more, or for so many seconds."""
        landed = self._landed.get(client_id or "")
        if landed is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await landed.wait()
