"""What one iteration over a stream has not read yet.

Of tickers and books the newest of each market waits, in the form ccxt gave it: nobody pays for translating
what nobody reads. Trades all wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

from services.errors import ExchangeUnavailable, OmegaError
from services.exchange.exchange import Channel
from services.exchange.venues.addresses import Json

MOST_TRADES = 200_000
"""That may wait; whoever is further behind will not catch up and has to begin again."""


class Inbox:
    """Filled by the streams of one venue, emptied by one reader."""

    def __init__(self, channel: Channel, ids: Mapping[str, str], *, now: float) -> None:
        """`ids` has the venue's own name of each market that is watched; `now` is monotonic time."""
        self.channel = channel
        self.ids = ids
        self.urls: set[str] = set()
        self.heard_at = dict.fromkeys(ids, now)
        self.heard: dict[str, Json] = {}
        self._newest: dict[str, Json] = {}
        self._trades: deque[Json] = deque()
        self._is_awake = asyncio.Event()
        self._failure: OmegaError | None = None

    def put(self, market: str, row: Json, *, url: str, now: float) -> None:
        """Take the newest ticker or book of `market`."""
        self._newest[market] = row
        self._note(market, row, url, now)

    def put_trades(self, market: str, rows: Sequence[Json], *, url: str, now: float) -> None:
        """Take further trades of `market`."""
        self._trades.extend(rows)
        self._note(market, rows[-1], url, now)
        if len(self._trades) > MOST_TRADES:
            self._trades.clear()
            self.fail(ExchangeUnavailable("Trades come faster than they are read.", hint="Begin again."))

    def _note(self, market: str, row: Json, url: str, now: float) -> None:
        self.heard_at[market] = now
        self.heard[market] = row
        self.urls.add(url)
        self._is_awake.set()

    def fail(self, error: OmegaError) -> None:
        """End the iteration with `error`, after what waits has been read; the first error counts."""
        if self._failure is None:
            self._failure = error
        self._is_awake.set()

    async def take(self) -> Sequence[tuple[str, Json]]:
        """Wait for something and return all there is: market and row, trades in their order.

        Raises:
            OmegaError: what `fail` was told, once nothing waits any more.
        """
        await self._is_awake.wait()
        self._is_awake.clear()
        if self._trades:
            rows = [(row["symbol"], row) for row in self._trades]
            self._trades.clear()
        else:
            rows, self._newest = list(self._newest.items()), {}
        if not rows and self._failure is not None:
            raise self._failure
        if self._failure is not None:
            self._is_awake.set()
        return rows

    def silent_since(self, moment: float) -> list[str]:
        """Return the markets not heard of after `moment`, the one heard last first."""
        silent = [market for market, at in self.heard_at.items() if at <= moment]
        return sorted(silent, key=lambda market: -self.heard_at[market])

    def excuse(self, markets: Sequence[str], now: float) -> None:
        """Count the silence of `markets` from `now` on: they are quiet and not dead."""
        for market in markets:
            self.heard_at[market] = now
