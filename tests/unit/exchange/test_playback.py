from __future__ import annotations

import numpy as np
from market_stage import MIDNIGHT_MS, MINUTE_MS, SleeperClock, take, wandering_minutes

from services.exchange.exchange import Market
from services.exchange.played.playback import Playback
from services.exchange.played.stochastic import LogBars, StochasticMarket, Temper
from services.exchange.played.tape import Strip, Tape, last_closes
from services.exchange.prices import smallest_step


class _Counted(StochasticMarket):
    times_grown = 0

    def grow(self, count: int, step_ms: int) -> LogBars:
        self.times_grown += 1
        return super().grow(count, step_ms)


async def test_what_was_missed_is_grown_while_it_is_built_and_not_when_it_is_first_asked() -> None:
    minutes = wandering_minutes(3_000)
    source = _Counted([Temper(volatility=0.02, turnover=1.0, coupling=0.5)], np.random.default_rng(1))
    strip = Strip(market=Market(name="A/B", tick=smallest_step(minutes.close)), minutes=minutes)
    source.rebase(last_closes([strip]))
    end_ms = MIDNIGHT_MS + 3_000 * MINUTE_MS
    clock = SleeperClock()
    playback = Playback(
        Tape([strip], source=source, end_ms=end_ms, simulated_from_ms=end_ms),
        venue="test",
        begins_at_ms=end_ms + 600 * MINUTE_MS,
        clock=clock,
        seed=1,
        sleep=clock.sleep,
    )
    grown = source.times_grown
    await take(playback.tickers(), 1)
    assert source.times_grown == grown > 0
