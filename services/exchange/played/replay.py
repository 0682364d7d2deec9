"""Replays recorded minutes as if they were happening now, and goes on simulated where they end.

It begins at the same place, 80 % into the time that all recordings cover, unless told otherwise; the candles
before it are history. Every price follows from the recording, the seed, the speed and how long ago it began,
so whoever keeps when that was goes on in the same replay.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analytics.candles import Candles
from services.clock import Clock
from services.errors import Misconfigured
from services.exchange.played.funding import FundingHistory
from services.exchange.played.joined_tape import JoinedTape
from services.exchange.played.market_time import MarketTime
from services.exchange.played.playback import Playback, Sleep
from services.exchange.played.quiet_tape import ExtraMarkets, QuietTape
from services.exchange.played.stochastic import StochasticMarket, Temper
from services.exchange.played.strips import Strip, StripTape, last_closes
from services.exchange.played.tape import MINUTE_MS
from services.exchange.played.terms import market_of
from services.exchange.prices import smallest_step

BEGINS_AT = 0.8
_MILLISECOND = timedelta(milliseconds=1)
_MINUTES_A_DAY = 1_440
_COUPLING = 0.87
"""Of markets whose correlation is not measured; see config/markets.yaml for where it comes from."""
_FEWEST_MINUTES = 2 * _MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class _Span:
    start_ms: int
    end_ms: int


class ReplayExchange(Playback):
    """Recorded minutes by market. Market time runs from `begins_at`, a share of what all of them cover.

    It was there at the wall time `began_at`, which is now unless told otherwise. `funding` has recorded rates
    by market; `extra` is what to list beside the recorded markets.
    """

    def __init__(
        self,
        recordings: Mapping[str, Candles],
        *,
        venue: str,
        seed: int,
        clock: Clock,
        speed: float = 1.0,
        begins_at: float = BEGINS_AT,
        began_at: datetime | None = None,
        funding: Mapping[str, FundingHistory] | None = None,
        extra: ExtraMarkets | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Build the tape.

        Raises:
            Misconfigured: the recordings have no time in common, or less than two days of it.
        """
        span = _common_span(recordings)
        passed = timedelta(0) if began_at is None else clock.now() - began_at
        start_ms = _start_ms(span, begins_at)
        now_ms = start_ms + round(passed / _MILLISECOND * speed)
        quiet = [] if extra is None else [QuietTape(extra, seed=seed, begins_at_ms=start_ms)]
        super().__init__(
            JoinedTape([_tape(recordings, span, seed), *quiet]),
            venue=venue,
            time=MarketTime(now_ms, clock=clock, speed=speed),
            seed=seed,
            funding=funding,
            sleep=sleep,
        )


def time_to_play(recordings: Mapping[str, Candles]) -> timedelta:
    """Return how much of the recordings there is to play from `BEGINS_AT` on.

    Raises:
        Misconfigured: as `ReplayExchange` does.
    """
    span = _common_span(recordings)
    return (span.end_ms - _start_ms(span, BEGINS_AT)) * _MILLISECOND


def _start_ms(span: _Span, share: float) -> int:
    begins = span.start_ms + share * (span.end_ms - span.start_ms)
    return math.floor(begins / MINUTE_MS) * MINUTE_MS


def _common_span(recordings: Mapping[str, Candles]) -> _Span:
    start = max(int(candles.time[0]) for candles in recordings.values())
    end = min(int(candles.time[-1]) for candles in recordings.values()) + MINUTE_MS
    if end - start < _FEWEST_MINUTES * MINUTE_MS:
        raise Misconfigured(
            f"The recordings of {', '.join(recordings)} have less than two days in common.",
            hint="Keep recordings of the same time in one folder, "
            "or set sandbox_exchange.source to simulated.",
        )
    return _Span(start, end)


def _tape(recordings: Mapping[str, Candles], span: _Span, seed: int) -> StripTape:
    strips = [_strip(name, candles.between(0, span.end_ms)) for name, candles in recordings.items()]
    source = StochasticMarket([_temper(strip) for strip in strips], np.random.default_rng(seed))
    source.rebase(last_closes(strips))
    return StripTape(strips, source=source, end_ms=span.end_ms, simulated_from_ms=span.end_ms)


def _strip(name: str, minutes: Candles) -> Strip:
    prices = np.concatenate([minutes.open, minutes.high, minutes.low, minutes.close])
    try:
        tick = smallest_step(prices)
    except ValueError as error:
        raise Misconfigured(
            f"The recording of {name} has prices of no common step.", hint="Remove its file."
        ) from error
    market = market_of(
        name, tick=tick, price=float(np.median(minutes.close)), volumes=np.asarray(minutes.volume)
    )
    return Strip(market=market, minutes=minutes, turnover=float(np.mean(minutes.volume)))


def _temper(strip: Strip) -> Temper:
    returns = np.diff(np.log(strip.minutes.close))
    return Temper(
        volatility=float(np.std(returns)) * math.sqrt(_MINUTES_A_DAY),
        turnover=strip.turnover,
        coupling=_COUPLING,
    )
