"""`CcxtExchange`: the public half of every venue, and `open_venue`, which opens it.

One class for all of them. What a venue has is read from ccxt's tables and `quirks`, and asking for anything
else raises `NotOffered`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import structlog

from analytics.candles import Candles
from services.clock import Clock
from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket, UserMistake
from services.exchange.exchange import (
    TIMEFRAMES,
    Capability,
    Channel,
    Funding,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Ticker,
    Trade,
    Update,
)
from services.exchange.venues.addresses import Connection, Json
from services.exchange.venues.capabilities import STREAMS, WORDS, capabilities_of, refuse_if_lacking
from services.exchange.venues.client import VenueClient, open_client
from services.exchange.venues.history import PastCandles
from services.exchange.venues.labels import read_label
from services.exchange.venues.limits import BudgetOf
from services.exchange.venues.markets import MarketCache
from services.exchange.venues.prices import Prices, ask
from services.exchange.venues.streams import Streams
from services.exchange.venues.translate import Translator, Unusable
from services.loops import Loops

QUIET_SECONDS = 10.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


class CcxtExchange:
    """An `Exchange` that is a real venue, or the sandbox over the wire. Built by `open_venue`."""

    def __init__(
        self,
        client: VenueClient,
        translator: Translator,
        markets: MarketCache,
        streams: Streams,
        prices: Prices,
    ) -> None:
        self._client = client
        self._translator = translator
        self._markets = markets
        self._streams = streams
        self._prices = prices
        self._capabilities = capabilities_of(client)

    @property
    def client(self) -> VenueClient:
        """Return the client, whose markets the client of an account can share."""
        return self._client

    @property
    def venue(self) -> str:
        """Return whose prices these are: of the sandbox, what it plays."""
        return self._translator.label.venue

    @property
    def nature(self) -> Nature:
        """Return how real the newest price that was heard is."""
        return self._translator.nature

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what this venue has."""
        return self._capabilities

    async def markets(self) -> Sequence[Market]:
        """Return every market there is; see `Exchange.markets`."""
        return await self._markets.current()

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return current prices; see `Exchange.tickers`."""
        if markets is None:
            return await self._prices.all()
        for market in markets:
            self._row(market)
        with self._doubting():
            return await self._prices.of(markets)

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Return closed candles, of as many pages as it takes; see `Exchange.candles`."""
        self._row(market, "candles")
        if timeframe not in TIMEFRAMES:
            raise UserMistake(
                f"There are no candles of {timeframe}.", hint=f"Choose one of {', '.join(TIMEFRAMES)}."
            )
        if timeframe not in (self._client.exchange.timeframes or {}):
            raise NotOffered.by(self.venue, f"candles of {timeframe}")
        with self._doubting():
            past = PastCandles(self._client, market, timeframe, now=await self._prices.now(market))
            return await (past.newest(limit) if since is None else past.since(since, limit))

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the newest trades, oldest first; see `Exchange.trades`."""
        row = self._row(market, "trades")
        if limit <= 0:
            return []
        said = await self._ask(market, "fetch_trades", None, limit)
        made = self._translator.each(said, lambda one: self._translator.trade(one, row), "trade")
        return sorted(made, key=lambda trade: trade.as_of)[-limit:]

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return the best levels; see `Exchange.order_book`."""
        row = self._row(market, "order_book")
        depths = self._client.quirks.book_depths
        limit = depth if depths is None else next((one for one in depths if one >= depth), depths[-1])
        said = await self._ask(market, "fetch_order_book", limit)
        return self._usable(lambda: self._translator.book(said, row, depth))

    async def funding(self, market: str) -> Funding:
        """Return the funding rate that is paid next; see `Exchange.funding`."""
        row = self._row(market, "funding")
        now = await self._prices.now(market)
        said = await self._ask(market, "fetch_funding_rate")
        return self._usable(lambda: self._translator.funding(said, row, now))

    async def open_interest(self, market: str) -> OpenInterest:
        """Return the open interest; see `Exchange.open_interest`."""
        row = self._row(market, "open_interest")
        now = await self._prices.now(market)
        said = await self._ask(market, "fetch_open_interest")
        return self._usable(lambda: self._translator.open_interest(said, row, now))

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield what happens from now on; see `Exchange.watch`.

        A venue may begin a stream of trades with the last ones that there were.
        """
        for market in markets:
            self._row(market, STREAMS[channel])
        self._translator.label = await read_label(self._client.connection, self._client.exchange)
        standing = await self.tickers(markets) if channel == "ticker" else []
        for ticker in standing:
            yield ticker
        newest = {ticker.market: ticker.as_of for ticker in standing if ticker.is_timed}
        with self._doubting():
            async with aclosing(self._streams.watch(channel, markets, newest)) as updates:
                async for update in updates:
                    yield update

    async def _ask(self, market: str, method: str, *arguments: object) -> Json:
        with self._doubting():
            return await ask(self._client, market, method, *arguments)

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        """Doubt the list of markets where the venue does not know one that is on it."""
        try:
            yield
        except UnknownMarket as error:
            asked = error.facts.get("asked")
            if asked is None or asked in self._markets.all:
                self._markets.doubt()
            raise

    def _row(self, market: str, capability: Capability | None = None) -> Json:
        """Return ccxt's row of `market`.

        Raises:
            UnknownMarket: there is none; names the nearest.
            NotOffered: `capability` is asked for, and the venue or the market lacks it.
        """
        if market not in self._markets.all:
            raise UnknownMarket.of(market, get_close_matches(market, self._markets.all, n=3, cutoff=0.5))
        if capability is not None:
            refuse_if_lacking(capability, self._capabilities, venue=self.venue, market=market)
        return self._client.exchange.markets[market]

    def _usable(self, translate: Callable[[], T]) -> T:
        try:
            return translate()
        except Unusable as error:
            raise ExchangeUnavailable(
                f"What {self.venue} answered makes no sense: {error}.",
                hint="Try again in a moment.",
                facts={"venue": self._client.venue},
            ) from error


@asynccontextmanager
async def open_venue(
    connection: Connection,
    *,
    cache: Path,
    clock: Clock,
    budget_of: BudgetOf | None = None,
    quiet_seconds: float = QUIET_SECONDS,
) -> AsyncIterator[CcxtExchange]:
    """Open the public half of a venue, with its markets known.

    Args:
        connection: the venue and its address.
        cache: where markets are kept between two starts.
        clock: wall time and durations.
        budget_of: gives the budget that all processes share; one of this process alone where left out.
        quiet_seconds: how long a market may be silent before REST is asked whether its stream is dead.

    Raises:
        Misconfigured: there is no such venue, no address for the sandbox, or no separate test environment.
        ExchangeUnavailable: the venue does not answer and its markets are not on disk.
    """
    async with open_client(connection, clock=clock, budget_of=budget_of) as client, Loops() as crew:
        label = await read_label(connection, client.exchange)
        translator = Translator(quirks=connection.quirks, label=label, clock=clock)
        markets = MarketCache(client, translator, folder=cache, clock=clock)
        streams = Streams(client, translator, crew, clock=clock, quiet_seconds=quiet_seconds)
        markets.on_gone = streams.forget
        await markets.load()
        crew.start(markets.keep())
        crew.start(streams.run())
        prices = Prices(client, translator, clock=clock)
        exchange = CcxtExchange(client, translator, markets, streams, prices)
        _say(exchange, len(markets.all))
        yield exchange


def _say(exchange: CcxtExchange, markets: int) -> None:
    lacks = sorted(WORDS[one] for one in WORDS.keys() - exchange.capabilities)
    log.info(
        "venue_opened",
        venue=exchange.client.venue,
        prices_of=exchange.venue,
        nature=exchange.nature,
        markets=markets,
        has=sorted(exchange.capabilities),
        lacks=lacks,
    )
