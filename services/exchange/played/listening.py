"""Passes on what is told to whoever listens, each at a pace of their own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from services.errors import ExchangeUnavailable, UnknownMarket
from services.exchange.exchange import Channel, OrderBook, Ticker, Trade, Update

MOST_WAITING = 100_000
"""Trades that one listener may leave lying; one that is further behind has lost the stream."""
KINDS: dict[Channel, type[Update]] = {"ticker": Ticker, "trade": Trade, "book": OrderBook}


class Heard:
    """What one listener has still to take: the newest of each market, but of trades every one."""

    def __init__(
        self, markets: Sequence[str], *, venue: str, patience: float, told: Callable[[], int]
    ) -> None:
        """`told` counts what anybody was told; while that goes on, the stream is not lost."""
        self._markets = frozenset(markets)
        self._venue = venue
        self._patience = patience
        self._told = told
        self._waiting: dict[str, Update] = {}
        self._trades: deque[Trade] = deque()
        self._gone: str | None = None
        self._is_behind = False
        self._has_news = asyncio.Event()

    def tell(self, update: Update) -> None:
        """Take an update where it is of a market that is listened to."""
        if update.market not in self._markets:
            return
        if not isinstance(update, Trade):
            self._waiting[update.market] = update
        elif len(self._trades) < MOST_WAITING:
            self._trades.append(update)
        else:
            self._is_behind = True
        self._has_news.set()

    def keep(self, markets: Collection[str]) -> None:
        """Fail where one of what is listened to is not among `markets` any more."""
        gone = sorted(name for name in self._markets if name not in markets)
        if gone:
            self._gone = gone[0]
            self._has_news.set()

    async def next(self) -> Update:
        """Wait for the next update, the market first that has waited longest.

        Raises:
            UnknownMarket: a market is gone.
            ExchangeUnavailable: nothing came to anybody for too long, or this listener is too far behind.
        """
        while True:
            if self._gone is not None:
                raise UnknownMarket.of(self._gone, ())
            if self._trades:
                return self._trades.popleft()
            if self._is_behind:
                raise self._lost("was read too slowly")
            if self._waiting:
                return self._waiting.pop(next(iter(self._waiting)))
            await self._wait()

    async def _wait(self) -> None:
        self._has_news.clear()
        told = self._told()
        try:
            async with asyncio.timeout(self._patience):
                await self._has_news.wait()
        except TimeoutError:
            if self._told() == told:
                raise self._lost(f"was silent for {self._patience:g} s") from None

    def _lost(self, why: str) -> ExchangeUnavailable:
        return ExchangeUnavailable(
            f"The stream of {self._venue} {why}.",
            hint="Watch again; the newest trades tell what was missed.",
            facts={"venue": self._venue},
        )


class Fanout:
    """Knows who listens. `patience` is how many seconds of silence a listener takes for a lost stream."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._told = 0
        self._listeners: dict[Heard, type[Update]] = {}

    @contextmanager
    def listening(self, kind: type[Update], markets: Sequence[str], *, venue: str) -> Iterator[Heard]:
        """Listen to one kind of these markets for as long as the context lasts."""
        heard = Heard(markets, venue=venue, patience=self._patience, told=lambda: self._told)
        self._listeners[heard] = kind
        try:
            yield heard
        finally:
            del self._listeners[heard]

    def tell(self, update: Update) -> None:
        """Pass on an update."""
        self._told += 1
        for heard, kind in self._listeners.items():
            if isinstance(update, kind):
                heard.tell(update)

    def keep(self, markets: Collection[str]) -> None:
        """Tell whoever listens to a market that is not among `markets` any more."""
        for heard in self._listeners:
            heard.keep(markets)
