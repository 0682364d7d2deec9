"""A stand-in for the market process: prices when a test says so, and candles of a quiet time before.

All candles that it is asked for lie below `LOWEST`; what rules wait for begins there. It tells no names of
markets, so that feeds have no rules but those that a test lays.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from pydantic import SecretStr

from analytics.candles import timeframe_ms
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Request
from services.clock import SystemClock
from services.errors import BusUnavailable, ExchangeUnavailable
from services.exchange.prices import to_milliseconds
from services.loops import Loops
from services.market.messages import (
    LAST_QUOTE,
    QUOTES,
    SECONDS,
    CandleSeries,
    ClosedCandle,
    FindMarkets,
    GetCandles,
    GetFunding,
    GetQuote,
    MarketNames,
    Origin,
    Quote,
)

MARKET = "BTC/USDT:USDT"
TICK = Decimal("0.1")
LOWEST = Decimal(50_000)
STEP = Decimal(1)
_TICK_S = 0.1
_BEFORE = 49_600.0
"""About which the price wandered before; by less than 400."""
_SECOND = timedelta(seconds=1)


def candles(request: GetCandles, now: datetime) -> CandleSeries:
    """Return the candles that closed by `now`, or by when they were asked for."""
    step = timeframe_ms(request.timeframe)
    until = to_milliseconds(now if request.until is None else min(now, request.until))
    last = until // step * step - step
    time = [last - step * back for back in reversed(range(request.limit))]
    ends = [_wandered(at // step) for at in (time[0] - step, *time)]
    pairs = list(pairwise(ends))
    return CandleSeries(
        market=MARKET,
        timeframe=request.timeframe,
        time=time,
        open=[before for before, _ in pairs],
        high=[round(max(pair) + 15, 1) for pair in pairs],
        low=[round(min(pair) - 15, 1) for pair in pairs],
        close=[after for _, after in pairs],
        volume=[100.0] * len(time),
        origin=_origin(now),
        tick=TICK,
    )


def _wandered(number: int) -> float:
    return round(_BEFORE + 250 * math.sin(number / 37) + 80 * math.sin(number / 5), 1)


@dataclass(slots=True)
class MarketStandIn:
    """Says on the bus what the price is: a quote at once and a candle each second, as the market does."""

    bus: Bus
    price: Decimal = LOWEST - STEP
    _second: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    _low: Decimal = LOWEST - STEP
    _high: Decimal = LOWEST - STEP
    _open: Decimal = LOWEST - STEP
    _closed: asyncio.Queue[ClosedCandle] = field(default_factory=asyncio.Queue)

    async def answer(self) -> None:
        """Answer what the market process would, until cancelled."""
        asked: list[type[Request[Any]]] = [GetQuote, GetCandles, GetFunding, FindMarkets]
        await self.bus.answer("market", asked, self._answer)

    async def _answer(self, request: Request[Any]) -> Any:
        match request:
            case GetQuote():
                return self.quote()
            case GetCandles():
                return candles(request, datetime.now(UTC))
            case FindMarkets():
                return MarketNames(names=[])
        raise ExchangeUnavailable("There is nothing of that here.", facts={"venue": "stage"})

    def quote(self) -> Quote:
        """Return the price as it is now."""
        return Quote(market=MARKET, price=self.price, tick=TICK, origin=_origin(datetime.now(UTC)))

    async def move(self, price: Decimal) -> None:
        """Let the price be `price` from now on; whoever listens hears it, and the candle keeps it."""
        self.price = price
        self._low, self._high = min(self._low, price), max(self._high, price)
        with contextlib.suppress(BusUnavailable):
            await self.bus.publish(QUOTES, self.quote())
            await self.bus.put(LAST_QUOTE, self.quote(), part=MARKET)

    async def rise(self, count: int, *, seconds: float) -> None:
        """Let the price rise through the levels of `count` rules, evenly."""
        ticks = max(1, round(seconds / _TICK_S))
        for tick in range(1, ticks + 1):
            await self.move(LOWEST + STEP * (count * tick // ticks))
            await asyncio.sleep(_TICK_S)

    async def close_seconds(self) -> None:
        """Close the candle of every second that has passed."""
        while True:
            await asyncio.sleep(0.05)
            now = datetime.now(UTC).replace(microsecond=0)
            if now > self._second:
                self._closed.put_nowait(self._candle())
                self._second, self._open, self._low, self._high = now, self.price, self.price, self.price

    async def append_seconds(self) -> None:
        """Append what is closed, in order, however long the bus is away."""
        while True:
            candle = await self._closed.get()
            await self._append(candle)

    def _candle(self) -> ClosedCandle:
        return ClosedCandle(
            market=MARKET,
            timeframe="1s",
            opens_at=self._second,
            open=self._open,
            high=self._high,
            low=self._low,
            close=self.price,
            volume=Decimal(1),
            origin=_origin(self._second + _SECOND),
        )

    async def _append(self, candle: ClosedCandle) -> None:
        while True:
            try:
                await self.bus.append(SECONDS, candle)
            except BusUnavailable:
                await asyncio.sleep(0.1)
            else:
                return


async def settle(market: MarketStandIn) -> None:
    """Let the engine hear the price before anything is met, and close a few seconds of it."""
    for _ in range(12):
        await market.move(LOWEST - STEP)
        await asyncio.sleep(0.25)


def _origin(at: datetime) -> Origin:
    return Origin(venue="stage", nature="simulated", as_of=at, received_at=datetime.now(UTC))


@asynccontextmanager
async def playing_market(url: SecretStr) -> AsyncIterator[MarketStandIn]:
    """Play the market process on the bus at `url`."""
    async with open_bus(url, name="market", clock=SystemClock()) as bus:
        market = MarketStandIn(bus)
        async with Loops(market.answer(), market.close_seconds(), market.append_seconds()):
            yield market
