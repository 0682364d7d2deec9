"""Prices on their way: 5,000 messages a second from the local exchange through ccxt and the feed into Redis.

Three processes, as in a farm: the local exchange, the market process (this one), and the bus's server. A
figure counts from when the exchange sends a price to when Redis has acknowledged it or a newer one.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import psutil
import structlog
from figures import Figure, percentile

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.bus.messages import Entry, Key, Log, M, Topic
from services.clock import SystemClock
from services.exchange.exchange import Exchange
from services.exchange.prices import to_moment
from services.garbage import spare_what_stays
from services.market.assembly import MarketParts, assemble
from services.market.messages import LAST_QUOTE, SECONDS, ClosedCandle, Origin, Quote
from services.market.ports import Outlet
from services.omega import ServiceConfig

if TYPE_CHECKING:
    from pydantic import SecretStr

ROOT = Path(__file__).resolve().parents[2]
TICKERS_PER_S = 2_500
TRADES_PER_S = 2_500
WARM_UP_S = 25.0
"""By then ccxt keeps as many trades of each market as it ever does."""
MEASURED_S = 15.0
AMOUNT = Decimal("0.01")
"""Of every trade that the local exchange makes up."""
NOTHING = Quote(
    market="",
    price=Decimal(0),
    tick=Decimal(1),
    origin=Origin(venue="", nature="simulated", as_of=to_moment(0), received_at=to_moment(0)),
)


def names(count: int) -> list[str]:
    """Return so many markets, half of them perpetuals."""
    coins = ["BTC", "ETH", *(f"C{number:03}" for number in range(count // 2 - 2))]
    return [f"{coin}/USDT{settle}" for coin in coins for settle in (":USDT", "")]


STREAMED = frozenset(names(50))


async def exchange_process() -> None:
    """Serve until stdin ends; the other process. Its address is the first line of stdout."""
    from many_markets import ManyMarkets  # noqa: PLC0415 - only that process serves

    from sandbox.exchange.app import Options, serve  # noqa: PLC0415 - the same
    from sandbox.exchange.venue import Label, Playing  # noqa: PLC0415 - the same

    label = Label(venue="bench", simulated_from_ms=0, is_depth_simulated=True, nature_before="simulated")
    playing = Playing(exchange=ManyMarkets(names(int(sys.argv[2])), time=SystemClock().now()), label=label)
    async with serve(Options(main=playing, clock=SystemClock(), faults_allowed=True)) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


async def market_process() -> None:
    """Feed a bus until stdin ends; the first line says from where and to where. For what a start takes."""
    from pydantic import SecretStr  # noqa: PLC0415 - only that process has an address to hide

    told = json.loads(await asyncio.to_thread(sys.stdin.readline))
    async with (
        open_bus(SecretStr(told["bus"]), name="bench-market", clock=SystemClock()) as bus,
        venue_at(told["exchange"], Path(told["cache"])) as exchange,
        asyncio.TaskGroup() as tasks,
    ):
        spare_what_stays()
        feeding = tasks.create_task(market_of(exchange, bus, watch=20).run())
        await asyncio.to_thread(sys.stdin.read)
        feeding.cancel()


@asynccontextmanager
async def venue_at(url: str, cache: Path) -> AsyncIterator[Exchange]:
    """Open the local exchange through ccxt."""
    from services.exchange.venues.addresses import Connection  # noqa: PLC0415 - not in the serving process
    from services.exchange.venues.exchange import open_venue  # noqa: PLC0415 - the same

    connection = Connection(venue="sandbox", base_url=url)
    async with open_venue(connection, cache=cache, clock=SystemClock()) as exchange:
        yield exchange


def market_of(exchange: Exchange, outlet: Outlet, *, watch: int) -> MarketParts:
    """Put the market process together."""
    return assemble(
        ServiceConfig(),
        exchange=exchange,
        outlet=outlet,
        clock=SystemClock(),
        watch=watch,
        stale_after=timedelta(seconds=30),
        on_health=lambda *_: None,
    )


@dataclass(slots=True)
class Stopwatch:
    """The bus, which notes when it has acknowledged a quote, and how old that was then."""

    bus: Bus
    milliseconds: list[float] = field(default_factory=list)
    is_running: bool = False

    async def publish(self, topic: Topic[M], message: M) -> None:
        await self.bus.publish(topic, message)

    async def append(self, log: Log[M], message: M) -> str:
        return await self.bus.append(log, message)

    async def put(self, key: Key[M], value: M, *, part: str = "", as_of: datetime | None = None) -> None:
        await self.bus.put(key, value, part=part, as_of=as_of)

    async def put_all(self, key: Key[M], values: Mapping[str, M], *, as_of: Mapping[str, datetime]) -> None:
        await self.bus.put_all(key, values, as_of=as_of)
        if key is LAST_QUOTE and self.is_running:
            now = SystemClock().now()
            streamed = [at for market, at in as_of.items() if market in STREAMED]
            self.milliseconds += [1000 * (now - at).total_seconds() for at in streamed]


@dataclass(frozen=True, slots=True)
class Stage:
    """A bus and a local exchange, each a process of its own."""

    bus_url: SecretStr
    exchange_url: str
    folder: Path


@asynccontextmanager
async def staged(markets: int) -> AsyncIterator[Stage]:
    """Start both, the exchange with so many markets, and stop them."""
    folder = Path(tempfile.mkdtemp(prefix="omega-bench-"))
    server = EmbeddedServer(folder / "bus")
    await server.start()
    serving = await child("serve", str(markets))
    try:
        assert serving.stdout is not None
        url = (await serving.stdout.readline()).decode().strip()
        yield Stage(server.url, url, folder)
    finally:
        await end(serving)
        await server.stop()
        shutil.rmtree(folder)


async def child(part: str, *told: str) -> asyncio.subprocess.Process:
    """Start this file as the process that plays `part`."""
    paths = [str(ROOT), str(ROOT / "tests" / "stage"), os.environ.get("PYTHONPATH", "")]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, __file__, part, *told),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def end(process: asyncio.subprocess.Process) -> None:
    """Let a process of this file come to its end."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(5):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def burst(url: str, channel: str, per_s: float, seconds: float) -> int:
    """Have the local exchange push messages; return how many that were."""
    wanted = {
        "markets": sorted(STREAMED),
        "per_second": per_s,
        "seconds": seconds,
        "channel": channel,
        "is_wall_time": True,
    }
    async with aiohttp.ClientSession() as session, session.post(f"{url}/sim/burst", json=wanted) as reply:
        reply.raise_for_status()
        return int((await reply.json())["pushed"])


