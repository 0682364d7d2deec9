"""Markets that are there and hardly trade: many of them cost nothing until somebody asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import numpy as np

from analytics.candles import Candles, Floats, Integers
from services.exchange.exchange import Market
from services.exchange.played.noise import drifts, key_of, uniforms
from services.exchange.played.tape import DAY_MS, MINUTE_MS, Tape, Window
from services.exchange.played.terms import market_of, step_costing
from services.exchange.played.twin_tape import deviations
from services.exchange.played.walk import Bar
from services.exchange.prices import snap

HOUR_MS = 60 * MINUTE_MS
_PAST_MS = 90 * DAY_MS
"""How long they have been listed."""
_CHEAPEST, _DECADES = -3.0, 5.0
"""The powers of ten between which prices lie."""
_DIGITS = 5
_SWING, _PERIOD_MS = 0.15, 40 * HOUR_MS
_STEP_COST = 20.0
"""What one step, which is what a trade is of, costs at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraMarkets:
    """How many quiet markets a venue lists beside those that are played."""

    contracts: int = 0
    spots: int = 0

    def names(self) -> list[str]:
        """Return their names: ``X0001/USDT:USDT`` and ``X0001/USDT``, from 1 on."""
        contracts = [f"X{number:04d}/USDT:USDT" for number in range(1, self.contracts + 1)]
        return contracts + [f"X{number:04d}/USDT" for number in range(1, self.spots + 1)]


class QuietTape:
    """One trade a minute of each market, at a price that changes once an hour; all of it is simulated.

    Nothing is kept: every minute follows from the seed and its time. There is none before `starts_at_ms`.
    """

    def __init__(self, extra: ExtraMarkets, *, seed: int, begins_at_ms: int, twin: int | None = None) -> None:
        """`begins_at_ms` is when it is first played, long after its start; `twin` seeds another venue."""
        self._extra = extra
        self._seed = seed
        self._begins_at_ms = begins_at_ms
        self._twin = twin
        self._starts_at_ms = begins_at_ms // DAY_MS * DAY_MS - _PAST_MS
        self._levels = {name: _level(seed, name) for name in extra.names()}
        self._markets = {name: _market(name, level) for name, level in self._levels.items()}
        self._day = lru_cache(maxsize=2 * len(self._levels) + 1)(self._draw_day)

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets by name."""
        return self._markets

    def simulated_from_ms(self, market: str) -> int:
        """Return 0: there was never anything else."""
        del market
        return 0

    def turnover(self, market: str) -> float:
        """Return how much is traded in a minute, in base currency."""
        return float(self._markets[market].step or 0)

    def reach(self, until_ms: int) -> None:
        """Do nothing: every minute is there."""

    def parts(self, market: str, start_ms: int, end_ms: int) -> Sequence[Candles]:
        """Return the minutes from `start_ms` to `end_ms`; see `Tape.parts`."""
        first = max(-(-start_ms // MINUTE_MS) * MINUTE_MS, self._starts_at_ms)
        time = np.arange(first, end_ms - MINUTE_MS + 1, MINUTE_MS, dtype=np.int64)
        prices = self._prices(market, time)
        volume = np.full(len(time), self.turnover(market))
        return [
            Candles(
                step_ms=MINUTE_MS,
                time=time,
                open=prices,
                high=prices,
                low=prices,
                close=prices,
                volume=volume,
            )
        ]

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None before the first."""
        if opens_at_ms < self._starts_at_ms:
            return None
        price = self._day(market, opens_at_ms // HOUR_MS)[-1]
        return Bar(price, price, price, price, self.turnover(market))

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute that opens before `until_ms`, or None."""
        del market
        newest = (until_ms - 1) // MINUTE_MS * MINUTE_MS
        return newest if newest >= self._starts_at_ms else None

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`; see `Tape.day_before`.

        Its volume is that of its hours, as if the first were whole.
        """
        start_ms = minute_ms + MINUTE_MS - DAY_MS
        if start_ms < self._starts_at_ms:
            return None
        hour = (minute_ms - MINUTE_MS) // HOUR_MS
        prices = self._day(market, hour)[start_ms // HOUR_MS - hour + 24 :]
        volume = sum(prices) * 60 * self.turnover(market)
        return Window(open=prices[0], high=max(prices), low=min(prices), volume=volume)

    def twin(self, seed: int) -> Tape:
        """Return the same markets as another venue has them."""
        return QuietTape(self._extra, seed=self._seed, begins_at_ms=self._begins_at_ms, twin=seed)

    def _draw_day(self, market: str, hour: int) -> tuple[float, ...]:
        hours = np.arange(hour - 24, hour + 1, dtype=np.int64)
        return tuple(self._prices(market, hours * HOUR_MS).tolist())

    def _prices(self, market: str, moments_ms: Integers) -> Floats:
        hours = moments_ms // HOUR_MS * HOUR_MS
        level = self._levels[market] * np.exp(
            _SWING * drifts(key_of("quiet", self._seed, market), hours, period_ms=_PERIOD_MS)
        )
        if self._twin is not None:
            level = level * (1.0 + deviations(key_of("twin", self._twin, market), hours))
        return snap(level, self._markets[market].tick)


def _level(seed: int, name: str) -> float:
    share = float(uniforms(key_of("level", seed, name), np.array([0]))[0])
    return float(10.0 ** (_CHEAPEST + _DECADES * share))


def _market(name: str, level: float) -> Market:
    tick = Decimal(1).scaleb(int(np.floor(np.log10(level))) + 1 - _DIGITS)
    step = step_costing(_STEP_COST, level)
    return replace(market_of(name, tick=tick, price=level), step=step, min_amount=step)
