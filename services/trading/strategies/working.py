"""What a run does with the candles that it has not decided yet: pure, so that a thread can do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.candles import Candles
from services.exchange.prices import to_milliseconds, to_moment
from services.trading.strategies.messages import Assignment, WantedOrder
from services.trading.strategies.registry import settings_of
from services.trading.strategies.sighting import sight_at
from services.trading.strategies.strategy import Strategy
from services.trading.strategies.temperament import Temperament
from services.trading.strategies.wanting import Kept, kept_after, wanted_by

MOST_MISSED: Final = 100
"""Candles that are caught up with at most; a run that missed more goes on from there."""
_FRESH: Final = 2
"""Candles, the newest included, at which a proposal is still worth something."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """The candles of a run's market up to now."""

    candles: Candles
    higher: Mapping[str, Candles]
    tick: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a run wants after one candle, and what it leaves itself."""

    through: datetime
    state: str
    wanted: tuple[WantedOrder, ...]


def steps_of(
    one: Assignment, history: History, strategy: Strategy, temperament: Temperament
) -> Iterator[Step]:
    """Yield a step for each candle that the run has not decided, oldest first.

    A run that begins decides the newest alone. What it would have wanted at a candle older than the last two
    is not asked for any more: its price is gone, and only the state moves on.

    Raises:
        ValueError: the strategy wants what the desk does not do, or cannot read its own state.
    """
    candles, kept = history.candles, Kept.read(one.state)
    settings = settings_of(strategy)
    for place in range(_first(one, candles, strategy), len(candles)):
        now_ms = int(candles.time[place]) + candles.step_ms
        held = kept.held(one.position, one.entry, now_ms=now_ms, step_ms=candles.step_ms)
        sight = sight_at(candles, place, higher=history.higher, held=held, state=kept.own)
        decision = strategy.decide(sight, settings)
        is_fresh = place >= len(candles) - _FRESH
        wanted = list(
            wanted_by(decision, sight, temperament, market=one.market, tick=history.tick, losses=one.losses)
            if is_fresh
            else ()
        )
        kept = kept_after(kept, decision, wanted, now_ms=now_ms)
        yield Step(through=to_moment(now_ms), state=kept.written(), wanted=tuple(wanted))
        if wanted:  # what comes of it must be seen before the next candle is decided
            return


def _first(one: Assignment, candles: Candles, strategy: Strategy) -> int:
    """Return the place of the first candle to decide; that of none where the newest is decided."""
    least = max(strategy.warm_up - 1, len(candles) - MOST_MISSED)
    if one.through is None:
        return max(least, len(candles) - 1)
    through_ms = to_milliseconds(one.through)
    undecided = int(np.searchsorted(candles.time + candles.step_ms, through_ms, side="right"))
    return max(least, undecided)
