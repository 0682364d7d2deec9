"""100,000 alerts on 50 markets: what a price costs that comes to the engine, and how large the engine is.

The prices are a random walk, about as restless as BTC in a minute of ten ticks a second; the levels lie where
members put them, within a tenth of the price. One tick costs what fires by it, with its way to an outbox that
takes everything at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import psutil
from figures import Figure, percentile

import bots.alerts  # noqa: F401 - the whole process is weighed
from services.alerts.conditions import (
    AllOf,
    Compared,
    Condition,
    Leaf,
    PriceLevel,
    PriceMove,
    Trailing,
    to_text,
)
from services.alerts.engine.engine import Engine
from services.alerts.firing import Step
from services.alerts.messages import Options
from services.bus.messages import Entry, R, Request
from services.clock import SystemClock
from services.errors import ExchangeUnavailable
from services.exchange.prices import to_price
from services.garbage import spare_what_stays
from services.market.messages import ClosedCandle, Origin, Quote
from services.store.rows import RuleRow

ALERTS = 100_000
MARKETS = 50
TICKS = 60_000
SEED = 5
BEGIN = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TICK = Decimal("0.01")
RESTLESS = 0.0001
"""The deviation of a tick, as a share of the price."""
ROOT = Path(__file__).resolve().parents[2]


class Counting:
    """An outbox that counts."""

    def __init__(self) -> None:
        self.firings = 0

    async def commit(self, step: Step) -> None:
        """Count what fired."""
        self.firings += len(step.firings)


async def nobody(request: Request[R], *, timeout: float) -> R:  # noqa: ASYNC109 - the bus's own
    """Answer nothing."""
    raise ExchangeUnavailable(f"Nobody answers {type(request).__name__} in {timeout} s.")


def market(number: int) -> str:
    """Return the name of a market."""
    return f"C{number:02}/USDT:USDT"


def price_of(number: int) -> float:
    """Return where a market begins."""
    return 10.0 * 1.2**number


def rows() -> Iterator[RuleRow]:
    """Yield the alerts: most of them levels, and some of everything that a price moves."""
    random = np.random.default_rng(SEED)
    kinds, places = random.random(ALERTS), random.normal(0, 0.04, ALERTS)
    for number in range(ALERTS):
        name = market(number % MARKETS)
        near = price_of(number % MARKETS) * (1 + float(places[number]))
        condition = made(name, float(kinds[number]), to_price(near, TICK), is_above=bool(places[number] > 0))
        is_trail = isinstance(condition, Trailing)
        peak = price_of(number % MARKETS) * (1 + abs(float(places[number])) / 2) if is_trail else None
        yield row(number, name, condition, "" if peak is None else peak_state(peak))


def peak_state(peak: float) -> str:
    """Return the state of an alert that follows a peak: where the price once was since it was set."""
    memory = {0: {"peak": peak, "fallen": 0.0}}
    return msgspec.json.encode({"since": BEGIN, "armed": [True], "memory": memory}).decode()


def made(name: str, kind: float, price: Decimal, *, is_above: bool) -> Condition:
    """Return a condition that waits for what is still to come."""
    level = PriceLevel(market=name, way="above" if is_above else "below", level=price)
    rsi: Leaf = Compared(market=name, timeframe="1h", left="rsi:14", side="below", right="30.0")
    if kind < 0.75:
        return level
    if kind < 0.85:
        return PriceLevel(market=name, way="touch", level=price, margin=price * Decimal("0.0005"))
    if kind < 0.9:
        return Trailing(market=name, percent=Decimal(8))
    if kind < 0.92:
        return PriceMove(market=name, percent=Decimal(2), window=900)
    return rsi if kind < 0.97 else AllOf(parts=[level, rsi])


def row(number: int, name: str, condition: Condition, state: str) -> RuleRow:
    """Return an alert as the database has it."""
    options = Options(repeats=number % 3 == 0, persona="xyko", note="" if number % 5 else f"note {number}")
    return RuleRow(
        id=f"{number:032x}",
        user_id=f"{number % 9_973:018}",
        guild_id="1",
        feed="",
        kind="price",
        market=name,
        status="active",
        condition=to_text(condition),
        options=msgspec.json.encode(options).decode(),
        given="{}",
        state=state,
        market_at=BEGIN,
        set_at=BEGIN,
        updated_at=BEGIN,
    )


def quotes() -> Iterator[Quote]:
    """Yield prices: first one of every market, then of one after another as they walk."""
    random = np.random.default_rng(SEED)
    prices = np.array([price_of(number) for number in range(MARKETS)])
    steps = np.concatenate([np.zeros(MARKETS), random.normal(0, RESTLESS, TICKS)])
    which = np.concatenate([np.arange(MARKETS), random.integers(0, MARKETS, TICKS)])
    for number, (step, place) in enumerate(zip(steps.tolist(), which.tolist(), strict=True)):
        prices[place] *= 1 + step
        at = BEGIN + SECOND + timedelta(milliseconds=2 * number)
        yield Quote(
            market=market(place),
            price=to_price(float(prices[place]), TICK),
            tick=TICK,
            origin=origin(at),
        )


async def loaded(outbox: Counting) -> Engine:
    """Return an engine with all alerts, each of which has seen its first price."""
    engine = Engine(outbox=outbox, ask=nobody, clock=SystemClock())
    await engine.load(rows(), {})
    for number in range(MARKETS):
        await engine.see(first_second(number))
    return engine


def first_second(number: int) -> Entry[ClosedCandle]:
    """Return the candle by which every alert of a market is armed."""
    price = to_price(price_of(number), TICK)
    candle = ClosedCandle(
        market=market(number),
        timeframe="1s",
        opens_at=BEGIN,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=Decimal(1),
        origin=origin(BEGIN + SECOND),
    )
    return Entry(id=candle.id, message=candle, deliveries=1, appended_at=candle.origin.received_at)


def origin(at: datetime) -> Origin:
    """Return where prices come from; they are received as they come."""
    return Origin(venue="bench", nature="simulated", as_of=at, received_at=datetime.now(UTC))


async def measure() -> list[Figure]:
    """Measure in a process of its own: what others left in this one is not the engine's."""
    paths = [str(ROOT), str(ROOT / "tests" / "bench"), os.environ.get("PYTHONPATH", "")]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, __file__),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await child.communicate()
    assert child.returncode == 0, "the measuring process failed"
    return [Figure(*figure) for figure in json.loads(told)]


async def measured() -> list[Figure]:
    """Measure one tick after the other, in this process."""
    outbox, clock, taken = Counting(), SystemClock(), list[float]()
    engine = await loaded(outbox)
    spare_what_stays()
    for number, quote in enumerate(quotes()):
        began = clock.monotonic()
        await engine.hear(quote)
        if number >= MARKETS:
            taken.append(1000 * (clock.monotonic() - began))
    assert outbox.firings > ALERTS / 100, "nothing fired, so that nothing was measured"
    return [
        Figure("alerts.evaluate_tick_p50_ms", percentile(taken, 0.5), "ms"),
        Figure("alerts.evaluate_tick_p99_ms", percentile(taken, 0.99), "ms"),
        Figure("alerts.fired_by_ticks", float(outbox.firings), "alerts"),
        Figure("alerts.rss_mb", psutil.Process().memory_info().rss / 2**20, "MB"),
    ]


if __name__ == "__main__":
    print(json.dumps([(one.name, one.value, one.unit) for one in asyncio.run(measured())]))
