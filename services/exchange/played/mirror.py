"""Prices of another venue as somebody else reads them, behind the port.

Belongs here: keeping the newest of each kind and passing on what comes. Does not belong here: reading the
venue, which whoever calls `show` does, and making anything up: what was not shown is not there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from analytics.candles import Candles
from services.clock import Clock
from services.errors import ExchangeUnavailable, NotOffered, UnknownMarket
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
from services.exchange.played.listening import KINDS, Fanout

Shown = Ticker | Trade | OrderBook | Funding | OpenInterest
T = TypeVar("T", bound=Shown)

KEPT_TRADES = 1_000
"""Of each market."""
STALE_AFTER = timedelta(seconds=30)
FUNDING_STALE_AFTER = timedelta(minutes=15)
"""Of funding rates and open interest, which are read seldom."""
_CAPABILITIES: frozenset[Capability] = frozenset(
    {"trades", "order_book", "funding", "open_interest", "watch_ticker", "watch_trade", "watch_book"}
)


class _Received(NamedTuple):
    """What was shown, and when by either clock."""

    shown: Shown
    monotonic: float
    at: datetime


class MirrorExchange:
    """An `Exchange` whose prices are pushed into it. It has no candles.

    `nature` is what they are where they come from. Nothing is given that was received more than `stale_after`
    ago, whether the machine was awake meanwhile or asleep.
    """

    def __init__(
        self,
        *,
        venue: str,
        clock: Clock,
        nature: Nature = "live",
        stale_after: timedelta = STALE_AFTER,
    ) -> None:
        self._venue = venue
        self._nature: Nature = nature
        self._clock = clock
        self._stale_after = stale_after
        self._markets: dict[str, Market] | None = None
        self._newest: dict[tuple[type, str], _Received] = {}
        self._trades: dict[str, deque[Trade]] = {}
        self._fanout = Fanout(stale_after.total_seconds())

    def list_markets(self, markets: Sequence[Market]) -> None:
        """Take a new list of all markets; whoever watches one that is gone is told."""
        self._markets = {market.name: market for market in markets}
        self._fanout.keep(self._markets)

    def show(self, shown: Shown) -> None:
        """Take something new, and pass it on to whoever watches. What is no longer listed is left out."""
        if self._markets is None or shown.market not in self._markets:
            return
        self._newest[type(shown), shown.market] = _Received(shown, self._clock.monotonic(), self._clock.now())
        if isinstance(shown, Ticker):
            self._nature = shown.nature
        if isinstance(shown, Trade):
            self._trades.setdefault(shown.market, deque(maxlen=KEPT_TRADES)).append(shown)
        if isinstance(shown, Ticker | Trade | OrderBook):
            self._fanout.tell(shown)

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._venue

    @property
    def nature(self) -> Nature:
        """Return how real the newest ticker is."""
        return self._nature

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Return what can be shown here, whether or not it was."""
        return _CAPABILITIES

    async def markets(self) -> Sequence[Market]:
        """Return the markets as they were listed last; see `Exchange.markets`."""
        return tuple(self._listed().values())

    async def tickers(self, markets: Sequence[str] | None = None) -> Sequence[Ticker]:
        """Return the current price of `markets`, or of all; see `Exchange.tickers`. A stale one is left out.

        Raises:
            UnknownMarket: one of `markets` does not exist.
            ExchangeUnavailable: nothing was shown yet, or all of it is stale.
        """
        names = list(self._listed()) if markets is None else [self._known(name) for name in markets]
        found = [ticker for name in names if (ticker := self._fresh(Ticker, name)) is not None]
        if not found and names:
            raise self._unavailable(f"There is no fresh price of {', '.join(names[:3])}")
        return found

    async def candles(
        self, market: str, timeframe: str, *, limit: int, since: datetime | None = None
    ) -> Candles:
        """Raise `NotOffered`: nobody shows candles."""
        del market, timeframe, limit, since
        raise NotOffered.by(self._venue, "candles through a mirror")

    async def trades(self, market: str, *, limit: int) -> Sequence[Trade]:
        """Return the newest `limit` trades, 1,000 at most; see `Exchange.trades`."""
        shown = self._trades.get(self._known(market))
        if not shown or (self._fresh(Ticker, market) is None and self._fresh(Trade, market) is None):
            raise self._unavailable(f"There are no fresh trades of {market}")
        return list(shown)[-limit:] if limit > 0 else []

    async def order_book(self, market: str, *, depth: int) -> OrderBook:
        """Return up to `depth` levels a side; see `Exchange.order_book`."""
        book = self._fresh(OrderBook, self._known(market))
        if book is None:
            raise self._unavailable(f"There is no fresh order book of {market}")
        best = max(0, depth)
        return replace(book, bids=book.bids[:best], asks=book.asks[:best])

    async def funding(self, market: str) -> Funding:
        """Return the funding rate that is paid next; see `Exchange.funding`."""
        return self._of_swap(Funding, market, "funding rates")

    async def open_interest(self, market: str) -> OpenInterest:
        """Return the open interest; see `Exchange.open_interest`."""
        return self._of_swap(OpenInterest, market, "open interest")

    async def watch(self, channel: Channel, markets: Sequence[str]) -> AsyncIterator[Update]:
        """Yield what is shown from now on; see `Exchange.watch`."""
        names = [self._known(name) for name in markets]
        kind = KINDS[channel]
        with self._fanout.listening(kind, names, venue=self._venue) as heard:
            for name in names if kind is not Trade else ():
                standing = self._fresh(kind, name)
                if standing is not None:
                    heard.tell(standing)
            while True:
                yield await heard.next()

    def _of_swap(self, kind: type[T], market: str, what: str) -> T:
        if not self._listed()[self._known(market)].is_swap:
            raise NotOffered.by(self._venue, f"{what} of {market}")
        found = self._fresh(kind, market, FUNDING_STALE_AFTER)
        if found is None:
            raise self._unavailable(f"There is no fresh figure of the {what} of {market}")
        return found

    def _fresh(self, kind: type[T], market: str, stale_after: timedelta | None = None) -> T | None:
        found = self._newest.get((kind, market))
        if found is None or not isinstance(found.shown, kind):
            return None
        awake = timedelta(seconds=self._clock.monotonic() - found.monotonic)
        # Of a machine that slept only the wall clock went on; of one whose clock was put back only the other.
        age = max(awake, self._clock.now() - found.at)
        return found.shown if age <= (stale_after or self._stale_after) else None

    def _listed(self) -> dict[str, Market]:
        if self._markets is None:
            raise self._unavailable("The markets are not known yet")
        return self._markets

    def _known(self, market: str) -> str:
        if market not in self._listed():
            raise UnknownMarket.of(market, ())
        return market

    def _unavailable(self, message: str) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            f"{message} of {self._venue}.",
            hint="It comes from whoever reads that venue; see that this runs.",
            facts={"venue": self._venue},
        )
