"""What a venue tells by itself: ccxt's streams, watched over.

Pump tasks await ccxt's watch methods, which subscribe and reconnect; what the frames bring is taken at the
moment ccxt has read it, because between two calls of a watch method a message wakes nobody. Every iteration
has a guard: a market that is silent is compared with what REST says before its stream is called dead.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

import structlog
from ccxt.async_support.base.ws.cache import ArrayCache
from ccxt.async_support.base.ws.order_book import OrderBook as CcxtBook

from services.clock import Clock
from services.errors import ExchangeUnavailable, OmegaError, UnknownMarket
from services.exchange.exchange import Channel, Ticker, Update
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.errors import is_refusal
from services.exchange.venues.guard import Guard
from services.exchange.venues.inbox import Inbox
from services.exchange.venues.translate import Translator, Unusable
from services.exchange.venues.unsubscribing import Unsubscriber
from services.loops import Loops

BOOK_DEPTH = 50
"""Levels a side that a streamed book is given with, at most."""
PUMP_SECONDS = 0.25
"""Between two calls of a watch method: they are there to subscribe and to fail, not to bring the data."""
_TOO_MANY_AT_ONCE = 50
"""Markets in one subscription."""

log = structlog.get_logger(__name__)

Watch = tuple[str, str, str, str]
_METHODS: Mapping[Channel, Watch] = {
    "ticker": ("watchTickers", "watch_tickers", "watchTicker", "watch_ticker"),
    "trade": ("watchTradesForSymbols", "watch_trades_for_symbols", "watchTrades", "watch_trades"),
    "book": (
        "watchOrderBookForSymbols",
        "watch_order_book_for_symbols",
        "watchOrderBook",
        "watch_order_book",
    ),
}
"""For many markets and for one: the feature in ccxt's tables, and the method."""


