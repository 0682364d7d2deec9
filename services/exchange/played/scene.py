"""What the markets of a tape show at a moment of market time: tickers, books and trades.

Knows no clock. The same tape, seed and moment show the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from services.exchange.exchange import Market, OrderBook, Ticker, Trade
from services.exchange.played.book import Depth
from services.exchange.played.minutes import Minute, Minutes, touch_at
from services.exchange.played.noise import key_of
from services.exchange.played.shown import ticker_at, trade_at
from services.exchange.played.tape import MINUTE_MS, Tape, find, nature_at
from services.exchange.prices import to_moment


class Scene:
    """A minute of it has `steps` steps, each with a trade, where the volume allows it, and a book."""

    def __init__(self, tape: Tape, *, venue: str, seed: int, steps: int) -> None:
        self._tape = tape
        self._steps = steps
        self._step_ms = MINUTE_MS / steps
        self._minutes = Minutes(tape, seed=seed, steps=steps)
        self._keys = {name: key_of("book", venue, seed, name) for name in tape.markets}
        self._books: dict[str, tuple[float, OrderBook]] = {}

    def market(self, name: str) -> Market:
        """Return the market of that name. Raises `UnknownMarket`."""
        return find(self._tape, name)

    def ticker(self, market: Market, now_ms: float) -> Ticker | None:
        """Return the ticker that stands, or None where nothing was ever traded.

        Where no minute was recorded nothing was traded: the last price keeps the time it was made.
        """
        minute, step = self._standing(market, now_ms)
        if minute is None:
            return None
        return ticker_at(market, minute, step, nature_at(self._tape, market.name, minute.opens_at_ms))

    def book(self, market: Market, now_ms: float) -> OrderBook | None:
        """Return the book of the step that is being played, or None where nothing was ever traded."""
        made_at = math.floor(now_ms / self._step_ms) * self._step_ms
        known = self._books.get(market.name)
        if known is not None and known[0] == made_at:
            return known[1]
        minute, step = self._standing(market, now_ms)
        if minute is None:
            return None
        depth = Depth(market, self._keys[market.name], self._tape.turnover(market.name))
        book = depth.book(
            touch_at(minute, int(minute.newest[step]), market.tick),
            int(made_at),
            as_of=to_moment(made_at),
            nature=nature_at(self._tape, market.name, made_at),
        )
        self._books[market.name] = (made_at, book)
        return book

    def trades(self, market: Market, since_ms: float, now_ms: float) -> Iterator[Trade]:
        """Yield the trades made after `since_ms` and up to `now_ms`."""
        for opens_at in range(_minute_of(since_ms), _minute_of(now_ms) + 1, MINUTE_MS):
            minute = self._minutes.at(market, opens_at)
            if minute is not None:
                yield from self._made_in(market, minute, since_ms, now_ms)

    def newest_trades(self, market: Market, now_ms: float, limit: int) -> list[Trade]:
        """Return the newest `limit` trades made up to `now_ms`, or all there are, oldest first."""
        newest: list[Trade] = []
        minute = self._minutes.before(market, int(now_ms) + 1)
        while minute is not None and len(newest) < limit:
            newest += list(self._made_in(market, minute, minute.opens_at_ms - 1, now_ms))[::-1]
            minute = self._minutes.before(market, minute.opens_at_ms)
        return newest[: max(0, limit)][::-1]

    def _standing(self, market: Market, now_ms: float) -> tuple[Minute | None, int]:
        """Return the step that was made last, in its minute, or no minute where nothing was ever traded."""
        minute = self._minutes.at(market, _minute_of(now_ms))
        if minute is None:
            minute = self._minutes.before(market, int(now_ms) + 1)
        if minute is None:
            return None, 0
        return minute, min(int((now_ms - minute.opens_at_ms) / self._step_ms), self._steps - 1)

    def _made_in(self, market: Market, minute: Minute, since_ms: float, now_ms: float) -> Iterator[Trade]:
        opens_at = minute.opens_at_ms
        nature = nature_at(self._tape, market.name, opens_at)
        first = max(0, math.floor((since_ms - opens_at) / self._step_ms) + 1)
        last = min(self._steps - 1, math.floor((now_ms - opens_at) / self._step_ms))
        for step in range(first, last + 1):
            trade = trade_at(market, minute, step, nature)
            if trade is not None:
                yield trade


def _minute_of(moment_ms: float) -> int:
    return int(moment_ms) // MINUTE_MS * MINUTE_MS
