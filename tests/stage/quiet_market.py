"""A market in which nothing happens but what a test does: an `Exchange` with prices that stand still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from analytics.candles import Candles, timeframe_ms
from services.errors import NotOffered, UnknownMarket, UserMistake
from services.exchange.exchange import (
    TIMEFRAMES,
    Capability,
    Channel,
    Day,
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
from services.exchange.prices import to_milliseconds

BEGAN = datetime(2025, 6, 24, 12, 11, 30, tzinfo=UTC)
"""Market time, which does not go on by itself."""
_EVERYTHING: frozenset[Capability] = frozenset(
    (
        "candles",
        "trades",
        "order_book",
        "funding",
        "open_interest",
        "watch_ticker",
        "watch_trade",
        "watch_book",
    )
)
_LEVELS = 40


def perpetual(name: str, tick: str = "0.1", step: str = "0.0001", **more: object) -> Market:
    """Return a perpetual as most venues list it."""
    terms = {"min_amount": Decimal(step), "min_cost": Decimal(5), "funding_hours": 8} | more
    fees = {"maker_fee": Decimal("0.0002"), "taker_fee": Decimal("0.0006"), "max_leverage": Decimal(125)}
    return Market(name=name, tick=Decimal(tick), step=Decimal(step), **(fees | terms))  # type: ignore[arg-type]


def spot(name: str, tick: str = "0.01", step: str = "0.000001", **more: object) -> Market:
    """Return a spot market as most venues list it."""
    terms = {"min_amount": Decimal(step), "min_cost": Decimal(1)} | more
    fees = {"maker_fee": Decimal("0.001"), "taker_fee": Decimal("0.001")}
    return Market(name=name, tick=Decimal(tick), step=Decimal(step), **(fees | terms))  # type: ignore[arg-type]


MARKETS = (
    perpetual("BTC/USDT:USDT"),
    perpetual("ETH/USDT:USDT", tick="0.01", step="0.01"),
    perpetual("XRP/USDT:USDT", tick="0.0001", step="1"),
    spot("BTC/USDT"),
    spot("ETH/USDT"),
)
PRICES = {"BTC": Decimal(50_000), "ETH": Decimal(2_500), "XRP": Decimal("2.5")}


class QuietMarket:
    """Prices stand at `PRICES`, or at 100, until a test sets others."""

    def __init__(self, markets: Sequence[Market] = MARKETS, *, nature: Nature = "replay") -> None:
        self.listed = tuple(markets)
        self.time = BEGAN
        self._nature: Nature = nature
        self._prices = {one.name: PRICES.get(one.base, Decimal(100)) for one in markets}
        self._books: dict[str, OrderBook] = {}
        self._trades: dict[str, list[Trade]] = {one.name: [] for one in markets}
        self._queues: list[tuple[Channel, frozenset[str], asyncio.Queue[Update]]] = []
        self.count = 0

    @property
    def venue(self) -> str:
        return "quiet"

    @property
    def nature(self) -> Nature:
        return self._nature

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _EVERYTHING

    async def markets(self) -> Sequence[Market]:
        return self.listed

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        names = [one.name for one in self.listed] if markets is None else markets
        return [self._ticker(self._market(name)) for name in names]

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        one = self._market(market)
        if timeframe not in TIMEFRAMES:
            raise UserMistake(f"There is no timeframe {timeframe}.")
        step = timeframe_ms(timeframe)
        end = to_milliseconds(self.time) // step * step
        start = end - limit * step
        if since is not None:
            start = -(-to_milliseconds(since) // step) * step
            end = min(end, start + limit * step)
        time = np.arange(start, end, step, dtype=np.int64)
        price = np.full(len(time), float(self._prices[one.name]))
        tick = float(one.tick)
        return Candles(
            step_ms=step,
            time=time,
            open=price,
            high=price + tick,
            low=price - tick,
            close=price,
            volume=np.full(len(time), 12.5),
        )

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        return self._trades[self._market(market).name][-limit:]

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        book = self._book(self._market(market))
        return replace(book, bids=book.bids[:depth], asks=book.asks[:depth])

    async def funding(self, market: str) -> Funding:
        if not self._market(market).is_swap:
            raise NotOffered.by(self.venue, "funding rates of spot")
        return Funding(
            market=market,
            rate=Decimal("0.0001"),
            as_of=self.time,
            nature=self._nature,
            next_at=self.time.replace(hour=16, minute=0, second=0),
            interval_hours=8,
            mark=self._prices[market],
        )

    async def open_interest(self, market: str) -> OpenInterest:
        if not self._market(market).is_swap:
            raise NotOffered.by(self.venue, "open interest of spot")
        return OpenInterest(market=market, amount=Decimal(5_000), as_of=self.time, nature=self._nature)

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        mine = (channel, frozenset(self._market(name).name for name in markets), asyncio.Queue[Update]())
        self._queues.append(mine)
        try:
            for name in markets:
                if channel == "ticker":
                    yield self._ticker(self._market(name))
                elif channel == "book":
                    yield self._book(self._market(name))
            while True:
                yield await mine[2].get()
        finally:
            self._queues.remove(mine)

    def pass_time(self, seconds: float) -> None:
        """Let market time go on."""
        self.time += timedelta(seconds=seconds)

    def set_price(self, market: str, price: str) -> None:
        """Move the price and the book, and tell of both."""
        one = self._market(market)
        self._prices[market] = Decimal(price)
        self._books.pop(market, None)
        self._tell("ticker", self._ticker(one))
        self._tell("book", self._book(one))

    def set_book(
        self, market: str, *, bids: Sequence[tuple[str, str]], asks: Sequence[tuple[str, str]]
    ) -> None:
        """Replace the book, and tell of it."""
        self._books[market] = OrderBook(
            market=market, bids=_levels(bids), asks=_levels(asks), as_of=self.time, nature=self._nature
        )
        self._tell("book", self._books[market])

    def print(self, market: str, price: str, amount: str, side: Side = "buy") -> None:
        """Let a trade be printed."""
        self.count += 1
        trade = Trade(
            market=market,
            id=str(self.count),
            price=Decimal(price),
            amount=Decimal(amount),
            side=side,
            as_of=self.time,
            nature=self._nature,
        )
        self._trades[market].append(trade)
        self._tell("trade", trade)

    def list_only(self, markets: Sequence[Market]) -> None:
        """List other markets from now on."""
        self.listed = tuple(markets)

    def _tell(self, channel: Channel, update: Update) -> None:
        for wanted, markets, queue in self._queues:
            if wanted == channel and update.market in markets:
                queue.put_nowait(update)

    def _market(self, name: str) -> Market:
        for one in self.listed:
            if one.name == name:
                return one
        raise UnknownMarket.of(name, ())

    def _ticker(self, one: Market) -> Ticker:
        price = self._prices[one.name]
        book = self._book(one)
        return Ticker(
            market=one.name,
            price=price,
            as_of=self.time,
            nature=self._nature,
            day=Day(
                open=price,
                high=(price * Decimal("1.1")).quantize(one.tick),
                low=(price * Decimal("0.9")).quantize(one.tick),
                volume=Decimal(50_000_000),
            ),
            bid=book.bids[0].price,
            ask=book.asks[0].price,
            mark=price if one.is_swap else None,
        )

    def _book(self, one: Market) -> OrderBook:
        known = self._books.get(one.name)
        if known is not None:
            return known
        price, half = self._prices[one.name], 5 * one.tick
        return OrderBook(
            market=one.name,
            bids=tuple(Level(price - half - one.tick * n, Decimal(1 + n)) for n in range(_LEVELS)),
            asks=tuple(Level(price + half + one.tick * n, Decimal(1 + n)) for n in range(_LEVELS)),
            as_of=self.time,
            nature=self._nature,
        )


def _levels(said: Sequence[tuple[str, str]]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in said)
