"""Carries the board's figures to the bus: newest values as fast as it takes them, quotes at an alert's pace.

Nothing queues up here: what changed while a write was on its way goes with the next one, as it is then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

from services.bus.messages import Key, Message
from services.errors import BusUnavailable
from services.exchange.exchange import OrderBook
from services.market.board import Board, book_of
from services.market.links import Link
from services.market.messages import (
    BOOK_TOP,
    FUNDING,
    LAST_QUOTE,
    MARKET_NAMES,
    QUOTES,
    Book,
    MarketNames,
    Quote,
)
from services.market.newest import Newest, Received
from services.market.ports import Outlet

PUBLISH_SECONDS = 0.05
"""Between two quotes of one market on the bus; alerts hear prices by them."""
RETRY_SECONDS = 1.0
NAMES_SECONDS = 30.0
"""Between two lists of the markets on the bus, which forgets them when it is started again."""
TOP_LEVELS = 10
_BREATH_SECONDS = 0.002
"""Between two writes, for the rest of the process; what comes meanwhile goes together."""
_AT_ONCE = 64

F = TypeVar("F")
M = TypeVar("M", bound=Message)


class Writer:
    """Puts what the board says has changed, publishes quotes that moved, and lists the names of markets."""

    def __init__(
        self,
        board: Board,
        outlet: Outlet,
        *,
        link: Link,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._board = board
        self._outlet = outlet
        self._link = link
        self._sleep = sleep
        self._unpublished: dict[str, Quote] = {}
        self._published: dict[str, datetime] = {}

    async def run(self) -> None:
        """Write until cancelled; quotes wait for nothing else."""
        board = self._board
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._put_always(LAST_QUOTE, board.quotes, self._quote))
            loops.create_task(self._put_always(BOOK_TOP, board.books, self._top))
            loops.create_task(self._put_always(FUNDING, board.fundings, lambda kept: kept.figure))
            loops.create_task(self._publish_always())
            loops.create_task(self._list_names_always())

    async def _put_always(
        self, key: Key[M], kept_in: Newest[F], told: Callable[[Received[F]], M | None]
    ) -> None:
        while True:
            await kept_in.changed.wait()
            try:
                await self._put(key, kept_in.take(_AT_ONCE), kept_in, told)
            except BusUnavailable as error:
                self._link.fails(error.message)
                await self._sleep(RETRY_SECONDS)
            else:
                self._link.works()
                await self._sleep(_BREATH_SECONDS)

    async def _put(
        self,
        key: Key[M],
        taken: Mapping[str, Received[F]],
        kept_in: Newest[F],
        told: Callable[[Received[F]], M | None],
    ) -> None:
        values = {market: value for market, kept in taken.items() if (value := told(kept)) is not None}
        if not values:
            return
        as_of = {market: kept.as_of for market, kept in taken.items()}
        try:
            await self._outlet.put_all(key, values, as_of=as_of)
        except BusUnavailable:
            kept_in.mark(taken)
            raise

    def _quote(self, kept: Received[Quote]) -> Quote:
        """Return a quote as it is told, which is also to be published."""
        self._unpublished[kept.figure.market] = kept.figure
        return kept.figure

    def _top(self, kept: Received[OrderBook]) -> Book | None:
        market = self._board.markets.get(kept.figure.market)
        return None if market is None else book_of(kept, market, venue=self._board.venue, depth=TOP_LEVELS)

    async def _publish_always(self) -> None:
        while True:
            quotes, self._unpublished = self._unpublished, {}
            try:
                await self._publish([quote for quote in quotes.values() if self._has_moved(quote)])
            except BusUnavailable as error:
                self._link.fails(error.message)
            await self._sleep(PUBLISH_SECONDS)

    def _has_moved(self, quote: Quote) -> bool:
        is_new = self._published.get(quote.market) != quote.origin.as_of
        self._published[quote.market] = quote.origin.as_of
        return is_new

    async def _publish(self, quotes: list[Quote]) -> None:
        for start in range(0, len(quotes), _AT_ONCE):
            await self._publish_together(quotes[start : start + _AT_ONCE])
            self._link.works()

    async def _publish_together(self, quotes: list[Quote]) -> None:
        said = await asyncio.gather(
            *(self._outlet.publish(QUOTES, quote) for quote in quotes), return_exceptions=True
        )
        for outcome in said:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _list_names_always(self) -> None:
        while True:
            await self._sleep(NAMES_SECONDS if await self._has_listed_names() else RETRY_SECONDS)

    async def _has_listed_names(self) -> bool:
        names = self._board.names()
        if names is None:
            return False
        try:
            await self._outlet.put(MARKET_NAMES, MarketNames(names=list(names.ranked)))
        except BusUnavailable as error:
            self._link.fails(error.message)
            return False
        return True
