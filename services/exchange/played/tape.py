"""What is played: the minutes of several markets, with older and coarser candles before them.

A tape knows market time as positions in it and nothing of when it is: `playback` does. Here is what every
tape has, and what follows from that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analytics.candles import Candles, bucket_start, empty, join, resample, timeframe_ms
from services.errors import UnknownMarket, UserMistake
from services.exchange.exchange import TIMEFRAMES, Market, Nature
from services.exchange.played.walk import Bar

MINUTE_MS = 60_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Part of a day that is over: the first open, the extremes, and the volume in quote currency."""

    open: float
    high: float
    low: float
    volume: float


class Tape(Protocol):
    """Minutes by market; a minute in which nothing was traded is missing or has no volume.

    Every method that takes a market wants one of `markets`.
    """

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets by name."""
        ...

    def simulated_from_ms(self, market: str) -> int:
        """Return from when on its minutes are simulated; what opens before is `replay`."""
        ...

    def turnover(self, market: str) -> float:
        """Return about how much is traded in a minute, in base currency."""
        ...

    def reach(self, until_ms: int) -> None:
        """Grow until every minute that opens at or before `until_ms` is on the tape."""
        ...

    def parts(self, market: str, start_ms: int, end_ms: int) -> Sequence[Candles]:
        """Return what opens from `start_ms` on and has closed by `end_ms`, as it was recorded.

        Candles of one timeframe each, the coarsest and oldest first, the minutes last.
        """
        ...

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        ...

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute with a trade that opens before `until_ms`, or None."""
        ...

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`, without that minute itself.

        None while the tape does not reach back that far, or nothing was traded.
        """
        ...

    def twin(self, seed: int) -> Tape:
        """Return the same markets as another venue has them: simulated, and a little off these prices."""
        ...


def find(tape: Tape, market: str) -> Market:
    """Return the market of that name. Raises `UnknownMarket`."""
    try:
        return tape.markets[market]
    except KeyError:
        raise UnknownMarket.of(market, ()) from None


def nature_at(tape: Tape, market: str, moment_ms: float) -> Nature:
    """Return how real what opens or happens then is."""
    return "simulated" if moment_ms >= tape.simulated_from_ms(market) else "replay"


def window_of(minutes: Candles) -> Window:
    """Return what happened in `minutes`, of which there is at least one."""
    typical = (minutes.high + minutes.low + minutes.close) / 3
    return Window(
        open=float(minutes.open[0]),
        high=float(minutes.high.max()),
        low=float(minutes.low.min()),
        volume=float(minutes.volume @ typical),
    )


def candles_of(
    tape: Tape, market: str, timeframe: str, *, until_ms: int, limit: int, since_ms: int | None = None
) -> Candles:
    """Return the newest `limit` candles that have closed by `until_ms`.

    With `since_ms`, the oldest `limit` of those that open at or after it.

    Raises:
        UnknownMarket: the market is not on the tape.
        UserMistake: the timeframe is none of `TIMEFRAMES`.
    """
    find(tape, market)
    if timeframe not in TIMEFRAMES:
        raise UserMistake(f"There is no timeframe {timeframe}.", hint=f"Use one of {', '.join(TIMEFRAMES)}.")
    step_ms = timeframe_ms(timeframe)
    if limit <= 0:
        return empty(step_ms)
    if since_ms is None:
        return _newest(tape, market, step_ms, until_ms, limit)
    return _oldest(tape, market, step_ms, since_ms=since_ms, until_ms=until_ms, limit=limit)


def _newest(tape: Tape, market: str, step_ms: int, until_ms: int, limit: int) -> Candles:
    near = _grid(until_ms, step_ms) - limit * step_ms
    found = _made_of(tape, market, step_ms, near, until_ms)
    if len(found) < limit:  # minutes are missing, so the same number of candles reaches further back
        found = _made_of(tape, market, step_ms, 0, until_ms)
    return found.last(limit)


def _oldest(tape: Tape, market: str, step_ms: int, *, since_ms: int, until_ms: int, limit: int) -> Candles:
    start = _grid(since_ms + step_ms - 1, step_ms)
    found = _made_of(tape, market, step_ms, start, min(until_ms, start + limit * step_ms))
    if len(found) < limit:
        found = _made_of(tape, market, step_ms, start, until_ms)
    return found.slice(0, min(limit, len(found)))


def _grid(moment_ms: int, step_ms: int) -> int:
    return int(bucket_start(np.array([moment_ms]), step_ms)[0])


def _made_of(tape: Tape, market: str, step_ms: int, start_ms: int, until_ms: int) -> Candles:
    parts = (part for part in tape.parts(market, start_ms, until_ms) if part.step_ms <= step_ms)
    return join(empty(step_ms), *(resample(part, step_ms) for part in parts))
