"""The tape of a second venue: another one's candles, each market's a few hundredths of a percent off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analytics.candles import Candles, Floats, Integers
from services.exchange.exchange import Market
from services.exchange.played.noise import drifts, key_of, uniforms
from services.exchange.played.tape import DAY_MS, MINUTE_MS, Tape, Window, window_of
from services.exchange.played.walk import Bar
from services.exchange.prices import snap

_MEAN, _SWING = 0.0003, 0.0002
"""How far off a market is, as a share of its price: 0.01 % to 0.05 %."""
_PERIOD_MS = 20 * MINUTE_MS


def deviations(key: int, moments_ms: Integers) -> Floats:
    """Return how far off the prices of `key` are at these moments, as shares; the sign stays the same."""
    side = 1.0 if uniforms(key, np.array([-1]))[0] < 0.5 else -1.0  # noqa: PLR2004 - a fair coin
    return side * (_MEAN + _SWING * drifts(key, moments_ms, period_ms=_PERIOD_MS))


class TwinTape:
    """Every minute of `tape` times a factor of its own, back on the tick; all of it is simulated."""

    def __init__(self, tape: Tape, seed: int) -> None:
        self._tape = tape

        self._keys = {name: key_of("twin", seed, name) for name in tape.markets}

    @property
    def markets(self) -> Mapping[str, Market]:
        """Return the markets by name, which have the terms of the first venue."""
        return self._tape.markets

    def simulated_from_ms(self, market: str) -> int:
        """Return 0: there was never anything else."""
        del market
        return 0

    def turnover(self, market: str) -> float:
        """Return about how much is traded in a minute, in base currency."""
        return self._tape.turnover(market)

    def reach(self, until_ms: int) -> None:
        """Grow as the first venue does."""
        self._tape.reach(until_ms)

    def parts(self, market: str, start_ms: int, end_ms: int) -> Sequence[Candles]:
        """Return the candles from `start_ms` to `end_ms`; see `Tape.parts`."""
        return [self._off(market, part) for part in self._tape.parts(market, start_ms, end_ms)]

    def minute(self, market: str, opens_at_ms: int) -> Bar | None:
        """Return the minute that opens then, or None where nothing was traded in it."""
        bar = self._tape.minute(market, opens_at_ms)
        if bar is None:
            return None
        factor = 1.0 + deviations(self._keys[market], np.array([opens_at_ms]))
        open_, high, low, close = snap(np.array(bar[:4]) * factor, self.markets[market].tick).tolist()
        return Bar(open_, high, low, close, bar.volume)

    def minute_before(self, market: str, until_ms: int) -> int | None:
        """Return the open time of the newest minute with a trade that opens before `until_ms`, or None."""
        return self._tape.minute_before(market, until_ms)

    def day_before(self, market: str, minute_ms: int) -> Window | None:
        """Return the 24 hours that end with the minute `minute_ms`; see `Tape.day_before`."""
        if self._tape.day_before(market, minute_ms) is None:
            return None
        return window_of(self.parts(market, minute_ms + MINUTE_MS - DAY_MS, minute_ms)[-1])

    def twin(self, seed: int) -> Tape:
        """Return a twin of the first venue that has another seed."""
        return self._tape.twin(seed)

    def _off(self, market: str, candles: Candles) -> Candles:
        factor, tick = 1.0 + deviations(self._keys[market], candles.time), self.markets[market].tick
        return replace(
            candles,
            open=snap(candles.open * factor, tick),
            high=snap(candles.high * factor, tick),
            low=snap(candles.low * factor, tick),
            close=snap(candles.close * factor, tick),
        )
