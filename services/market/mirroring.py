"""Fills a mirror of the farm's venue from the bus, so that paper orders meet its prices.

Whoever runs this opens no connection to the venue: the market process is the only one that reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from services.bus.bus import Bus
from services.bus.messages import Gap
from services.clock import Clock
from services.errors import OmegaError, Unavailable
from services.exchange.exchange import Day, Funding, Level, Market, OrderBook, Ticker, Trade
from services.market.messages import (
    BOOK_TOP,
    LAST_QUOTE,
    PRINTS,
    QUOTES,
    Book,
    FundingRate,
    GetFunding,
    ListMarkets,
    Origin,
    Prints,
    Quote,
)
from services.market.terms import market_of

BOOKS_SECONDS = 0.25
LIST_SECONDS = 60.0
FUNDING_SECONDS = 30.0
RETRY_SECONDS = 1.0
QUOTE_FRESH = timedelta(seconds=5)
"""How long ago the market process may have received what is shown; from then on the mirror counts its age."""
BOOK_FRESH = timedelta(seconds=5)
FUNDING_FRESH = timedelta(minutes=10)
FORGOTTEN = timedelta(minutes=1)
"""Without a change of its book, after which a market is looked up again only when it is traded."""

Shown = Ticker | Trade | OrderBook | Funding
log = structlog.get_logger(__name__)


class Mirror(Protocol):
    """What is filled; `services.exchange.played.mirror.MirrorExchange` is one."""

    def list_markets(self, markets: list[Market]) -> None:
        """Say which markets there are."""
        ...

    def show(self, shown: Shown) -> None:
        """Show something new."""
        ...


class Fresh:
    """Tells what was received lately, and later than what was shown last of the same market."""

    def __init__(self, clock: Clock, limit: timedelta) -> None:
        self._clock = clock
        self._limit = limit
        self._shown: dict[str, datetime] = {}

    def is_news(self, market: str, origin: Origin) -> bool:
        """Return whether to show it; it then counts as shown."""
        shown = self._shown.get(market)
        is_told_again = shown is not None and origin.received_at <= shown <= self._clock.now()
        if is_told_again or self.age_of(origin) > self._limit:
            return False
        self._shown[market] = origin.received_at
        return True

    def age_of(self, origin: Origin) -> timedelta:
        """Return how long ago it was received."""
        return self._clock.now() - origin.received_at


class Mirroring:
    """Keeps `mirror` showing what the market process tells, each figure once and only while it is fresh.

    What is told again was not received again: figures that the venue no longer sends grow old in the mirror.
    """

    def __init__(
        self,
        bus: Bus,
        mirror: Mirror,
        *,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` is that of wall time, as the market process has it."""
        self._bus = bus
        self._mirror = mirror
        self._sleep = sleep
        self._listed: frozenset[str] = frozenset()
        self._quotes = Fresh(clock, QUOTE_FRESH)
        self._books = Fresh(clock, BOOK_FRESH)
        self._fundings = Fresh(clock, FUNDING_FRESH)
        self._streamed: set[str] = set()

    async def run(self) -> None:
        """Fill the mirror until cancelled; what cannot be asked now is asked again."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._often(self._list_markets, LIST_SECONDS))
            loops.create_task(self._often(self._show_fundings, FUNDING_SECONDS))
            loops.create_task(self._often(self._show_books, BOOKS_SECONDS))
            loops.create_task(self._hear_quotes())
            loops.create_task(self._hear_prints())

    async def _often(self, do: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            try:
                await do()
            except Unavailable as error:
                log.info("mirror_waits", reason=error.message)
                await self._sleep(RETRY_SECONDS)
            except OmegaError as error:
                log.warning("mirror_refused", reason=error.message)
                await self._sleep(seconds)
            else:
                await self._sleep(seconds)

    async def _list_markets(self) -> None:
        found = await self._bus.ask(ListMarkets())
        known, self._listed = self._listed, frozenset(terms.name for terms in found.markets)
        self._mirror.list_markets([market_of(terms) for terms in found.markets])
        await self._catch_up(self._listed - known)

    async def _show_fundings(self) -> None:
        for rate in (await self._bus.ask(GetFunding())).rates:
            if self._fundings.is_news(rate.market, rate.origin):
                self._mirror.show(_funding(rate))

    async def _show_books(self) -> None:
        for market in sorted(self._streamed):
            latest = await self._bus.latest(BOOK_TOP, part=market)
            if latest is None:
                continue
            if self._books.is_news(market, latest.value.origin):
                self._mirror.show(_book(latest.value))
            elif self._books.age_of(latest.value.origin) > FORGOTTEN:
                self._streamed.discard(market)  # until something is traded there

    async def _hear_quotes(self) -> None:
        async with self._bus.subscribe(QUOTES) as heard:
            async for quote in heard:
                if isinstance(quote, Gap):
                    await self._catch_up(self._listed)
                else:
                    self._show_quote(quote)

    async def _catch_up(self, markets: frozenset[str]) -> None:
        """Look up the last prices: one that was missed is told again only when it moves."""
        try:
            for market in sorted(markets):
                latest = await self._bus.latest(LAST_QUOTE, part=market)
                if latest is not None:
                    self._show_quote(latest.value)
        except OmegaError as error:
            log.info("mirror_missed", reason=error.message)

    def _show_quote(self, quote: Quote) -> None:
        if quote.market in self._listed and self._quotes.is_news(quote.market, quote.origin):
            self._mirror.show(_ticker(quote))

    async def _hear_prints(self) -> None:
        async with self._bus.subscribe(PRINTS) as heard:
            async for prints in heard:
                for trade in () if isinstance(prints, Gap) else _trades(prints):
                    self._streamed.add(trade.market)
                    self._mirror.show(trade)


def _ticker(quote: Quote) -> Ticker:
    return Ticker(
        market=quote.market,
        price=quote.price,
        as_of=quote.origin.as_of,
        nature=quote.origin.nature,
        day=_day(quote),
        bid=quote.bid,
        ask=quote.ask,
        mark=quote.mark,
    )


def _day(quote: Quote) -> Day | None:
    open_, high, low, volume = quote.open_24h, quote.high_24h, quote.low_24h, quote.volume_24h
    if open_ is None or high is None or low is None or volume is None:
        return None
    return Day(open=open_, high=high, low=low, volume=volume)


def _trades(prints: Prints) -> list[Trade]:
    return [
        Trade(
            market=one.market,
            id=one.id,
            price=one.price,
            amount=one.amount,
            side="buy" if one.is_buy else "sell",
            as_of=one.as_of,
            nature=prints.nature,
        )
        for one in prints.prints
    ]


def _book(book: Book) -> OrderBook:
    return OrderBook(
        market=book.market,
        bids=tuple(Level(level.price, level.amount) for level in book.bids),
        asks=tuple(Level(level.price, level.amount) for level in book.asks),
        as_of=book.origin.as_of,
        nature=book.origin.nature,
        is_depth_simulated=book.is_depth_simulated,
    )


def _funding(rate: FundingRate) -> Funding:
    return Funding(
        market=rate.market,
        rate=rate.rate,
        as_of=rate.origin.as_of,
        nature=rate.origin.nature,
        next_at=rate.next_at,
        interval_hours=rate.interval_hours,
    )