class Streams:
    """The streams of one client, shared by all iterations over them."""

    def __init__(
        self, client: VenueClient, translator: Translator, crew: Loops, *, clock: Clock, quiet_seconds: float
    ) -> None:
        """`quiet_seconds` is how long a market may be silent before REST is asked whether it moved."""
        self._client = client
        self._translator = translator
        self._crew = crew
        self._clock = clock
        self._guard = Guard(client, clock=clock, quiet_seconds=quiet_seconds)
        self._inboxes: dict[tuple[Channel, str], list[Inbox]] = {}
        self._groups: Counter[tuple[Channel, Sequence[str]]] = Counter()
        self._unsubscriber = Unsubscriber(client, is_read=self._is_read)
        self._last_trades: dict[str, Json] = {}
        client.hear(self)

    async def run(self) -> None:
        """Unsubscribe what nobody reads any more, until cancelled."""
        await self._unsubscriber.run()

    async def watch(
        self, channel: Channel, markets: Sequence[str], newest: dict[str, datetime]
    ) -> AsyncGenerator[Update, None]:
        """Yield what happens; see `Exchange.watch`.

        The markets have to exist. `newest` is the time of what was told of each already.
        """
        await self._unsubscriber.until_ended(channel, markets)
        table = self._client.exchange.markets
        inbox = Inbox(channel, {name: table[name]["id"] for name in markets}, now=self._clock.monotonic())
        for name in markets:
            self._join(inbox, name)
        groups = self._groups_of(channel, markets)
        self._groups.update((channel, group) for group in groups)
        tasks = [self._crew.start(self._pump(inbox, group)) for group in groups]
        tasks.append(self._crew.start(self._guard.watch_over(inbox)))
        try:
            async with aclosing(self._read(inbox, newest)) as updates:
                async for update in updates:
                    yield update
        finally:
            for task in tasks:
                task.cancel()
            for name in markets:
                self._leave(inbox, name)
            self._groups -= Counter((channel, group) for group in groups)
            for group in groups:
                self._unsubscriber.leave(channel, group)

    def _is_read(self, channel: Channel, group: Sequence[str]) -> bool:
        """Tell whether anybody reads what a subscription to `group` brings.

        Of a connection to one list of markets that is who reads the same list; of books, whoever reads any
        of them, because ccxt forgets them together.
        """
        if self._client.quirks.streams_by_group and channel != "book":
            return self._groups[channel, tuple(group)] > 0
        return any((channel, market) in self._inboxes for market in group)

    def _leave(self, inbox: Inbox, market: str) -> None:
        others = self._inboxes[inbox.channel, market]
        others.remove(inbox)
        if others:
            return
        del self._inboxes[inbox.channel, market]
        if inbox.channel == "trade":
            self._last_trades.pop(market, None)

    def _join(self, inbox: Inbox, market: str) -> None:
        stored = self._client.exchange.trades.get(market)
        others = self._inboxes.setdefault((inbox.channel, market), [])
        if inbox.channel == "trade" and stored and not others:
            self._last_trades[market] = stored[-1]
        others.append(inbox)
        book = self._client.exchange.orderbooks.get(market)
        if inbox.channel == "book" and book is not None and book["bids"]:
            inbox.put(market, book, url="", now=self._clock.monotonic())

    async def _read(self, inbox: Inbox, newest: dict[str, datetime]) -> AsyncGenerator[Update, None]:
        while True:
            for market, row in await inbox.take():
                update = self._translated(inbox, market, row)
                if update is None:
                    continue
                is_timed = not isinstance(update, Ticker) or update.is_timed
                if is_timed and inbox.channel != "trade":
                    if update.as_of < newest.get(market, update.as_of):
                        continue  # tickers and books of a venue may overtake each other
                    newest[market] = update.as_of
                yield update

    def _translated(self, inbox: Inbox, market: str, row: Json) -> Update | None:
        table = self._client.exchange.markets
        if market not in table:
            raise UnknownMarket.of(market, [])
        if inbox.channel == "book":
            return self._book(row, table[market])
        if inbox.channel == "ticker":
            ticker = next(self._translator.each([row], self._translator.ticker, "ticker"), None)
            self._translator.streamed(ticker)
            return ticker
        return next(
            self._translator.each([row], lambda one: self._translator.trade(one, table[market]), "trade"),
            None,
        )

    def _book(self, row: Json, market: Json) -> Update:
        try:
            return self._translator.book(
                row, market, min(self._client.quirks.stream_depth or BOOK_DEPTH, BOOK_DEPTH)
            )
        except Unusable as error:
            name = market["symbol"]
            log.warning("book_crossed", venue=self._client.venue, market=name)
            self._client.exchange.orderbooks.pop(name, None)
            raise ExchangeUnavailable(
                f"The book of {name} that {self._client.venue} streams makes no sense.",
                hint="It is read anew.",
                facts={"venue": self._client.venue, "market": name},
            ) from error

    def _groups_of(self, channel: Channel, markets: Sequence[str]) -> list[tuple[str, ...]]:
        """Return what can be subscribed together: markets of one product, or each alone."""
        if not self._client.has(_METHODS[channel][0]):
            return [(name,) for name in markets]
        table = self._client.exchange.markets
        products: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for name in markets:
            row = table[name]
            products[str(row["type"]), str(row.get("settle")), str(row.get("quote"))].append(name)
        return [
            tuple(names[start : start + _TOO_MANY_AT_ONCE])
            for names in products.values()
            for start in range(0, len(names), _TOO_MANY_AT_ONCE)
        ]

    async def _pump(self, inbox: Inbox, group: Sequence[str]) -> None:
        """Keep `group` subscribed until the connection or the venue fails."""
        while True:
            try:
                began = self._clock.monotonic()
                self._take(inbox, group, await self._next(inbox.channel, group), began)
            except OmegaError as error:
                if isinstance(error, ExchangeUnavailable) and not is_refusal(error):
                    inbox.fail(error)
                    return
                if not await self._guard.goes_on(inbox, group, error):
                    return
            await asyncio.sleep(PUMP_SECONDS)

    async def _next(self, channel: Channel, group: Sequence[str]) -> Json:
        many, watch_many, _, watch_one = _METHODS[channel]
        depth = self._client.quirks.stream_depth
        further = (depth,) if channel == "book" else ()
        if self._client.has(many):
            return await self._client.call(watch_many, list(group), *further, seconds=None)
        return await self._client.call(watch_one, group[0], *further, seconds=None)

    def _take(self, inbox: Inbox, group: Sequence[str], result: Json, began: float) -> None:
        """Take what a watch method returned where it was not heard: some venues' frames wake only who waits.

        Where it was, `result` may be older than what has been heard since.
        """
        if inbox.channel == "trade":
            for market in group:
                self._hear_trades(self._client.exchange.trades.get(market), "")
        elif all(inbox.heard_at[market] <= began for market in group):
            self.heard("", result)

    def heard(self, url: str, result: Json) -> None:
        """Take what ccxt made of a frame: a ticker, several, a book, or the trades it keeps of a market."""
        if isinstance(result, CcxtBook):
            self._put("book", result.get("symbol"), result, url)
        elif isinstance(result, dict):
            for row in [result] if "last" in result else result.values():
                if isinstance(row, dict) and row.get("last") is not None:
                    self._put("ticker", row.get("symbol"), row, url)
        elif type(result) is ArrayCache:
            self._hear_trades(result, url)

    def _put(self, channel: Channel, market: Json, row: Json, url: str) -> None:
        for inbox in self._inboxes.get((channel, market), ()):
            inbox.put(market, row, url=url, now=self._clock.monotonic())

    def _hear_trades(self, stored: Json, url: str) -> None:
        if not stored:
            return
        newest = stored[-1]
        market = newest.get("symbol")
        inboxes = self._inboxes.get(("trade", market))
        last = self._last_trades.get(market)
        if inboxes and newest is not last:
            self._last_trades[market] = newest
            fresh = _after(last, stored)
            for inbox in inboxes:
                inbox.put_trades(market, fresh, url=url, now=self._clock.monotonic())
        while len(stored) > 1:  # ccxt would keep a thousand of each market; the last tells what is new
            del stored[0]

    def lost(self, url: str) -> None:
        """End what was read from `url`, and forget its books: their next picture would be laid over them."""
        for inbox in self._every():
            if not inbox.urls - {""} or url in inbox.urls:
                for market in inbox.ids if inbox.channel == "book" else ():
                    self._client.exchange.orderbooks.pop(market, None)
                inbox.fail(self._gone())

    def garbled(self, url: str, text: str) -> None:
        """End the iterations that may have missed something by a frame that names one of their markets."""
        for inbox in self._every():
            is_here = not inbox.urls - {""} or url in inbox.urls
            if inbox.channel != "ticker" and is_here and any(name in text for name in inbox.ids.values()):
                inbox.fail(self._gone())

    def forget(self, markets: frozenset[str]) -> None:
        """End the iterations over markets that do not exist any more."""
        for inbox in self._every():
            for market in markets & set(inbox.ids):
                inbox.fail(UnknownMarket.of(market, []))

    def _every(self) -> Iterable[Inbox]:
        return {id(inbox): inbox for inboxes in self._inboxes.values() for inbox in inboxes}.values()

    def _gone(self) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            f"The stream from {self._client.venue} is gone.",
            hint="It is opened again.",
            facts={"venue": self._client.venue},
        )


def _after(last: Json, stored: Json) -> list[Json]:
    fresh: list[Json] = []
    for row in reversed(stored):
        if row is last:
            break
        fresh.append(row)
    return fresh[::-1]
