"""What is played: the minutes of several markets, older candles before them, new minutes grown behind.

A tape knows market time as positions in it and nothing of when it is: `playback` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.candles import Candles, Floats, bucket_start, join, resample, timeframe_ms
from services.errors import UnknownMarket, UserMistake
from services.exchange.exchange import TIMEFRAMES, Market, Nature
from services.exchange.played.stochastic import LogBars, StochasticMarket
from services.exchange.played.walk import Bar
from services.exchange.prices import snap

MINUTE_MS = 60_000
_DAY_MS = 86_400_000
_GROW_BARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One market's past: coarser candles, oldest and coarsest first, each ending where the next begins."""

    market: Market
    minutes: Candles
    older: tuple[Candles, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Part of a day that is over: the first open, the extremes, and the volume in quote currency."""

    open: float
    high: float
    low: float
    volume: float


class Tape:
    """Strips that end together at `end_ms` and are grown by `source`, whose columns are in the strips' order.

    What opens at or after `simulated_from_ms` is simulated, what opens before it is `replay`.
    """

    def __init__(
        self, strips: Sequence[Strip], *, source: StochasticMarket, end_ms: int, simulated_from_ms: int
    ) -> None:
        self._strips = {strip.market.name: strip for strip in strips}
        self._source = source
        self._end_ms = end_ms
        self._simulated_from_ms = simulated_from_ms

    @property
    def markets(self) -> tuple[Market, ...]:
        """Return the markets on the tape."""
        return tuple(strip.market for strip in self._strips.values())

    def nature_at(self, opens_at_ms: int) -> Nature:
        """Return how real what opens then is."""
        return "simulated" if opens_at_ms >= self._simulated_from_ms else "replay"

    def reach(self, until_ms: int) -> None:
        """Grow until every minute that opens at or before `until_ms` is on the tape."""
        grown: list[tuple[int, LogBars]] = []
        while self._end_ms <= until_ms:
            grown.append((self._end_ms, self._source.grow(_GROW_BARS, MINUTE_MS)))
            self._end_ms += _GROW_BARS * MINUTE_MS
        for column, (name, strip) in enumerate(self._strips.items() if grown else ()):
            new = (to_candles(bars, column, start, MINUTE_MS, strip.market) for start, bars in grown)
            self._strips[name] = Strip(
                market=strip.market, minutes=join(strip.minutes, *new), older=strip.older
            )

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        minutes = self._strip(market).minutes
        place = int(np.searchsorted(minutes.time, opens_at_ms))
        if place == len(minutes) or minutes.time[place] != opens_at_ms:
            return None
        return Bar(*(float(c[place]) for c in _columns(minutes)))

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute that opens before `until_ms`, or None."""
        time = self._strip(market).minutes.time
        place = int(np.searchsorted(time, until_ms))
        return int(time[place - 1]) if place else None

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`, without that minute itself.

        None while the tape does not reach back that far, or nothing was traded.
        """
        minutes = self._strip(market).minutes
        start_ms = minute_ms + MINUTE_MS - _DAY_MS
        past = minutes.between(start_ms, minute_ms)
        if len(past) == 0 or minutes.time[0] > start_ms:
            return None
        typical = (past.high + past.low + past.close) / 3
        return Window(
            open=float(past.open[0]),
            high=float(past.high.max()),
            low=float(past.low.min()),
            volume=float(past.volume @ typical),
        )

    def candles(self, market: str, timeframe: str, *, until_ms: int, limit: int) -> Candles:
        """Return the newest `limit` candles that have closed by `until_ms`.

        Raises:
            UnknownMarket: the market is not on the tape.
            UserMistake: the timeframe is none of `TIMEFRAMES`.
        """
        strip = self._strip(market)
        if timeframe not in TIMEFRAMES:
            raise UserMistake(
                f"There is no timeframe {timeframe}.", hint=f"Use one of {', '.join(TIMEFRAMES)}."
            )
        step_ms = timeframe_ms(timeframe)
        near = int(bucket_start(np.array([until_ms]), step_ms)[0]) - limit * step_ms
        found = _made_of(strip, step_ms, near, until_ms)
        if len(found) < limit:  # minutes are missing, so the same number of candles reaches further back
            found = _made_of(strip, step_ms, 0, until_ms)
        return found.last(limit)

    def _strip(self, market: str) -> Strip:
        try:
            return self._strips[market]
        except KeyError:
            raise UnknownMarket.of(market, ()) from None


def _columns(candles: Candles) -> tuple[Floats, ...]:
    return candles.open, candles.high, candles.low, candles.close, candles.volume


def _made_of(strip: Strip, step_ms: int, start_ms: int, until_ms: int) -> Candles:
    parts = [part for part in (*strip.older, strip.minutes) if part.step_ms <= step_ms]
    return join(*(resample(part.between(start_ms, until_ms), step_ms) for part in parts))


def to_candles(
    bars: LogBars, column: int, start_ms: int, step_ms: int, market: Market, *, shift: float = 0.0
) -> Candles:
    """Return one market's bars as candles on its tick, the first of which opens at `start_ms`.

    `shift` is added to the log prices.
    """
    open_, high, low, close = (
        snap(np.exp(prices[:, column] + shift), market.tick)
        for prices in (bars.open, bars.high, bars.low, bars.close)
    )
    return Candles(
        step_ms=step_ms,
        time=start_ms + np.arange(len(open_), dtype=np.int64) * step_ms,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=np.round(bars.volume[:, column], 3),
    )


def last_closes(strips: Sequence[Strip]) -> Floats:
    """Return the log of each strip's last close, in order."""
    closes: Floats = np.log([strip.minutes.close[-1] for strip in strips])
    return closes
