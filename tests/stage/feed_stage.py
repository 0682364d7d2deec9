"""A feed between a fake exchange and a fake bus, and how to wait for what it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from market_fakes import (
    BTC,
    ETH,
    FakeBus,
    FakeExchange,
    FakeHistory,
    SwiftClock,
    ticker,
    trade,
)

from services.market.board import Board
from services.market.feed import Feed
from services.market.messages import ClosedCandle
from services.market.watched import Watched


class Stage:
    """A feed between a fake exchange and a fake bus, on time that passes a hundred times faster."""

    def __init__(self) -> None:
        self.exchange = FakeExchange()
        self.bus = FakeBus()
        self.history = FakeHistory()
        self.clock = SwiftClock()
        self.watched = Watched(most=2, clock=self.clock)
        self.board = Board(venue=lambda: "binance", clock=self.clock, first=self.watched)
        self.health: list[tuple[bool, str]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._feed = feed = Feed(
            exchange=self.exchange,
            outlet=self.bus,
            board=self.board,
            watched=self.watched,
            on_health=lambda is_up, reason: self.health.append((is_up, reason)),
            writer=self.history,
            history=self.history,
            sleep=self.clock.sleep,
        )
        async with asyncio.TaskGroup() as group:
            task = group.create_task(feed.run())
            yield
            task.cancel()

    @asynccontextmanager
    async def streaming(self) -> AsyncIterator[None]:
        """Run with every watched market streamed, each with a price."""
        self.exchange.known |= {BTC: ticker(), ETH: ticker(ETH, "2515.35")}
        self.exchange.happens(trade(-1), trade(-1, market=ETH))
        async with self.running():
            await until(lambda: self.exchange.watched("trade") == {BTC, ETH})
            await until(lambda: len(self.bus.newest) >= 2)
            await until(lambda: self._feed.maker._making.keys() == {BTC, ETH})
            yield

    @property
    def market_time_ms(self) -> int | None:
        return self._feed.market_time.now

    def kept(self, timeframe: str, market: str = BTC) -> list[ClosedCandle]:
        """What the history has of one series."""
        found = self.history.kept.values()
        return [one for one in found if (one.timeframe, one.market) == (timeframe, market)]

    def newest_price(self, market: str = BTC) -> str:
        quote = self.board.latest(market)
        return "" if quote is None else str(quote.price)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is seen from outside only
            await asyncio.sleep(0.001)


async def play(stage: Stage, *seconds: float, market: str = BTC) -> None:
    """Have a trade at each of these seconds."""
    for second in seconds:
        stage.exchange.says(trade(second, market=market))
    await asyncio.sleep(0.005)