async def both(url: str, seconds: float) -> int:
    """Have tickers and trades pushed at the same time; return how many trades."""
    async with asyncio.TaskGroup() as pushing:
        pushing.create_task(burst(url, "ticker", TICKERS_PER_S, seconds))
        trades = pushing.create_task(burst(url, "trade", TRADES_PER_S, seconds))
    return trades.result()


async def first_tick_s(stage: Stage, bus: Bus, cache: str) -> float:
    """Return how long it takes from the start of a market process to the first price in Redis."""
    clock = SystemClock()
    await bus.put(LAST_QUOTE, NOTHING, part="BTC/USDT:USDT")
    began = clock.monotonic()
    process = await child("market")
    told = {
        "bus": stage.bus_url.get_secret_value(),
        "exchange": stage.exchange_url,
        "cache": str(stage.folder / cache),
    }
    assert process.stdin is not None
    process.stdin.write(f"{json.dumps(told)}\n".encode())
    try:
        async with asyncio.timeout(60):
            while await newest(bus) == NOTHING:  # noqa: ASYNC110 - it is another process that is waited for
                await asyncio.sleep(0.005)
            return clock.monotonic() - began
    finally:
        await end(process)


async def newest(bus: Bus) -> object:
    """Return the last price of the market that is looked at."""
    kept = await bus.latest(LAST_QUOTE, part="BTC/USDT:USDT")
    return None if kept is None else kept.value


