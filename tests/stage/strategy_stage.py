"""What tests of strategies stand on: drawn candles that trend, range and jump, and replays over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

import numpy as np

from analytics.candles import Candles, resample, timeframe_ms
from services.exchange.exchange import Market
from services.exchange.played.funding import FundingHistory
from services.exchange.played.terms import market_of
from services.exchange.prices import snap
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.registry import STRATEGIES, settings_of
from services.trading.strategies.replay.broker import Broker
from services.trading.strategies.replay.run import Plan, Played, Replay
from services.trading.strategies.replay.stage import Stage
from services.trading.strategies.sighting import sight_at
from services.trading.strategies.strategy import Decision

BTC = "BTC/USDT:USDT"
TICK = Decimal("0.1")
BEGINS_MS = 1_748_736_000_000
"""2025-06-01 00:00 UTC."""
HOUR_MS = 3_600_000


def drawn(count: int, *, seed: int, step: str = "1h", scale: float = 1.0) -> Candles:
    """Candles of a market whose drift turns now and then and whose volume comes in bursts."""
    rng = np.random.default_rng(seed)
    drift = np.repeat(rng.normal(0.0, 0.004, count // 25 + 1), 25)[:count]
    close = 60_000.0 * np.exp(np.cumsum(drift + rng.normal(0.0, 0.006, count)))
    opened = np.concatenate([[60_000.0], close[:-1]])
    reach = np.abs(rng.normal(0.0, 0.004, (2, count)))
    high = np.maximum(opened, close) * (1 + reach[0])
    low = np.minimum(opened, close) * (1 - reach[1])
    step_ms = timeframe_ms(step)
    columns = {
        name: snap(values, TICK) * scale
        for name, values in (("open", opened), ("high", high), ("low", low), ("close", close))
    }
    return Candles(
        step_ms=step_ms,
        time=BEGINS_MS + np.arange(count, dtype=np.int64) * step_ms,
        volume=snap(rng.lognormal(3.0, 0.8, count), Decimal("0.001")),
        **columns,
    )


def higher_of(name: str, candles: Candles) -> Mapping[str, Candles]:
    """The larger timeframes that a strategy looks at, made of these candles."""
    return {
        larger: resample(candles, timeframe_ms(larger))
        for larger in STRATEGIES[name].higher
        if timeframe_ms(larger) > candles.step_ms
    }


def decisions(name: str, candles: Candles) -> Iterator[tuple[int, Decision]]:
    """What a strategy decides at each candle while it holds nothing, with the candle's place."""
    strategy, state = STRATEGIES[name], ""
    higher = higher_of(name, candles)
    for place in range(strategy.warm_up - 1, len(candles)):
        sight = sight_at(candles, place, higher=higher, state=state)
        decision = strategy.decide(sight, settings_of(strategy))
        state = decision.state
        yield place, decision


class PlaysAll(Broker):
    """A broker that lets every candle happen, whether or not it can touch anything."""

    def is_touched(self, start: int, stop: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.ones(stop - start, np.bool_)


def market() -> Market:
    return market_of(BTC, tick=TICK, price=60_000.0)


def stage_of(candles: Candles, *, funding: FundingHistory | None = None, seed: int = 1) -> Stage:
    return Stage(market(), candles, venue="drawn", seed=seed, funding=funding)


def plan_of(
    name: str, candles: Candles, *, timeframe: str = "1h", profile: str = "strategist", seed: int = 1
) -> Plan:
    strategy = STRATEGIES[name]
    return Plan(
        strategy=strategy,
        settings=settings_of(strategy),
        temperament=read_profiles()[profile],
        timeframe=timeframe,
        since_ms=int(candles.time[0]),
        until_ms=int(candles.time[-1]) + candles.step_ms,
        equity=Decimal(10_000),
        seed=seed,
    )


def replayed(name: str, candles: Candles, *, timeframe: str = "1h", profile: str = "strategist") -> Played:
    plan = plan_of(name, candles, timeframe=timeframe, profile=profile)
    return Replay(plan, stage_of(candles)).run()
