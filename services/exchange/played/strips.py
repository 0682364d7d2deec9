"""A tape that was recorded or drawn, and that grows behind its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from analytics.candles import Candles, Floats, join
from services.exchange.exchange import Market
from services.exchange.played.stochastic import LogBars, StochasticMarket
from services.exchange.played.tape import DAY_MS, MINUTE_MS, Tape, Window, window_of
from services.exchange.played.twin_tape import TwinTape
from services.exchange.played.walk import Bar
from services.exchange.prices import snap

_GROW_BARS = 60
_DRAWN_STEP = Decimal("0.001")
"""Of volumes that are drawn for a market whose own step is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One market's past: coarser candles, oldest and coarsest first, each ending where the next begins."""

    market: Market
    minutes: Candles
    turnover: float
    """About how much is traded in a minute, in base currency."""
    older: tuple[Candles, ...] = ()


class StripTape:
    """Strips that end together at `end_ms` and are grown by `source`, whose columns are in the strips' order.

    What opens at or after `simulated_from_ms` is simulated.
    """

    def __init__(
        self, strips: Sequence[Strip], *, source: StochasticMarket, end_ms: int, simulated_from_ms: int
    ) -> None:
        self._strips = {strip.market.name: strip for strip in strips}
        self._markets = {strip.market.name: strip.market for strip in strips}
        self._source = source
        self._end_ms = end_ms
        self._simulated_from_ms = simulated_from_ms

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets by name."""
        return self._markets

    def simulated_from_ms(self, market: str) -> int:
        """Return from when on its minutes are simulated, which is the same for all."""
        del market
        return self._simulated_from_ms

    def turnover(self, market: str) -> float:
        """Return about how much is traded in a minute, in base currency."""
        return self._strips[market].turnover

    def reach(self, until_ms: int) -> None:
        """Grow until every minute that opens at or before `until_ms` is on the tape."""
        grown: list[tuple[int, LogBars]] = []
        while self._end_ms <= until_ms:
            grown.append((self._end_ms, self._source.grow(_GROW_BARS, MINUTE_MS)))
            self._end_ms += _GROW_BARS * MINUTE_MS
        for column, (name, strip) in enumerate(self._strips.items() if grown else ()):
            new = (to_candles(bars, column, start, MINUTE_MS, strip.market) for start, bars in grown)
            self._strips[name] = replace(strip, minutes=join(strip.minutes, *new))

    def parts(self, market: str, start_ms: int, end_ms: int) -> Sequence[Candles]:
        """Return what was recorded from `start_ms` to `end_ms`; see `Tape.parts`."""
        strip = self._strips[market]
        return [part.between(start_ms, end_ms) for part in (*strip.older, strip.minutes)]

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        minutes = self._strips[market].minutes
        place = int(np.searchsorted(minutes.time, opens_at_ms))
        if place == len(minutes) or minutes.time[place] != opens_at_ms or not minutes.volume[place]:
            return None
        columns = (minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
        return Bar(*(float(column[place]) for column in columns))

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute with a trade that opens before `until_ms`, or None."""
        minutes = self._strips[market].minutes
        place = int(np.searchsorted(minutes.time, until_ms))
        while place and not minutes.volume[place - 1]:
            place -= 1
        return int(minutes.time[place - 1]) if place else None

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`; see `Tape.day_before`."""
        minutes = self._strips[market].minutes
        start_ms = minute_ms + MINUTE_MS - DAY_MS
        past = minutes.between(start_ms, minute_ms)
        return None if len(past) == 0 or minutes.time[0] > start_ms else window_of(past)

    def twin(self, seed: int) -> Tape:
        """Return the same markets as another venue has them."""
        return TwinTape(self, seed)


def to_candles(
    bars: LogBars, column: int, start_ms: int, step_ms: int, market: Market, *, shift: float = 0.0
) -> Candles:
    """Return one market's bars as candles on its tick, the first of which opens at `start_ms`.

    `shift` is added to the log prices. Volumes stand on the market's step.
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
        volume=snap(bars.volume[:, column], market.step or _DRAWN_STEP),
    )


def last_closes(strips: Sequence[Strip]) -> Floats:
    """Return the log of each strip's last close, in order."""
    closes: Floats = np.log([strip.minutes.close[-1] for strip in strips])
    return closes
