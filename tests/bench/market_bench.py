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
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import psutil
from figures import Figure, percentile

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.bus.messages import Entry, Key, Log, M, Topic
from services.clock import SystemClock
from services.exchange.exchange import Exchange, Market
from services.market.assembly import assemble
from services.market.messages import LAST_QUOTE, SECONDS, ClosedCandle, Quote
from services.omega import ServiceConfig

if TYPE_CHECKING:
    from pydantic import SecretStr

ROOT = Path(__file__).resolve().parents[2]
MARKETS = 1_500
STREAMED = 50
TICKERS_PER_S = 2_500
TRADES_PER_S = 2_500
WARM_UP_S = 3.0
SECONDS_LONG = 20.0
AMOUNT = 0.01
"""Of every trade that the local exchange makes up."""


def names() -> list[str]:
    """Return as many markets as a large venue has, half of them perpetuals."""
    coins = ["BTC", "ETH", *(f"C{number:03}" for number in range(MARKETS // 2 - 2))]
    return [f"{coin}/USDT{settle}" for coin in coins for settle in (":USDT", "")]


async def exchange_process() -> None:
    """Serve until stdin ends; the other process. Its address is the first line of stdout."""
    from quiet_market import QuietMarket, perpetual, spot  # noqa: PLC0415 - only that process serves

    from sandbox.exchange.app import Options, serve  # noqa: PLC0415 - the same
    from sandbox.exchange.venue import Label, Playing  # noqa: PLC0415 - the same

    listed: list[Market] = [perpetual(name) if ":" in name else spot(name) for name in names()]
    label = Label(venue="bench", simulated_from_ms=0, is_depth_simulated=True, nature_before="simulated")
    playing = Playing(exchange=QuietMarket(listed), label=label)
    async with serve(Options(main=playing, clock=SystemClock(), faults_allowed=True)) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


async def market_process() -> None:
    """Feed a bus until stdin ends; a line of JSON says from where and to where. For the cold and warm start."""
    from pydantic import SecretStr  # noqa: PLC0415 - only that process needs it

    from services.exchange.venues.addresses import Connection  # noqa: PLC0415 - ccxt is part of the start
    from services.exchange.venues.exchange import open_venue  # noqa: PLC0415 - the same

    told = json.loads(await asyncio.to_thread(sys.stdin.readline))
    clock = SystemClock()
    connection = Connection(venue="sandbox", base_url=told["exchange"])
    async with (
        open_bus(SecretStr(told["bus"]), name="bench-market", clock=clock) as bus,
        open_venue(connection, cache=Path(told["cache"]), clock=clock) as exchange,
        asyncio.TaskGroup() as tasks,
    ):
        feeding = tasks.create_task(fed(exchange, bus).run())
        await asyncio.to_thread(sys.stdin.read)
        feeding.cancel()


def fed(exchange: Exchange, outlet: Bus | Stopwatch, watch: int = 20) -> Running:
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
