"""A simulated exchange, for machines without recorded data: seeded, and honest that it is simulated.

It begins at the configured prices, with a past behind it; all of that, and what follows minute by minute, is
made from the seed and the moment it began. Whoever keeps that moment finds the same market again at any time.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from analytics.candles import Candles, Floats, timeframe_ms
from config.markets import SimulatedMarket
from services.clock import Clock
from services.exchange.exchange import TIMEFRAMES, Market
from services.exchange.played.joined_tape import JoinedTape
from services.exchange.played.market_time import MarketTime
from services.exchange.played.playback import Playback, Sleep
from services.exchange.played.quiet_tape import ExtraMarkets, QuietTape
from services.exchange.played.stochastic import LogBars, StochasticMarket, Temper
from services.exchange.played.strips import Strip, StripTape, last_closes, to_candles
from services.exchange.played.tape import DAY_MS, MINUTE_MS
from services.exchange.played.terms import market_of
from services.exchange.prices import to_milliseconds

VENUE = "simulated"
HISTORY_CANDLES = 1_000
CAUGHT_UP_WITH = timedelta(days=14)
"""How long ago the market may have begun when it is opened: each day costs some 30 ms of drawing."""


class SimulatedExchange(Playback):
    """A stochastic market whose market time is wall time, with 1,000 candles of each timeframe and more.

    `began_at` is when its prices were the configured ones, now unless told otherwise.
    """

    def __init__(
        self,
        markets: Sequence[SimulatedMarket],
        *,
        rng: np.random.Generator,
        clock: Clock,
        began_at: datetime | None = None,
        speed: float = 1.0,
        extra: ExtraMarkets | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        now = clock.now()
        began_ms = to_milliseconds(began_at or now)
        tape, seed = _past(markets, began_ms // MINUTE_MS * MINUTE_MS, rng), int(rng.integers(2**32))
        quiet = [] if extra is None else [QuietTape(extra, seed=seed, begins_at_ms=began_ms)]
        super().__init__(
            JoinedTape([tape, *quiet]),
            venue=VENUE,
            time=MarketTime(to_milliseconds(now), clock=clock, speed=speed),
            seed=seed,
            sleep=sleep,
        )


def _past(markets: Sequence[SimulatedMarket], end_ms: int, rng: np.random.Generator) -> StripTape:
    source = StochasticMarket(_tempers(markets), rng)
    grown = [(start, step, source.grow(count, step)) for start, step, count in _segments(end_ms)]
    levels = _reference_levels(markets)
    shift = levels - grown[-1][2].close[-1]
    strips = [
        _strip(
            market_of(market.name, tick=market.tick, price=math.exp(levels[column])),
            market.turnover,
            column,
            grown,
            float(shift[column]),
        )
        for column, market in enumerate(markets)
    ]
    source.rebase(last_closes(strips))
    return StripTape(strips, source=source, end_ms=end_ms, simulated_from_ms=0)


def _segments(end_ms: int) -> list[tuple[int, int, int]]:
    """Return (start, step, bars) of each stretch of the past, the coarsest first.

    Each timeframe is drawn only where no smaller one reaches, and cut at midnight, so that every candle is
    made of smaller ones or of none.
    """
    steps = [timeframe_ms(timeframe) for timeframe in TIMEFRAMES]
    starts = [(end_ms - HISTORY_CANDLES * step) // DAY_MS * DAY_MS - DAY_MS for step in steps]
    ends = [end_ms, *starts]
    segments = [
        (start, step, (end - start) // step) for start, step, end in zip(starts, steps, ends, strict=False)
    ]
    return segments[::-1]


def _strip(
    market: Market,
    turnover: float,
    column: int,
    grown: Sequence[tuple[int, int, LogBars]],
    shift: float,
) -> Strip:
    parts: list[Candles] = [
        to_candles(bars, column, start, step, market, shift=shift) for start, step, bars in grown
    ]
    return Strip(market=market, minutes=parts[-1], older=tuple(parts[:-1]), turnover=turnover)


def _tempers(markets: Sequence[SimulatedMarket]) -> list[Temper]:
    places = {market.name: place for place, market in enumerate(markets)}
    return [
        Temper(
            volatility=market.volatility or 0.0,
            turnover=market.turnover,
            coupling=market.coupling or 0.0,
            follows=None if market.follows is None else places[market.follows],
        )
        for market in markets
    ]


def _reference_levels(markets: Sequence[SimulatedMarket]) -> Floats:
    prices: dict[str, Decimal | None] = {market.name: market.price for market in markets}
    found = [prices[market.follows or market.name] for market in markets]
    return np.array([math.log(price) for price in found if price is not None])
