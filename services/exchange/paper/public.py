"""The public half of a paper exchange: what its source says, passed on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from analytics.candles import Candles
from services.exchange.exchange import (
    Capability,
    Channel,
    Exchange,
    Funding,
    Market,
    Nature,
    OpenInterest,
    OrderBook,
    Ticker,
    Trade,
    Update,
)


class PublicSide:
    """An `Exchange` that is another one, and has accounts besides."""

    def __init__(self, source: Exchange) -> None:
        self._source = source

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._source.venue

    @property
    def nature(self) -> Nature:
        """Return how real the prices are at this moment."""
        return self._source.nature

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what the source has, and accounts."""
        return self._source.capabilities | {"account"}

    async def markets(self) -> Sequence[Market]:
        """Return every market there is; see `Exchange.markets`."""
        return await self._source.markets()

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return current prices; see `Exchange.tickers`."""
        return await self._source.tickers(markets)

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Return closed candles; see `Exchange.candles`."""
        return await self._source.candles(market, timeframe, limit=limit, since=since)

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the newest trades; those of paper accounts are never among them."""
        return await self._source.trades(market, limit=limit)

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return the book of the source; orders of paper accounts are never in it."""
        return await self._source.order_book(market, depth=depth)

    async def funding(self, market: str) -> Funding:
        """Return the funding rate that is paid next; see `Exchange.funding`."""
        return await self._source.funding(market)

    async def open_interest(self, market: str) -> OpenInterest:
        """Return the open interest; see `Exchange.open_interest`."""
        return await self._source.open_interest(market)

    def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield what happens at the source; see `Exchange.watch`."""
        return self._source.watch(channel, markets)
