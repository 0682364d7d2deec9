"""Minutes as they are played: the trades that one candle may have been made of, step by step.

The candle is recorded, or drawn; its trades are made up so that they rebuild it exactly.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analytics.candles import Floats, Integers
from services.exchange.exchange import Market
from services.exchange.played.tape import MINUTE_MS, Tape, Window
from services.exchange.played.walk import Bar, walk
from services.exchange.prices import snap, to_amount

_FINEST_STEP = Decimal("0.00000001")
_MARK_SECONDS = 5.0
"""How far the mark price lags behind, as the time constant of an exponential average."""
_WIDTH = 1e-6
"""The usual distance of bid and ask, as a share of the price; one tick at least."""
_USUAL_SHARE = 0.8
_KEPT = 3


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of one market in steps of equal length; all arrays have the shape (steps,).

    A step without a trade has the price of the one before it.
    """

    opens_at_ms: int
    bar: Bar
    prices: Floats
    amounts: Integers
    """What is traded in each step, in steps of the market's amount; 0 for none."""
    newest: Integers
    """The newest step that has a trade, as of each step."""
    is_buy: npt.NDArray[np.bool_]
    """Whether the taker buys."""
    widths: Integers
    """The distance of bid and ask in ticks."""
    marks: Floats
    day: Window | None


class Touch(NamedTuple):
    """The best prices in ticks."""

    bid: int
    ask: int


def step_of(market: Market) -> Decimal:
    """Return the step of the amounts that are printed."""
    return market.step or _FINEST_STEP


def touch_at(minute: Minute, step: int, tick: Decimal) -> Touch:
    """Return where bid and ask stand after the trade of `step`: the taker took one of them."""
    price, width = round(float(minute.prices[step]) / float(tick)), int(minute.widths[step])
    if minute.is_buy[step] and price > width:
        return Touch(bid=price - width, ask=price)
    return Touch(bid=price, ask=price + width)


class Minutes:
    """The minutes of a tape, each made when it is first asked for; the newest few are kept."""

    def __init__(self, tape: Tape, *, seed: int, steps: int) -> None:
        self._tape = tape
        self._seed = seed
        self._steps = steps
        self._kept: dict[str, dict[int, Minute | None]] = {name: {} for name in tape.markets}

    def at(self, market: Market, opens_at_ms: int) -> Minute | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        kept = self._kept[market.name]
        if opens_at_ms not in kept:
            kept[opens_at_ms] = self._made(market, opens_at_ms)
            if len(kept) > _KEPT:
                made = kept[opens_at_ms]
                del kept[min(kept)]
                return made
        return kept[opens_at_ms]

    def before(self, market: Market, until_ms: int) -> Minute | None:
        """Return the newest minute with a trade that opens before `until_ms`, or None."""
        opens_at = self._tape.minute_before(market.name, until_ms)
        return None if opens_at is None else self.at(market, opens_at)

    def _made(self, market: Market, opens_at_ms: int) -> Minute | None:
        bar = self._tape.minute(market.name, opens_at_ms)
        count = 0 if bar is None else int((to_amount(bar.volume) / step_of(market)).to_integral_value())
        if bar is None or count == 0:
            return None
        day = self._tape.day_before(market.name, opens_at_ms)
        if count == 1:
            return _of_one_trade(market, opens_at_ms, bar, day, self._steps)
        rng = np.random.default_rng([self._seed, zlib.crc32(market.name.encode()), opens_at_ms // MINUTE_MS])
        return _walked(market, opens_at_ms, bar, day, count=count, steps=self._steps, rng=rng)


def _walked(
    market: Market,
    opens_at_ms: int,
    bar: Bar,
    day: Window | None,
    *,
    count: int,
    steps: int,
    rng: np.random.Generator,
) -> Minute:
    path = walk(bar, steps=steps, tick=market.tick, rng=rng)
    amounts = _shared_out(count, path, rng)
    newest = np.maximum.accumulate(np.where(amounts > 0, np.arange(steps), 0))
    prices = path[newest]
    return Minute(
        opens_at_ms=opens_at_ms,
        bar=bar,
        prices=prices,
        amounts=amounts,
        newest=newest,
        is_buy=_takers(prices, rng),
        widths=_width(bar, market) * rng.geometric(_USUAL_SHARE, steps),
        marks=_marks(prices, market.tick),
        day=day,
    )


def _of_one_trade(market: Market, opens_at_ms: int, bar: Bar, day: Window | None, steps: int) -> Minute:
    """Return a minute whose volume is that of one trade, at its open, in arrays that take no room."""
    at_the_first, never = _at_the_first(steps)
    price = np.broadcast_to(bar.open, steps)
    return Minute(
        opens_at_ms=opens_at_ms,
        bar=bar,
        prices=price,
        amounts=at_the_first,
        newest=never,
        is_buy=np.broadcast_to(np.bool_(opens_at_ms // MINUTE_MS % 2 == 0), steps),
        widths=np.broadcast_to(np.int64(_width(bar, market)), steps),
        marks=price,
        day=day,
    )


@lru_cache(maxsize=4)
def _at_the_first(steps: int) -> tuple[Integers, Integers]:
    amounts, newest = np.zeros(steps, np.int64), np.zeros(steps, np.int64)
    amounts[0] = 1
    for array in (amounts, newest):
        array.flags.writeable = False
    return amounts, newest


def _width(bar: Bar, market: Market) -> int:
    return max(1, round(bar.open * _WIDTH / float(market.tick)))


def _shared_out(count: int, path: Floats, rng: np.random.Generator) -> Integers:
    """Return how many of `count` steps of an amount are traded at each step of the path.

    Where there are too few for all, open, close and both extremes come first.
    """
    steps = len(path)
    if count < steps:
        return _thinly(count, path, rng)
    weights = np.cumsum(rng.exponential(size=steps) ** 2)
    upto = np.floor(weights / weights[-1] * (count - steps)).astype(np.int64)
    upto[-1] = count - steps
    amounts: Integers = 1 + np.diff(upto, prepend=0)
    return amounts


def _thinly(count: int, path: Floats, rng: np.random.Generator) -> Integers:
    first = [0, len(path) - 1, int(path.argmin()), int(path.argmax())]
    order = list(dict.fromkeys([*first, *rng.permutation(len(path)).tolist()]))
    amounts = np.zeros(len(path), np.int64)
    amounts[order[:count]] = 1
    return amounts


def _takers(prices: Floats, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return who took: buyers where the price rose, sellers where it fell, either where it did not move."""
    moves = np.diff(prices, prepend=prices[:1])
    is_buy: npt.NDArray[np.bool_] = np.where(moves == 0, rng.random(len(prices)) < 0.5, moves > 0)  # noqa: PLR2004 - a fair coin
    return is_buy


def _marks(prices: Floats, tick: Decimal) -> Floats:
    """Return an exponential average of the minute's prices so far, which begins at its first."""
    share = -float(np.expm1(-MINUTE_MS / 1000 / len(prices) / _MARK_SECONDS))
    mark, marks = float(prices[0]), []
    for price in prices.tolist():
        mark += share * (price - mark)
        marks.append(mark)
    return snap(np.array(marks), tick)
