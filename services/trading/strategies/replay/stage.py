"""A recorded market as it is played to the paper engine: the steps that one candle may have been made of.

A candle is walked from its open over its extremes to its close. While a position is held the extreme that is
worse for it comes first, so that where both its stop and its target lie inside it is stopped; else a rising
candle goes to its low first. Books are made up round each price, which every fill says. Nothing here knows
what is traded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.candles import Candles
from services.exchange.exchange import Funding, Market, OrderBook, Ticker, Trade
from services.exchange.played.book import Depth
from services.exchange.played.funding import FundingHistory, next_boundary, rate_at
from services.exchange.played.minutes import Touch, step_of
from services.exchange.played.noise import key_of
from services.exchange.played.tape import MINUTE_MS
from services.exchange.played.terms import FUNDING_HOURS
from services.exchange.played.walk import FEWEST_STEPS, Bar, walk
from services.exchange.prices import on_step, to_amount, to_moment, to_price

_NEVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One moment of a candle: what was traded, and the book round it."""

    at_ms: int
    book: OrderBook
    ticker: Ticker
    trade: Trade | None


class Stage:
    """One recorded market. The same candles and seed play the same."""

    def __init__(
        self, market: Market, candles: Candles, *, venue: str, seed: int, funding: FundingHistory | None
    ) -> None:
        self.market = market
        self.candles = candles
        self.venue = venue
        self._seed = seed
        self._funding = funding
        minutes = candles.step_ms / MINUTE_MS
        self._depth = Depth(
            market,
            key_of("book", venue, seed, market.name),
            turnover=float(np.mean(candles.volume)) / minutes if len(candles) else 0.0,
        )
        self._key = zlib.crc32(market.name.encode())

    def opening(self, place: int) -> Step:
        """Return the first moment of the candle at `place`."""
        return next(self.steps(place))

    def steps(self, place: int, *, worst_for: int = 0) -> Iterator[Step]:
        """Yield the four moments of the candle at `place`: its open, both extremes, its close.

        Args:
            place: of the candle.
            worst_for: 1 for a long position that is held, -1 for a short one, 0 for none.
        """
        bar, opens_at = self._bar(place), int(self.candles.time[place])
        rng = np.random.default_rng([self._seed, self._key, opens_at // MINUTE_MS])
        prices = walk(bar, steps=FEWEST_STEPS, tick=self.market.tick, rng=rng).tolist()
        if worst_for:
            prices[1:-1] = (bar.low, bar.high) if worst_for > 0 else (bar.high, bar.low)
        part = bar.volume / FEWEST_STEPS
        before = bar.open
        for count, price in enumerate(prices):
            at_ms = opens_at + count * self.candles.step_ms // FEWEST_STEPS
            yield self._step(at_ms, price, part, is_rise=price >= before)
            before = price

    def closing(self, place: int) -> Step:
        """Return the last price of the candle at `place`, as it stands just before the candle is over."""
        bar = self._bar(place)
        at_ms = int(self.candles.time[place]) + self.candles.step_ms - 1
        return self._step(at_ms, bar.close, 0.0, is_rise=bar.close >= bar.open)

    def funding_after(self, moment_ms: int) -> Funding:
        """Return what is paid at the boundary after that moment: as recorded, else made up."""
        boundary = next_boundary(moment_ms, FUNDING_HOURS)
        rate = rate_at(
            boundary,
            history=self._funding,
            key=key_of("funding", self.venue, self._seed, self.market.name),
            hours=FUNDING_HOURS,
            simulated_from_ms=_NEVER,
        )
        return Funding(
            market=self.market.name,
            rate=rate.rate,
            as_of=to_moment(moment_ms),
            nature=rate.nature,
            next_at=to_moment(boundary),
            interval_hours=FUNDING_HOURS,
        )

    def _bar(self, place: int) -> Bar:
        one = self.candles
        columns = (one.open, one.high, one.low, one.close, one.volume)
        return Bar(*(float(column[place]) for column in columns))

    def _step(self, at_ms: int, price: float, amount: float, *, is_rise: bool) -> Step:
        exact, at = to_price(price, self.market.tick), to_moment(at_ms)
        touch = self._touch(exact, is_rise=is_rise)
        return Step(
            at_ms=at_ms,
            book=self._depth.book(touch, at_ms, as_of=at, nature="replay"),
            ticker=Ticker(market=self.market.name, price=exact, as_of=at, nature="replay"),
            trade=self._trade(at_ms, exact, amount, is_rise=is_rise),
        )

    def _touch(self, price: Decimal, *, is_rise: bool) -> Touch:
        """Return the touch: a rise took the ask, so that the bid is a tick below, and the reverse."""
        ticks = int(price / self.market.tick)
        return Touch(ticks - 1, ticks) if is_rise and ticks > 1 else Touch(ticks, ticks + 1)

    def _trade(self, at_ms: int, price: Decimal, amount: float, *, is_rise: bool) -> Trade | None:
        whole = on_step(to_amount(amount), step_of(self.market))
        if whole <= 0:
            return None
        return Trade(
            market=self.market.name,
            id=str(at_ms),
            price=price,
            amount=whole,
            side="buy" if is_rise else "sell",
            as_of=to_moment(at_ms),
            nature="replay",
        )
