"""What this process knows of one venue's markets: the newest quote, book and funding rate of each."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from services.clock import Clock
from services.errors import StalePrice
from services.exchange.exchange import Funding, Market, Nature, OrderBook, Ticker, Trade, Update
from services.market.messages import Book, BookLevel, FundingRate, Origin, Quote
from services.market.names import Names
from services.market.newest import Newest, Received
from services.market.ranking import by_turnover

_RANK_FOR_SECONDS = 60.0
_OFFERS_LAST_SECONDS = 10.0
"""How long a ticker's best offers and mark price stand beside the price of later trades."""
_DAY_LASTS_SECONDS = 120.0
"""The same of its 24 hours."""


class Board:
    """Written by the feed, read by the service. Without markets until `list_markets` was called."""

    def __init__(self, *, venue: Callable[[], str], clock: Clock, first: Container[str] = ()) -> None:
        """`venue` says whose prices these are now; figures of markets in `first` are passed on first."""
        self.quotes: Newest[Quote] = Newest(clock, first=first)
        self.books: Newest[OrderBook] = Newest(clock, first=first)
        self.fundings: Newest[FundingRate] = Newest(clock, first=first)
        self._venue = venue
        self._clock = clock
        self._markets: dict[str, Market] = {}
        self._names = Names(())
        self._ticked_at: dict[str, float] = {}
        self._ranked_at = clock.monotonic()

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._venue()

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return every market there is, by name; none while they are not known."""
        return self._markets

    def list_markets(self, markets: Sequence[Market]) -> None:
        """Say which markets there are; figures of others are forgotten and refused from now on."""
        self._markets = {market.name: market for market in markets}
        for figures in (self.quotes, self.books, self.fundings):
            figures.keep_only(self._markets)
        self._rank()

    def show(self, update: Update) -> None:
        """Take what the exchange sent, unless it is of a market that there is not."""
        if update.market not in self._markets:
            return
        match update:
            case Ticker():
                self._show_ticker(update)
            case Trade():
                self._show_trade(update)
            case OrderBook():
                self.books.show(update.market, update, update.as_of)

    def show_funding(self, funding: Funding) -> FundingRate:
        """Take a funding rate and return it as it is told."""
        rate = FundingRate(
            market=funding.market,
            rate=funding.rate,
            next_at=funding.next_at,
            interval_hours=funding.interval_hours,
            origin=self.origin(funding.nature, funding.as_of),
        )
        self.fundings.show(funding.market, rate, funding.as_of)
        return rate

    def latest(self, market: str) -> Quote | None:
        """Return the newest quote, however old it is, or None when there was none yet."""
        kept = self.quotes.get(market)
        return None if kept is None else kept.figure

    def names(self) -> Names | None:
        """Return the names of the markets, ranked by turnover, or None while the markets are not known."""
        if not self._markets:
            return None
        if self._clock.monotonic() - self._ranked_at > _RANK_FOR_SECONDS:
            self._rank()
        return self._names

    def rank(self) -> Sequence[str]:
        """Rank the markets by turnover and return those that are open, the most traded first."""
        self._rank()
        return [name for name in self._names.ranked if self._markets[name].is_open]

    def origin(self, nature: Nature, as_of: datetime) -> Origin:
        """Return the origin of a figure that is received now."""
        return Origin(venue=self.venue, nature=nature, as_of=as_of, received_at=self._clock.now())

    def _show_ticker(self, ticker: Ticker) -> None:
        day = ticker.day
        self._ticked_at[ticker.market] = self._clock.monotonic()
        quote = Quote(
            market=ticker.market,
            price=ticker.price,
            tick=self._markets[ticker.market].tick,
            origin=self.origin(ticker.nature, ticker.as_of),
            open_24h=None if day is None else day.open,
            high_24h=None if day is None else day.high,
            low_24h=None if day is None else day.low,
            volume_24h=None if day is None else day.volume,
            bid=ticker.bid,
            ask=ticker.ask,
            mark=ticker.mark,
        )
        self.quotes.show(ticker.market, quote, ticker.as_of)

    def _show_trade(self, trade: Trade) -> None:
        """Let the price follow a trade; what a ticker said of the day and the best offers stays a while."""
        kept = self.quotes.get(trade.market)
        if kept is None or trade.as_of < kept.as_of:
            return
        quote = self._without_what_is_old(kept.figure)
        high, low = quote.high_24h, quote.low_24h
        moved = msgspec.structs.replace(
            quote,
            price=trade.price,
            origin=self.origin(trade.nature, trade.as_of),
            high_24h=None if high is None else max(high, trade.price),
            low_24h=None if low is None else min(low, trade.price),
        )
        self.quotes.show(trade.market, moved, trade.as_of)

    def _without_what_is_old(self, quote: Quote) -> Quote:
        """Return `quote` without what only tickers tell, once none has come for a while."""
        age = self._clock.monotonic() - self._ticked_at.get(quote.market, 0.0)
        if age > _OFFERS_LAST_SECONDS:
            quote = msgspec.structs.replace(quote, bid=None, ask=None, mark=None)
        if age > _DAY_LASTS_SECONDS:
            quote = msgspec.structs.replace(
                quote, open_24h=None, high_24h=None, low_24h=None, volume_24h=None
            )
        return quote

    def _rank(self) -> None:
        self._names = self._names.ranked_anew(by_turnover(self._markets.values(), self.latest))
        self._ranked_at = self._clock.monotonic()


def book_of(kept: Received[OrderBook], market: Market, *, venue: str, depth: int) -> Book:
    """Return a book as it is told, up to `depth` levels a side."""
    book, as_of, received_at = kept
    return Book(
        market=book.market,
        bids=[BookLevel(price=price, amount=amount) for price, amount in book.bids[:depth]],
        asks=[BookLevel(price=price, amount=amount) for price, amount in book.asks[:depth]],
        tick=market.tick,
        origin=Origin(venue=venue, nature=book.nature, as_of=as_of, received_at=received_at),
        is_depth_simulated=book.is_depth_simulated,
    )


def age_of(origin: Origin, now: datetime) -> timedelta:
    """Return how long ago a figure was received."""
    return max(timedelta(0), now - origin.received_at)


def refuse_stale(quote: Quote, *, now: datetime, limit: timedelta) -> None:
    """Raise `StalePrice` for a quote that is older than `limit`."""
    age = age_of(quote.origin, now)
    if age > limit:
        seconds = age.total_seconds()
        raise StalePrice(
            f"The last price of {quote.market} is {seconds:.0f} s old.",
            hint="Prices stopped arriving; ask again in a minute.",
            facts={"market": quote.market, "age": round(seconds, 1), "limit": limit.total_seconds()},
        )
