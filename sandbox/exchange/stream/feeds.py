"""What the market does, put on the wire: tickers, trades, books and candles of whatever is listened to.

A market's feed begins when its first listener comes and stays; each frame is built once for all listeners.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from sandbox.exchange.catalogue import Listing
from sandbox.exchange.rows import markets
from sandbox.exchange.rows.markets import Standing
from sandbox.exchange.stream.books import BookStream, Shown, unified
from sandbox.exchange.stream.candles import CandleFeed, Tell
from sandbox.exchange.stream.hub import Action, Hub
from sandbox.exchange.stream.topics import DIALECTS, Dialect, Topic
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json
from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
from services.exchange.exchange import Channel, Level, OrderBook, Ticker, Trade, Update
from services.exchange.prices import to_milliseconds

log = structlog.get_logger(__name__)

_SOURCES: dict[str, Channel] = {
    "ticker": "ticker",
    "trade": "trade",
    "publicTrade": "trade",
    "books": "book",
    "candle": "trade",
}
_BEGIN_AS_THEY_STAND = frozenset({"ticker", "books"})
_AGAIN_AFTER_SECONDS = 1.0
_NEWEST_TRADES = 50
_DEPTHS = ("books1", "books5", "books15", "books50")
_TICKERS = {"v2": markets.pushed_ticker, "v3": markets.unified_ticker}
_TRADES = {"v2": markets.pushed_trade, "v3": markets.pushed_unified_trade}
_PRINTS: tuple[tuple[Dialect, str], ...] = (("v2", "trade"), ("v3", "publicTrade"))


class Feeds:
    """The public streams of one venue."""

    def __init__(self, venue: Venue, hub: Hub) -> None:
        self._venue = venue
        self._hub = hub
        self._books: dict[str, BookStream] = {}
        self._tops: dict[str, tuple[Level | None, Level | None]] = {}
        self._candles = CandleFeed(venue, hub)
        self._fed: set[tuple[Channel, str]] = set()
        self._wanted: dict[Channel, list[str]] = {}
        self._called = asyncio.Event()
        hub.on_first = self._want

    async def run(self) -> None:
        """Keep every feed going that is wanted, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._called.wait()
                self._called.clear()
                wanted, self._wanted = self._wanted, {}
                for channel, names in wanted.items():
                    tasks.create_task(self._keep(channel, names))

    def begins_with(self, topic: Topic) -> bool:
        """Return whether this topic's first listener starts a feed that begins with how things stand."""
        one = self._venue.listed(topic.product, topic.symbol)
        starts = one is not None and (_SOURCES.get(topic.family), one.name) not in self._fed
        return starts and topic.family in _BEGIN_AS_THEY_STAND

    async def greet(self, topic: Topic, tell: Tell) -> None:
        """Tell a new listener how things stand, where that is known yet. Raises `ExchangeUnavailable`."""
        one = self._venue.listed(topic.product, topic.symbol)
        if one is None:
            return
        if topic.family == "books":
            self._greet_with_book(one, topic, tell)
        elif topic.family == "candle":
            await self._candles.greet(one, topic, tell)
        elif topic.channel == "ticker":
            for ticker in await self._venue.exchange.tickers([one.name]):
                row = _TICKERS[topic.dialect](one, await self._standing(one, ticker))
                tell([row], to_milliseconds(ticker.as_of))
        else:
            trades = await self._venue.exchange.trades(one.name, limit=_NEWEST_TRADES)
            rows = [_TRADES[topic.dialect](one, trade) for trade in reversed(trades)]
            if rows:
                tell(rows, to_milliseconds(trades[-1].as_of))

    async def take(self, update: Update) -> None:
        """Put one thing that happened on the wire."""
        one = self._venue.listed_as(update.market)
        if one is None:
            return
        match update:
            case Ticker():
                await self._ticker(one, update)
            case Trade():
                self._trade(one, update)
            case OrderBook():
                self.show(one, update)

    def show(self, one: Listing, book: OrderBook, *, spoil: int = 0) -> None:
        """Push what changed in a book, and the whole of it to who listens to that."""
        bids, asks = markets.pairs(one, book.bids), markets.pairs(one, book.asks)
        self._tops[one.name] = (book.bids[0] if book.bids else None, book.asks[0] if book.asks else None)
        stream = self._books.setdefault(one.name, BookStream())
        action: Action = "snapshot" if stream.shown is None else "update"
        ts = to_milliseconds(book.as_of)
        row = stream.change(Shown(tuple(bids), tuple(asks), str(ts)), spoil=spoil)
        if row is None:
            return
        self._hub.publish(Topic("v2", "books", one.product, one.id), action, [row], ts)
        self._hub.publish(Topic("v3", "books", one.product, one.id), action, [unified(row)], ts)
        for channel in _DEPTHS:
            for dialect in DIALECTS:
                topic = Topic(dialect, channel, one.product, one.id)
                if self._hub.has(topic):
                    whole = _whole(stream, topic.depth, dialect)
                    self._hub.publish(topic, "snapshot", [whole], ts)

    def _want(self, topic: Topic) -> None:
        channel = _SOURCES.get(topic.family)
        one = self._venue.listed(topic.product, topic.symbol) if channel and not topic.owner else None
        if channel is None or one is None or (channel, one.name) in self._fed:
            return
        self._fed.add((channel, one.name))
        self._wanted.setdefault(channel, []).append(one.name)
        self._called.set()

    async def _keep(self, channel: Channel, names: Sequence[str]) -> None:
        left = list(names)
        while left:
            try:
                async for update in self._venue.exchange.watch(channel, left):
                    await self.take(update)
            except NotOffered as error:
                log.info("feed_not_offered", channel=channel, why=error.message)
                return
            except UnknownMarket as error:
                log.warning("feed_lost_a_market", channel=channel, asked=error.facts.get("asked"))
                left = await self._still_listed(channel, left)
            except ExchangeUnavailable as error:
                log.warning("feed_interrupted", channel=channel, why=error.message)
            await asyncio.sleep(_AGAIN_AFTER_SECONDS)

    async def _still_listed(self, channel: Channel, names: Sequence[str]) -> list[str]:
        try:
            listed = {market.name for market in await self._venue.exchange.markets()}
        except ExchangeUnavailable as error:
            log.warning("listings_unknown", channel=channel, why=error.message)
            return list(names)
        self._fed -= {(channel, name) for name in names if name not in listed}
        return [name for name in names if name in listed]

    async def _ticker(self, one: Listing, ticker: Ticker) -> None:
        topics = [Topic(dialect, "ticker", one.product, one.id) for dialect in DIALECTS]
        heard = [topic for topic in topics if self._hub.has(topic)]
        if not heard:
            return
        standing = await self._standing(one, ticker)
        for topic in heard:
            row = _TICKERS[topic.dialect](one, standing)
            self._hub.publish(topic, "snapshot", [row], to_milliseconds(ticker.as_of))

    async def _standing(self, one: Listing, ticker: Ticker) -> Standing:
        bid, ask = self._tops.get(one.name, (None, None))
        return Standing(
            ticker=self._venue.told(ticker),
            funding=await self._venue.funding(one),
            interest=await self._venue.interest(one),
            bid=bid if bid and bid.price == ticker.bid else None,
            ask=ask if ask and ask.price == ticker.ask else None,
        )

    def _trade(self, one: Listing, trade: Trade) -> None:
        ts = to_milliseconds(trade.as_of)
        for dialect, channel in _PRINTS:
            topic = Topic(dialect, channel, one.product, one.id)
            if self._hub.has(topic):
                self._hub.publish(topic, "update", [_TRADES[topic.dialect](one, trade)], ts)
        self._candles.take(one, trade)

    def _greet_with_book(self, one: Listing, topic: Topic, tell: Tell) -> None:
        stream = self._books.get(one.name)
        if stream is None or stream.shown is None:
            return
        tell([_whole(stream, topic.depth, topic.dialect)], int(stream.shown.ts))


def _whole(stream: BookStream, depth: int | None, dialect: Dialect) -> Json:
    row = stream.snapshot(depth)
    return row if dialect == "v2" else unified(row)
