"""One venue as questions see it: the board's figure while it is fresh, else one that is asked for now.

When the venue does not answer, the last figure is given with its age until it is too old; then that is said.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from services.clock import Clock
from services.errors import ExchangeUnavailable, NotOffered
from services.exchange.exchange import Exchange, Market
from services.market.board import Board, age_of, book_of, refuse_stale
from services.market.messages import Book, FundingRate, Interest, Quote
from services.market.names import Names
from services.market.newest import Received
from services.market.patience import within
from services.market.sharing import Shared
from services.market.watched import Watched

FRESH = timedelta(seconds=2)
"""A figure that is no older is not asked for again."""
FRESH_WHEN_WATCHED = timedelta(seconds=10)
"""Of a watched market: no news within this time is what a quiet market looks like."""
ANSWER_SECONDS = 1.5
"""Whoever asks waits two seconds at most."""
_FUNDING_FRESH = timedelta(seconds=90)
_LIST_AGAIN_SECONDS = 600.0

F = TypeVar("F")
T = TypeVar("T")

log = structlog.get_logger(__name__)


class Venue:
    """Answers about one exchange. The farm's own has a feed behind its board; others are asked each time."""

    def __init__(
        self,
        exchange: Exchange,
        board: Board,
        *,
        clock: Clock,
        stale_after: timedelta,
        watched: Watched | None = None,
    ) -> None:
        """With `watched` a feed keeps the list of markets, and what is asked for is watched from then on."""
        self.exchange = exchange
        self.board = board
        self._clock = clock
        self._stale_after = stale_after
        self._watched = watched
        self._listed_at: float | None = None
        self._refreshing = Shared()

    async def names(self) -> Names:
        """Return the names of its markets. Raises `ExchangeUnavailable` while they are not known."""
        if self._watched is None:
            await self._refreshing.do("", self._list_markets)
        names = self.board.names()
        if names is None:
            raise self._nothing_yet("The markets are not known yet.")
        return names

    async def market(self, asked: str) -> Market:
        """Return the market that `asked` means, and have it watched."""
        market = (await self.names()).resolve(asked)
        if self._watched is not None:
            self._watched.want(market)
        return self.board.markets[market]

    async def quote(self, asked: str) -> Quote:
        """Return a quote that is fresh, or the last one while it is not too old."""
        market = await self.market(asked)
        if not self._is_fresh(self.board.quotes.get(market.name), market.name):
            await self._refreshing.do(market.name, partial(self._refresh, market.name))
        quote = self.board.latest(market.name)
        if quote is None:
            raise self._nothing_yet(f"There is no price of {market.name} yet.")
        refuse_stale(quote, now=self._clock.now(), limit=self._stale_after)
        return quote

    async def book(self, asked: str, depth: int) -> Book:
        """Return the order book up to `depth` levels a side, from the stream where that shows as many."""
        market = await self.market(asked)
        kept = self.board.books.get(market.name)
        if (
            kept is None
            or not self._is_fresh(kept, market.name)
            or min(len(kept.figure.bids), len(kept.figure.asks)) < depth
        ):
            book = await self._within(self.exchange.order_book(market.name, depth=depth))
            kept = Received(book, book.as_of, self._clock.now())
        return book_of(kept, market, venue=self.board.venue, depth=depth)

    async def funding(self, asked: str) -> FundingRate:
        """Return the funding rate that is paid next."""
        market = await self.market(asked)
        if not market.is_swap:
            raise NotOffered.by(self.board.venue, f"a funding rate of {market.name}, which is spot")
        kept = self.board.fundings.get(market.name)
        if kept is not None and self._age(kept) <= _FUNDING_FRESH:
            return kept.figure
        return self.board.show_funding(await self._within(self.exchange.funding(market.name)))

    async def interest(self, asked: str) -> Interest:
        """Return the open interest of a contract, valued at its last price where the venue does not.

        Without a price that is fresh enough it has no value.
        """
        market = await self.market(asked)
        if market.settle is None:
            raise NotOffered.by(self.board.venue, f"an open interest of {market.name}, which is spot")
        held = await self._within(self.exchange.open_interest(market.name))
        quote = self.board.latest(market.name)
        is_known = quote is not None and age_of(quote.origin, self._clock.now()) <= self._stale_after
        worth = held.amount * quote.price if quote is not None and is_known else None
        return Interest(
            market=market.name,
            amount=held.amount,
            cost=worth if held.cost is None else held.cost,
            origin=self.board.origin(held.nature, held.as_of),
        )

    async def _refresh(self, market: str) -> None:
        """Ask the venue; without an answer the last figure has to do."""
        try:
            for ticker in await self._within(self.exchange.tickers([market])):
                self.board.show(ticker)
        except ExchangeUnavailable as error:
            log.info("quote_not_refreshed", market=market, reason=error.message)
            if self.board.latest(market) is None:
                raise

    async def _list_markets(self) -> None:
        now = self._clock.monotonic()
        if self._listed_at is not None and now - self._listed_at < _LIST_AGAIN_SECONDS:
            return
        try:
            self.board.list_markets(await within(self.exchange.markets(), venue=self.board.venue))
        except ExchangeUnavailable:
            if not self.board.markets:
                raise
        self._listed_at = now

    async def _within(self, asked: Awaitable[T]) -> T:
        return await within(asked, venue=self.board.venue, seconds=ANSWER_SECONDS)

    def _is_fresh(self, kept: Received[F] | None, market: str) -> bool:
        if kept is None:
            return False
        is_watched = self._watched is not None and market in self._watched
        return self._age(kept) <= (FRESH_WHEN_WATCHED if is_watched else FRESH)

    def _age(self, kept: Received[F]) -> timedelta:
        return max(timedelta(0), self._clock.now() - kept.received_at)

    def _nothing_yet(self, message: str) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            message, hint="Ask again in a few seconds.", facts={"venue": self.board.venue}
        )
