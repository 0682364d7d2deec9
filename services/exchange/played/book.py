"""Order books that are made up round a price: which levels there are, and what stands at each.

A level's amount is drawn anew every few seconds and stays the same in between, whatever the price does, so
that a book changes from step to step as one does, here and there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from analytics.candles import Floats, Integers
from services.exchange.exchange import Level, Market, Nature, OrderBook
from services.exchange.played.minutes import Touch, step_of
from services.exchange.played.noise import uniforms

LEVELS = 100
"""A side, where the price leaves room for as many."""
_ZONES = 5
"""Stretches of equally many levels; from one to the next, levels lie further apart."""
_RATIOS = (10, 5, 2)
_REACH = 0.005
"""How far the last level is from the price at most, as a share, unless a tick is too coarse for that."""
_REDRAWN_MS = 5_000
_TOP_SHARE, _FEWEST_STEPS = 0.01, 10.0
"""What stands at the touch on average: a share of a minute's turnover, and so many steps at least."""
_THICKENING = 9.0
"""How many times as much more stands at the last level."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Makes the books of one market; `key` stands for the venue, its seed and the market."""

    market: Market
    key: int
    turnover: float
    """About how much is traded in a minute, in base currency."""

    def book(self, touch: Touch, at_ms: int, *, as_of: datetime, nature: Nature) -> OrderBook:
        """Return the book round `touch` at `at_ms`, in market time."""
        return OrderBook(
            market=self.market.name,
            bids=self._side(places_below(touch.bid), at_ms),
            asks=self._side(-places_below(-touch.ask, price=touch.ask), at_ms),
            as_of=as_of,
            nature=nature,
            is_depth_simulated=True,
        )

    def _side(self, places: Integers, at_ms: int) -> tuple[Level, ...]:
        tick, step = self.market.tick, step_of(self.market)
        amounts = self._amounts(places, at_ms, step)
        return tuple(
            Level(place * tick, amount * step)
            for place, amount in zip(places.tolist(), amounts.tolist(), strict=True)
        )

    def _amounts(self, places: Integers, at_ms: int, step: Decimal) -> Integers:
        phase = (uniforms(self.key, places) * _REDRAWN_MS).astype(np.int64)
        drawn = uniforms(self.key ^ 1, places * 1_000_003 + (at_ms + phase) // _REDRAWN_MS)
        top = max(self.turnover * _TOP_SHARE / float(step), _FEWEST_STEPS)
        rank: Floats = np.arange(len(places)) / LEVELS
        amounts = top * (1.0 + _THICKENING * rank) * (0.2 - 0.8 * np.log1p(-drawn))
        return np.maximum(1, amounts).astype(np.int64)


def places_below(best: int, *, price: int | None = None) -> Integers:
    """Return the levels of a side from `best` downwards, in ticks; none is below 1 unless `best` is.

    Further away only multiples of ever larger numbers have a level, as people prefer them.
    """
    ratio = _ratio(best if price is None else price)
    found, last, gap = [], best + 1, 1
    for _ in range(_ZONES):
        first = (last - 1) // gap * gap
        found.append(first - gap * np.arange(LEVELS // _ZONES, dtype=np.int64))
        last, gap = int(found[-1][-1]), gap * ratio
    places = np.concatenate(found)
    return places[places > 0] if best > 0 else places


def _ratio(price: int) -> int:
    """Return how many times further apart levels are from one zone to the next."""
    for ratio in _RATIOS:
        reach = LEVELS // _ZONES * sum(ratio**zone for zone in range(_ZONES))
        if reach <= price * _REACH:
            return ratio
    return 1
