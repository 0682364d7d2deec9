"""Plays a tape as if its market were open now: the part that recordings and simulations have in common."""

from __future__ import annotations

import asyncio
import math
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.candles import Candles, Floats, timeframe_ms
from services.clock import Clock
from services.exchange.exchange import TIMEFRAMES, Candle, Day, Market, Nature, Ticker
from services.exchange.played.tape import MINUTE_MS, Tape, Window
from services.exchange.played.walk import FEWEST_STEPS, Bar, walk
from services.exchange.prices import to_amount, to_moment, to_price

PAUSE_SECONDS = 0.25
"""Wall time between two tickers of a market."""
_SHORTEST_SLEEP_SECONDS = 0.01

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Minute:
    opens_at_ms: int
    bar: Bar
    prices: Floats
    day: Window | None


class Playback:
    """An `Exchange` whose market time began at `begins_at_ms` when this was built and runs with wall time.

    `speed` is how many seconds of market time pass in one of wall time. Every price and candle is a function
    of the tape, the seed and the market time alone, so whoever iterates late or twice sees the same. What
    lies between the tape's end and `begins_at_ms` is grown at once, which may take seconds.
    """

    def __init__(
        self,
        tape: Tape,
        *,
        venue: str,
        begins_at_ms: int,
        clock: Clock,
        seed: int,
        speed: float = 1.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        tape.reach(_minute_of(begins_at_ms))
        self._tape = tape
        self._venue = venue
        self._begins_at_ms = begins_at_ms
        self._clock = clock
        self._started = clock.monotonic()
        self._seed = seed
        self._speed = speed
        self._sleep = sleep
        self._steps = max(FEWEST_STEPS, round(MINUTE_MS / 1000 / PAUSE_SECONDS / speed))
        self._walks: dict[str, _Minute] = {}

    @property
    def venue(self) -> str:
        """Return whose prices these are."""
        return self._venue

    @property
    def nature(self) -> Nature:
        """Return how real the minute is that is being played."""
        return self._tape.nature_at(_minute_of(self._now_ms()))

    async def markets(self) -> Sequence[Market]:
        """Return the markets on the tape."""
        return self._tape.markets

    async def candles(self, market: str, timeframe: str, *, limit: int) -> Candles:
        """Return the newest `limit` closed candles; see `Exchange.candles`."""
        return self._tape.candles(market, timeframe, until_ms=int(self._now_ms()), limit=limit)

    async def tickers(self) -> AsyncIterator[Ticker]:
        """Yield the current price of every market, then each new one; see `Exchange.tickers`.

        Where no minute was recorded nothing was traded: the last price is repeated with the time it was made.
        """
        now = self._now_ms()
        for market in self._tape.markets:
            for ticker in self._standing(market, now):
                yield ticker
        while True:
            await self._sleep(PAUSE_SECONDS)
            since, now = now, self._now_ms()
            for market in self._tape.markets:
                for ticker in self._passed(market, since, now) or self._repeated(market, now):
                    yield ticker

    async def closed_candles(self) -> AsyncIterator[Candle]:
        """Yield each candle that closes from now on; see `Exchange.closed_candles`."""
        closes_at = _minute_of(self._now_ms()) + MINUTE_MS
        while True:
            remaining = (closes_at - self._now_ms()) / 1000 / self._speed
            if remaining > 0:
                await self._sleep(max(remaining, _SHORTEST_SLEEP_SECONDS))
                continue
            for candle in self._closing(closes_at):
                yield candle
            closes_at += MINUTE_MS

    def _now_ms(self) -> float:
        now = self._begins_at_ms + (self._clock.monotonic() - self._started) * 1000 * self._speed
        self._tape.reach(_minute_of(now))
        return now

    def _closing(self, closes_at_ms: int) -> Iterator[Candle]:
        due = [timeframe for timeframe in TIMEFRAMES if closes_at_ms % timeframe_ms(timeframe) == 0]
        for market in self._tape.markets:
            for timeframe in due:
                newest = self._tape.candles(market.name, timeframe, until_ms=closes_at_ms, limit=1)
                if len(newest) and newest.time[0] + timeframe_ms(timeframe) == closes_at_ms:
                    yield self._candle(market, timeframe, newest)

    def _candle(self, market: Market, timeframe: str, one: Candles) -> Candle:
        open_, high, low, close = (
            to_price(float(column[0]), market.tick) for column in (one.open, one.high, one.low, one.close)
        )
        closes_at = int(one.time[0]) + one.step_ms
        return Candle(
            market=market.name,
            timeframe=timeframe,
            opens_at=to_moment(int(one.time[0])),
            closes_at=to_moment(closes_at),
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=to_amount(float(one.volume[0])),
            nature=self._tape.nature_at(closes_at - MINUTE_MS),
        )

    def _standing(self, market: Market, now_ms: float) -> list[Ticker]:
        """Return the ticker that stands at `now_ms`, or none where nothing was ever traded.

        It is the last step made, or the close of the last minute in which there was a trade.
        """
        newest = self._tape.minute_before(market.name, int(now_ms) + 1)
        minute = None if newest is None else self._minute(market, newest)
        if minute is None:
            return []
        step = int((now_ms - minute.opens_at_ms) / self._step_ms)
        return [self._ticker(market, minute, min(step, self._steps - 1))]

    def _repeated(self, market: Market, now_ms: float) -> list[Ticker]:
        """Return the last ticker again where the current minute has no trade, else nothing."""
        is_moving = self._minute(market, _minute_of(now_ms)) is not None
        return [] if is_moving else self._standing(market, now_ms)

    def _passed(self, market: Market, since_ms: float, now_ms: float) -> list[Ticker]:
        """Return the tickers made after `since_ms` and up to `now_ms`."""
        return [
            self._ticker(market, minute, step) for minute, step in self._steps_in(market, since_ms, now_ms)
        ]

    def _steps_in(self, market: Market, since_ms: float, now_ms: float) -> Iterator[tuple[_Minute, int]]:
        for opens_at in range(_minute_of(since_ms), _minute_of(now_ms) + 1, MINUTE_MS):
            minute = self._minute(market, opens_at)
            if minute is None:
                continue
            first = max(0, math.floor((since_ms - opens_at) / self._step_ms) + 1)
            last = min(self._steps - 1, math.floor((now_ms - opens_at) / self._step_ms))
            for step in range(first, last + 1):
                yield minute, step

    @property
    def _step_ms(self) -> float:
        return MINUTE_MS / self._steps

    def _minute(self, market: Market, opens_at_ms: int) -> _Minute | None:
        known = self._walks.get(market.name)
        if known is not None and known.opens_at_ms == opens_at_ms:
            return known
        bar = self._tape.minute(market.name, opens_at_ms)
        if bar is None:
            return None
        rng = np.random.default_rng([self._seed, zlib.crc32(market.name.encode()), opens_at_ms // MINUTE_MS])
        prices = walk(bar, steps=self._steps, tick=market.tick, rng=rng)
        made = _Minute(opens_at_ms, bar, prices, self._tape.day_before(market.name, opens_at_ms))
        self._walks[market.name] = made
        return made

    def _ticker(self, market: Market, minute: _Minute, step: int) -> Ticker:
        return Ticker(
            market=market.name,
            price=to_price(float(minute.prices[step]), market.tick),
            as_of=to_moment(minute.opens_at_ms + step * self._step_ms),
            nature=self._tape.nature_at(minute.opens_at_ms),
            day=_day(market, minute, step),
        )


def _minute_of(moment_ms: float) -> int:
    return int(moment_ms) // MINUTE_MS * MINUTE_MS


def _day(market: Market, minute: _Minute, step: int) -> Day | None:
    if minute.day is None:
        return None
    so_far = minute.prices[: step + 1]
    traded = minute.bar.volume * (step + 1) / len(minute.prices) * float(so_far.mean())
    return Day(
        open=to_price(minute.day.open, market.tick),
        high=to_price(max(minute.day.high, float(so_far.max())), market.tick),
        low=to_price(min(minute.day.low, float(so_far.min())), market.tick),
        volume=to_amount(round(minute.day.volume + traded, 2)),
    )
