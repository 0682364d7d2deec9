"""`StagedMarket`: an exchange whose prices and books a test can move while it plays.

It stands between a market and whoever matches orders against it, so that a moved price triggers stops and
fills orders as a real one would.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from analytics.candles import Candles
from services.exchange.exchange import (
    Capability,
    Channel,
    Exchange,
    Funding,
    Level,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Side,
    Ticker,
    Trade,
    Update,
)

_DEEPEST = 1_000
_LONGEST_QUEUE = 50_000
_HELD_BACK: tuple[Channel, ...] = ("ticker", "trade", "book")


class StagedMarket:
    """Passes `source` on while `run` runs, but for what it was told to change."""

    def __init__(self, source: Exchange) -> None:
        self._source = source
        self._offsets: dict[str, Decimal] = {}
        self._books: dict[str, OrderBook] = {}
        self._listeners: dict[Channel, list[tuple[frozenset[str], asyncio.Queue[Update]]]] = {
            channel: [] for channel in _HELD_BACK
        }
        self._printed = 0

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._source.venue

    @property
    def nature(self) -> Nature:
        """Return how real the source's prices are."""
        return self._source.nature

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what the source has."""
        return self._source.capabilities

    async def markets(self) -> Sequence[Market]:
        """Return the source's markets."""
        return await self._source.markets()

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return the source's tickers, moved."""
        return [self._moved_ticker(one) for one in await self._source.tickers(markets)]

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Return the source's candles; what is over is not moved."""
        return await self._source.candles(market, timeframe, limit=limit, since=since)

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the source's trades; what is over is not moved."""
        return await self._source.trades(market, limit=limit)

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return the source's book, moved or replaced."""
        book = self._books.get(market) or self._moved_book(await self._source.order_book(market, depth=depth))
        return replace(book, bids=book.bids[:depth], asks=book.asks[:depth])

    async def funding(self, market: str) -> Funding:
        """Return the source's funding rate."""
        return await self._source.funding(market)

    async def open_interest(self, market: str) -> OpenInterest:
        """Return the source's open interest."""
        return await self._source.open_interest(market)

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield how things stand, then what the source tells and what a test does; see `Exchange.watch`."""
        mine = (frozenset(markets), asyncio.Queue[Update](_LONGEST_QUEUE))
        self._listeners[channel].append(mine)
        try:
            for standing in await self._standing(channel, markets):
                yield standing
            while True:
                yield await mine[1].get()
        finally:
            self._listeners[channel].remove(mine)

    async def run(self) -> None:
        """Pass the source's stream on until cancelled."""
        names = [market.name for market in await self._source.markets()]
        async with asyncio.TaskGroup() as tasks:
            for channel in _HELD_BACK:
                if f"watch_{channel}" in self._source.capabilities:
                    tasks.create_task(self._pump(channel, names))

    async def move(self, market: str, price: Decimal) -> None:
        """Move the price and the book of `market` to `price`; what comes later is moved as far.

        Raises:
            UnknownMarket: there is no such market.
        """
        (ticker,) = await self._source.tickers([market])
        self._offsets[market] = price - ticker.price
        self._books.pop(market, None)
        self._tell("ticker", self._moved_ticker(ticker))
        if "order_book" in self._source.capabilities:
            self._tell("book", await self.order_book(market, depth=_DEEPEST))
        await self.print(market, price, Decimal("0.001"), "buy")

    async def print(self, market: str, price: Decimal, amount: Decimal, side: Side) -> None:
        """Let a trade be printed that nobody here made."""
        (ticker,) = await self._source.tickers([market])
        self._printed += 1
        trade = Trade(
            market=market,
            id=f"staged-{self._printed}",
            price=price,
            amount=amount,
            side=side,
            as_of=ticker.as_of,
            nature=ticker.nature,
        )
        self._tell("trade", trade)

    async def lay(
        self, market: str, *, bids: Sequence[Level] | None, asks: Sequence[Level] | None, is_told: bool = True
    ) -> None:
        """Replace sides of a book until the price is moved; without `is_told` nobody hears of it."""
        standing = await self.order_book(market, depth=_DEEPEST)
        book = replace(
            standing,
            bids=standing.bids if bids is None else tuple(sorted(bids, reverse=True)),
            asks=standing.asks if asks is None else tuple(sorted(asks)),
        )
        self._books[market] = book
        if is_told:
            self._tell("book", book)

    def release(self) -> None:
        """Show everything as the source has it again."""
        self._offsets.clear()
        self._books.clear()

    async def _standing(self, channel: Channel, markets: Sequence[str]) -> Sequence[Update]:
        if channel == "ticker":
            return await self.tickers(markets)
        if channel == "book":
            return [await self.order_book(market, depth=_DEEPEST) for market in markets]
        return ()

    async def _pump(self, channel: Channel, names: Sequence[str]) -> None:
        async for update in self._source.watch(channel, names):
            moved = self._moved(update)
            if moved is not None:
                self._tell(channel, moved)

    def _tell(self, channel: Channel, update: Update) -> None:
        for markets, queue in self._listeners[channel]:
            if update.market in markets and not queue.full():
                queue.put_nowait(update)

    def _moved(self, update: Update) -> Update | None:
        match update:
            case Ticker():
                return self._moved_ticker(update)
            case OrderBook():
                return None if update.market in self._books else self._moved_book(update)
            case Trade():
                return replace(update, price=update.price + self._offset(update.market))

    def _moved_ticker(self, ticker: Ticker) -> Ticker:
        by = self._offset(ticker.market)
        if not by:
            return ticker
        return replace(
            ticker,
            price=ticker.price + by,
            bid=None if ticker.bid is None else ticker.bid + by,
            ask=None if ticker.ask is None else ticker.ask + by,
            mark=None if ticker.mark is None else ticker.mark + by,
        )

    def _moved_book(self, book: OrderBook) -> OrderBook:
        by = self._offset(book.market)
        if not by:
            return book
        return replace(
            book,
            bids=tuple(Level(level.price + by, level.amount) for level in book.bids if level.price + by > 0),
            asks=tuple(Level(level.price + by, level.amount) for level in book.asks),
        )

    def _offset(self, market: str) -> Decimal:
        return self._offsets.get(market, Decimal(0))
