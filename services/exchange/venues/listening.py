"""What one listener to an account has not read yet.

Nothing of it may be left out, so whoever stops reading is told to begin again rather than fed from a queue
that grows for ever.
"""

from __future__ import annotations

import asyncio
from collections import deque

from services.errors import ExchangeUnavailable, OmegaError
from services.exchange.orders import Change

MOST_CHANGES = 10_000
"""That may wait; an account that changes 100 times a second fills it in 100 s."""


class Listening:
    """Filled by the streams of one account, emptied by one listener."""

    def __init__(self, venue: str, *, most: int = MOST_CHANGES) -> None:
        self._venue = venue
        self._most = most
        self._waiting: deque[Change] = deque()
        self._failure: OmegaError | None = None
        self._is_awake = asyncio.Event()

    def put(self, change: Change | OmegaError) -> None:
        """Take a change, or the error that ends the iteration after what waits; the first error counts."""
        if self._failure is not None:
            return
        if isinstance(change, OmegaError):
            self._failure = change
        elif len(self._waiting) < self._most:
            self._waiting.append(change)
        else:
            self._waiting.clear()
            self._failure = ExchangeUnavailable(
                f"What happens in the account at {self._venue} comes faster than it is read.",
                hint="Begin again: read orders, positions and balances anew.",
                facts={"venue": self._venue},
            )
        self._is_awake.set()

    async def take(self) -> Change:
        """Wait for the next change.

        Raises:
            OmegaError: what ended the iteration, once nothing waits any more.
        """
        while not self._waiting:
            if self._failure is not None:
                raise self._failure
            self._is_awake.clear()
            await self._is_awake.wait()
        return self._waiting.popleft()
