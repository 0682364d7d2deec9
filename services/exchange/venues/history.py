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

_MOST_PAGES = 200
_FIELDS = 6
_DAY_MS = timeframe_ms("1d")
_FOR_EVER = 100_000
"""Days."""

Row = Sequence[float]


class Pages:
    """How many candles of a market and timeframe can be asked for at once, and since when."""

    def __init__(self, client: VenueClient, market: str, timeframe: str) -> None:
        row = client.exchange.markets[market]
        options = client.exchange.options.get("fetchOHLCV") or {}
        caps = (options.get(row["type"]) or {}).get("maxLimitPerTimeframe") or {}
        days: int = (options.get("maxRecentDaysPerTimeframe") or {}).get(timeframe, _FOR_EVER)
        self.step = timeframe_ms(timeframe)
        self.most: int = min(client.quirks.candles_a_page, caps.get(timeframe, _FOR_EVER))
        self._old: int = min(self.most, client.quirks.old_candles_a_page or self.most)
        self._recent_from: int = client.exchange.milliseconds() - (days - 2) * _DAY_MS

    def at(self, since_ms: int) -> int:
        """Return how many from `since_ms` on."""
        return self._old if since_ms <= self._recent_from else self.most

    def before(self, end_ms: int) -> int:
        """Return how many up to `end_ms`."""
        return self.at(end_ms - self.most * self.step)

    def end(self, since_ms: int) -> int:
        """Return where the page ends that begins at `since_ms`."""
        return since_ms + self.at(since_ms) * self.step


class PastCandles:
    """Asks one client for the candles of one market and timeframe."""

    def __init__(self, client: VenueClient, market: str, timeframe: str, *, now: datetime) -> None:
        """`now` is the market's time: what has closed by then is closed."""
        self._client = client
        self._market = market
        self._timeframe = timeframe
        self._pages = Pages(client, market, timeframe)
        self._step = self._pages.step
        self._newest_ms = to_milliseconds(now) - self._step
        self._rows: dict[int, Row] = {}

    async def newest(self, limit: int) -> Candles:
        """Return the newest `limit` closed candles, or all there are. Raises as `VenueClient.call`."""
        if limit <= 0:
            return empty(self._step)
        await self._ask(None, min(limit + 1, self._pages.most))
        for _ in range(_MOST_PAGES):
            if not self._rows or len(self._rows) >= limit:
                break
            known, first = len(self._rows), min(self._rows)
            want = min(self._pages.before(first), limit - known)
            await self._ask(first - want * self._step, want)
            if len(self._rows) == known:
                break
        return self._candles().last(limit)

    async def since(self, since: datetime, limit: int) -> Candles:
        """Return the oldest `limit` closed candles that open at or after `since`. Raises as `newest`."""
        if limit <= 0:
            return empty(self._step)
        start = -(-to_milliseconds(since) // self._step) * self._step
        position, end = await self._first_page(start), self._newest_ms + self._step
        for _ in range(_MOST_PAGES):
            if position >= end or sum(start <= time < position for time in self._rows) >= limit:
                break
            found = await self._ask(position, self._pages.at(position))
            position = max(found, default=self._pages.end(position) - self._step) + self._step
        candles = self._candles().between(start, min(position, end))
        return candles.slice(0, min(limit, len(candles)))

    async def _first_page(self, start_ms: int) -> int:
        """Return where the first page begins that has candles: at `start_ms`, or where the market began.

        There may be decades of empty pages before that, so they are halved and not turned one by one.
        """
        low, high = start_ms, self._newest_ms
        if low > high or await self._ask(low, self._pages.at(low)):
            return low
        low = self._pages.end(low)
        while self._pages.end(low) < high:
            middle = low + (high - low) // 2 // self._step * self._step
            if await self._ask(middle, self._pages.at(middle)):
                high = middle
            else:
                low = self._pages.end(middle)
        return low

    async def _ask(self, since_ms: int | None, limit: int) -> list[int]:
        """Add one page and return the open times of what it brought."""
        rows = await self._client.call("fetch_ohlcv", self._market, self._timeframe, since_ms, limit)
        first = since_ms or 0
        page = {int(row[0]): row for row in rows if _is_whole(row) and self._fits(row[0], first)}
        self._rows.update(page)
        return list(page)

    def _fits(self, time: float, first: int) -> bool:
        return first <= time <= self._newest_ms and time % self._step == 0

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
            high=rows[:, 1:5].max(axis=1),
            low=rows[:, 1:5].min(axis=1),
            close=close.copy(),
            volume=volume.copy(),
        )


def _is_whole(row: Json) -> bool:
    try:
        numbers = [float(value) for value in row[:_FIELDS]]
    except UNREADABLE:
        return False
    return len(numbers) == _FIELDS and min(numbers[1:5]) > 0 and numbers[5] >= 0
