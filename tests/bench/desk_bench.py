"""The desk: how long the position analyzer takes to read many positions whose candles are at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from figures import Figure, percentile

from analytics.candles import Candles
from services.analyst.sight import Sight, sight_of
from services.clock import SystemClock
from services.market.messages import CandleSeries, Origin
from services.trading.messages import PositionView
from services.trading.positions.messages import Analysis
from services.trading.positions.reading.grounds import CANDLES, ground_of
from services.trading.positions.reading.reading import read_all

POSITIONS = 200
MARKETS = 50
SEED = 1
ROUNDS = 50
TICK = Decimal("0.01")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR_MS = 3_600_000


def walk(number: int) -> Candles:
    """Return as many hours of a random walk as the analyzer asks for."""
    rng = np.random.default_rng((SEED, number))
    marks = 40_000 * np.exp(np.cumsum(rng.normal(0, 0.006, CANDLES + 1)))
    open_, close = marks[:-1], marks[1:]
    wicks = 1 + np.abs(rng.normal(0, 0.003, (2, CANDLES)))
    return Candles(
        step_ms=HOUR_MS,
        time=np.arange(CANDLES, dtype=np.int64) * HOUR_MS,
        open=open_,
        high=np.maximum(open_, close) * wicks[0],
        low=np.minimum(open_, close) / wicks[1],
        close=close,
        volume=rng.exponential(20, CANDLES),
    )


def sight(number: int) -> Sight:
    """Return a market as the analyzer has it once its candles have come."""
    candles = walk(number)
    columns = {name: getattr(candles, name).tolist() for name in ("open", "high", "low", "close", "volume")}
    origin = Origin(venue="bench", nature="simulated", as_of=AT, received_at=AT)
    series = CandleSeries(
        market=f"C{number}/USDT:USDT",
        timeframe="1h",
        time=candles.time.tolist(),
        tick=TICK,
        origin=origin,
        **columns,
    )
    return sight_of(series)


def position(number: int, market: Sight) -> PositionView:
    """Return a position near the market's price, with all of its prices."""
    mark = market.scene.price
    sign = 1 if number % 2 else -1
    return PositionView(
        account=f"a{number}",
        market=market.scene.market,
        side="long" if sign > 0 else "short",
        amount=Decimal("0.1"),
        entry=mark * (1 - sign * Decimal("0.01")),
        tick=TICK,
        mark=mark,
        liquidation=mark * (1 - sign * Decimal("0.2")),
        stop=mark * (1 - sign * Decimal("0.03")),
        target=mark * (1 + sign * Decimal("0.06")),
        as_of=AT,
    )


def whole(markets: list[Sight], positions: list[PositionView]) -> list[Analysis]:
    """Do all of it: the leg and levels of each market, then each position."""
    grounds = {one.scene.market: ground_of(one) for one in markets}
    return read_all(positions, grounds, timeframe="1h", equity=Decimal(10_000))


async def measure() -> list[Figure]:
    """Measure the median over many runs."""
    clock, taken = SystemClock(), []
    markets = [sight(number) for number in range(MARKETS)]
    positions = [position(number, markets[number % MARKETS]) for number in range(POSITIONS)]
    assert all(one.alignments for one in whole(markets, positions)), "a market without a leg"
    for _ in range(ROUNDS):
        began = clock.monotonic()
        whole(markets, positions)
        taken.append(1000 * (clock.monotonic() - began))
    return [Figure("desk.analyse_200_positions_ms", percentile(taken, 0.5), "ms")]
