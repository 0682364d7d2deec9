"""Past candles of a venue, page by page, closed ones only.

ccxt gives the candle that is still forming as the last row, and as many as a venue likes to give at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from analytics.candles import Candles, empty, timeframe_ms
from services.exchange.prices import to_milliseconds
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.errors import UNREADABLE

_MOST_PAGES = 100
_FIELDS = 6

Row = Sequence[float]


class PastCandles:
    """Asks one client for the candles of one market and timeframe."""

    def __init__(self, client: VenueClient, market: str, timeframe: str, *, now: datetime) -> None:
        """`now` is the market's time: what has closed by then is closed."""
        self._client = client
        self._market = market
        self._timeframe = timeframe
        self._step = timeframe_ms(timeframe)
        self._closed_before = to_milliseconds(now) - self._step
        self._page = client.quirks.candles_a_page
        self._rows: dict[int, Row] = {}

    async def newest(self, limit: int) -> Candles:
        """Return the newest `limit` closed candles, or all there are. Raises as `VenueClient.call`."""
        await self._ask(None, limit + 1)
        for _ in range(_MOST_PAGES):
            if not self._rows or len(self._rows) >= limit:
                break
            first = min(self._rows)
            want = min(self._page, limit - len(self._rows))
            if not await self._ask(first - want * self._step, want):
                break
        return self._candles().last(limit)

    async def since(self, since: datetime, limit: int) -> Candles:
        """Return the oldest `limit` closed candles that open at or after `since`. Raises as `newest`."""
        start = -(-to_milliseconds(since) // self._step) * self._step
        position = start
        for _ in range(_MOST_PAGES):
            if position > self._closed_before or len(self._rows) >= limit:
                break
            await self._ask(position, self._page)
            newest = max(self._rows, default=0)
            position = max(position + self._page * self._step, newest + self._step)
            if newest >= start and newest + self._step < position - self._step * self._page:
                position = newest + self._step
        candles = self._candles().between(start, self._closed_before + self._step)
        return candles.slice(0, min(limit, len(candles)))

    async def _ask(self, since_ms: int | None, limit: int) -> bool:
        """Add one page and return whether it brought a candle that was not known."""
        count = min(limit, self._page)
        rows = await self._client.call("fetch_ohlcv", self._market, self._timeframe, since_ms, count)
        before = len(self._rows)
        for row in rows:
            if _is_whole(row) and row[0] <= self._closed_before and row[0] % self._step == 0:
                self._rows[int(row[0])] = row
        return len(self._rows) > before

    def _candles(self) -> Candles:
        if not self._rows:
            return empty(self._step)
        rows = np.array([self._rows[time][:_FIELDS] for time in sorted(self._rows)], dtype=np.float64)
        close, volume = rows[:, 4], rows[:, 5]
        market = self._client.exchange.markets[self._market]
        if market.get("inverse") and self._client.quirks.inverse_volume_is_quote:
            volume = volume / close
        return Candles(
            step_ms=self._step,
            time=rows[:, 0].astype(np.int64),
            open=rows[:, 1].copy(),
            high=np.maximum.reduce(rows[:, 1:5], axis=1),
            low=np.minimum.reduce(rows[:, 1:5], axis=1),
            close=close.copy(),
            volume=volume.copy(),
        )


def _is_whole(row: Json) -> bool:
    try:
        numbers = [float(value) for value in row[:_FIELDS]]
    except UNREADABLE:
        return False
    return len(numbers) == _FIELDS and min(numbers[1:5]) > 0 and numbers[5] >= 0
