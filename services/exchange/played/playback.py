"""Plays a tape as if its market were open now: the part that recordings and simulations have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from analytics.candles import Candles
from services.errors import ExchangeUnavailable
from services.exchange.exchange import (
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
from services.exchange.played.book import LEVELS
from services.exchange.played.contracts import Contracts
from services.exchange.played.funding import FundingHistory
from services.exchange.played.market_time import MarketTime
from services.exchange.played.scene import Scene
from services.exchange.played.tape import MINUTE_MS, Tape, candles_of
from services.exchange.played.walk import FEWEST_STEPS
from services.exchange.prices import to_milliseconds

PAUSE_SECONDS = 0.25
"""Wall time between two steps of a market."""
MOST_TRADES = 1_000
"""That are given at once."""
_LONGEST_GAP_MS = 3_600_000.0
"""Wall time between two steps from which on the machine has slept: not all trades of a night come at once."""
_AT_ONCE = 50
"""Tickers made before others have their turn."""
_OF_ALL: frozenset[Capability] = frozenset(
    {"candles", "trades", "order_book", "watch_ticker", "watch_trade", "watch_book"}
)
_OF_SWAPS: frozenset[Capability] = frozenset({"funding", "open_interest"})

Sleep = Callable[[float], Awaitable[None]]


class Playback:
    """An `Exchange` over a tape. A minute has 240 steps, each with a trade, a ticker and a book.

    Everything is a function of the tape, the seed and the market time alone, so whoever looks late or twice
    sees the same. What lies between the tape's end and now is grown at once, which may take seconds.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        venue: str,
        time: MarketTime,
        seed: int,
        funding: Mapping[str, FundingHistory] | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """`funding` has the recorded rates by market; those of other perpetuals are made up."""
        tape.reach(int(time.now_ms()))
        steps = max(FEWEST_STEPS, round(MINUTE_MS / 1000 / PAUSE_SECONDS / time.speed))
        self.tape = tape
        self.time = time
        self.seed = seed
        self._venue = venue
        self._simulated_from_ms = max(tape.simulated_from_ms(name) for name in tape.markets)
        self._scene = Scene(tape, venue=venue, seed=seed, steps=steps)
        self._contracts = Contracts(tape, venue=venue, seed=seed, history=funding)
        self._sleep = sleep

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._venue

    @property
    def nature(self) -> Nature:
        """Return how real the moment is that is being played."""
        return "simulated" if self.now_ms() >= self.simulated_from_ms else "replay"

    @property
    def simulated_from_ms(self) -> int:
        """Return from when on everything is simulated, in market time; 0 for always.

        Quiet markets are simulated before that, too, as their updates say.
        """
        return self._simulated_from_ms

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return all that is public, without what is about perpetuals where there are none."""
        has_swaps = any(market.is_swap for market in self.tape.markets.values())
        return _OF_ALL | _OF_SWAPS if has_swaps else _OF_ALL

    def now_ms(self) -> float:
        """Return market time, which the tape then reaches."""
        now = self.time.now_ms()
        self.tape.reach(int(now))
        return now

    async def markets(self) -> Sequence[Market]:
        """Return the markets on the tape."""
        return tuple(self.tape.markets.values())

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return the current price of `markets`, or of all; see `Exchange.tickers`."""
        found: list[Ticker] = []
        for place, market in enumerate(self._found(self.tape.markets if markets is None else markets)):
            if place % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            ticker = self._scene.ticker(market, self.now_ms())
            if ticker is not None:
                found.append(ticker)
        return found

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Return closed candles; see `Exchange.candles`."""
        since_ms = None if since is None else to_milliseconds(since)
        return candles_of(
            self.tape, market, timeframe, until_ms=int(self.now_ms()), limit=limit, since_ms=since_ms
        )

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the newest `limit` trades, 1,000 at most; see `Exchange.trades`."""
        return self._scene.newest_trades(self._scene.market(market), self.now_ms(), min(limit, MOST_TRADES))

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return up to `depth` levels a side, 100 at most; see `Exchange.order_book`."""
        book = self._scene.book(self._scene.market(market), self.now_ms())
        if book is None:
            raise self._unavailable(f"{market} has not been traded yet")
        best = max(0, depth)
        return book if depth >= LEVELS else replace(book, bids=book.bids[:best], asks=book.asks[:best])

    async def funding(self, market: str) -> Funding:
        """Return the rate that is paid next; see `Exchange.funding`."""
        found, now = self._scene.market(market), self.now_ms()
        return self._contracts.funding(found, now, self._mark(found, now))

    def funding_paid(self, market: str, since: datetime, until: datetime) -> Sequence[Funding]:
        """Return what was paid after `since` and up to `until`, oldest first; `as_of` is when.

        Raises:
            UnknownMarket: there is no market of exactly that name.
            NotOffered: it is spot.
        """
        return self._contracts.paid(self._scene.market(market), since, until)

    async def open_interest(self, market: str) -> OpenInterest:
        """Return how much is held open, which is always simulated; see `Exchange.open_interest`."""
        found, now = self._scene.market(market), self.now_ms()
        return self._contracts.interest(found, now, self._mark(found, now))

    def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield what happens from now on; see `Exchange.watch`. There is a ticker and a book each step."""
        match channel:
            case "trade":
                return self._watch_trades(markets)
            case "ticker":
                return self._watch_newest(markets, self._scene.ticker)
            case "book":
                return self._watch_newest(markets, self._scene.book)

    async def _watch_newest(
        self, markets: Sequence[str], look: Callable[[Market, float], Ticker | OrderBook | None]
    ) -> AsyncIterator[Update]:
        watched = self._found(markets)
        while True:
            for market in watched:
                update = look(market, self.now_ms())
                if update is not None:
                    yield update
            await self._sleep(PAUSE_SECONDS)

    async def _watch_trades(self, markets: Sequence[str]) -> AsyncIterator[Update]:
        watched, now = self._found(markets), self.now_ms()
        while True:
            await self._sleep(PAUSE_SECONDS)
            since, now = now, self.now_ms()
            if (now - since) / self.time.speed > _LONGEST_GAP_MS:
                raise self._unavailable("The stream of trades stood still while its market went on")
            for market in watched:
                for trade in self._scene.trades(market, since, now):
                    yield trade

    def _unavailable(self, why: str) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            f"{why} at {self._venue}.", hint="Ask again in a moment.", facts={"venue": self._venue}
        )

    def _found(self, names: Iterable[str]) -> list[Market]:
        return [self._scene.market(name) for name in names]

    def _mark(self, market: Market, now_ms: float) -> Decimal | None:
        ticker = self._scene.ticker(market, now_ms)
        return None if ticker is None else ticker.mark