@dataclass(slots=True)
class Traded:
    """What the candles of a second on the bus hold, in all."""

    amount: Decimal = Decimal(0)

    async def count(self, entry: Entry[ClosedCandle]) -> None:
        """Count one candle."""
        self.amount += entry.message.volume

    async def comes_to(self, amount: Decimal) -> Decimal:
        """Return how much of `amount` is lacking after all that can come has come."""
        for _ in range(300):
            if self.amount >= amount:
                break
            await asyncio.sleep(0.1)
        return amount - self.amount


async def flood(stage: Stage, bus: Bus) -> list[Figure]:
    """Push 5,000 messages a second for a while, and see what became of each."""
    watch, traded = Stopwatch(bus), Traded()
    async with venue_at(stage.exchange_url, stage.folder / "flood") as exchange, asyncio.TaskGroup() as tasks:
        parts = market_of(exchange, watch, watch=1)
        spare_what_stays()
        for market in STREAMED:
            parts.watched.want(market)
        running = [tasks.create_task(parts.run()), tasks.create_task(bus.consume(SECONDS, "b", traded.count))]
        await asyncio.sleep(3)
        known = await burst(stage.exchange_url, "trade", len(STREAMED), 1)
        await asyncio.sleep(2)  # candles are whole from the second after the first trade on
        pushing = tasks.create_task(both(stage.exchange_url, WARM_UP_S + MEASURED_S))
        await asyncio.sleep(WARM_UP_S)
        found = await watched(watch)
        trades = await pushing
        await burst(stage.exchange_url, "ticker", len(STREAMED), 5)  # whose time closes the last seconds
        lacking = await traded.comes_to(AMOUNT * (trades - known))
        for task in running:
            task.cancel()
    pushed = (TICKERS_PER_S * (WARM_UP_S + MEASURED_S) + trades) / (WARM_UP_S + MEASURED_S)
    return [
        *found,
        Figure("market.messages_per_s", pushed, "1/s"),
        Figure("market.trades_lost", float(lacking / AMOUNT), "of all"),
    ]


async def watched(watch: Stopwatch) -> list[Figure]:
    """Return what the flood costs, and how fast prices are meanwhile."""
    process = psutil.Process()
    begun_mb, begun_cpu = process.memory_info().rss / 2**20, sum(process.cpu_times()[:2])
    watch.is_running = True
    await asyncio.sleep(MEASURED_S)
    watch.is_running = False
    return [
        Figure("market.tick_to_redis_p50_ms", percentile(watch.milliseconds, 0.5), "ms"),
        Figure("market.tick_to_redis_p99_ms", percentile(watch.milliseconds, 0.99), "ms"),
        Figure("market.flood_rss_mb", process.memory_info().rss / 2**20, "MB"),
        Figure("market.flood_growth_mb", process.memory_info().rss / 2**20 - begun_mb, "MB"),
        Figure("market.flood_cores", (sum(process.cpu_times()[:2]) - begun_cpu) / MEASURED_S, "cores"),
    ]


async def measure() -> list[Figure]:
    """Measure the way of a price at 5,000 messages a second, and what a start takes with 1,500 markets."""
    async with staged(1_500) as stage, open_bus(stage.bus_url, name="bench", clock=SystemClock()) as bus:
        found = [
            Figure("market.first_tick_cold_s", await first_tick_s(stage, bus, "starts"), "s"),
            Figure("market.first_tick_s", await first_tick_s(stage, bus, "starts"), "s"),
        ]
    async with (
        staged(len(STREAMED)) as stage,
        open_bus(stage.bus_url, name="bench", clock=SystemClock()) as bus,
    ):
        return found + await flood(stage, bus)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run({"serve": exchange_process, "market": market_process}[sys.argv[1]]())
