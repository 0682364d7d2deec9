"""The market process as the farm starts it, on a real server of the bus."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from bus_stage import Server, running
from market_stage import wandering_minutes, write_feather

from analytics.candles import Candles
from bots.control import EXIT_ASKED, EXIT_MISCONFIGURED, Ending, read_line
from config.farm_file import BotEntry, ExchangeSection, ObserveSection
from config.markets import read_markets
from config.process import ProcessSecrets, ProcessSpec
from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.messages import Entry, Gap
from services.clock import SystemClock
from services.errors import BusUnavailable, NoAnswer, UnknownMarket
from services.exchange.exchange import Exchange
from services.exchange.played.replay import ReplayExchange
from services.exchange.played.simulated import SimulatedExchange
from services.market.board import Board
from services.market.feed import Feed
from services.market.messages import CANDLES, LAST_QUOTE, QUOTES, ClosedCandle, FindMarkets, GetQuote, Quote

ROOT = Path(__file__).resolve().parents[3]
BTC = "BTC/USDT:USDT"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@pytest.fixture
async def bus(server: Server) -> AsyncIterator[Bus]:
    async with open_bus(server.url, name="asker", clock=SystemClock()) as opened:
        yield opened


@dataclass
class Market:
    """A market process and the reading end of its control pipe."""

    process: asyncio.subprocess.Process
    control: int

    def reasons(self) -> list[str]:
        lines = map(read_line, os.read(self.control, 65_536).splitlines())
        return [line.reason for line in lines if isinstance(line, Ending)]


@asynccontextmanager
async def market(server: Server, tmp_path: Path, exchange: ExchangeSection) -> AsyncIterator[Market]:
    """Start the process as the farm does; it is killed in the end if it is still there."""
    spec = ProcessSpec(
        name="market",
        kind="market",
        entry=BotEntry(),
        root=ROOT,
        var=tmp_path / "var",
        data=tmp_path / "data",
        personas=ROOT / "personas",
        observe=ObserveSection(),
        exchange=exchange,
    )
    reading, writing = os.pipe()
    command = (sys.executable, "-m", "bots.process", "--control", str(writing), "bots.market")
    child = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT, pass_fds=(writing,)
    )
    os.close(writing)
    assert child.stdin is not None
    told = [part.model_dump_json() for part in (spec, ProcessSecrets(bus_url=server.url))]
    child.stdin.write("".join(f"{line}\n" for line in told).encode())
    try:
        yield Market(child, reading)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        os.close(reading)


async def first_quote(bus: Bus, asked: str = "btc") -> Quote:
    async with asyncio.timeout(15):
        while True:
            try:
                return await bus.ask(GetQuote(market=asked), timeout=0.3)
            except NoAnswer:
                continue


def record(tmp_path: Path, name: str, minutes: Candles) -> None:
    write_feather(tmp_path / "data" / "market" / "binance_perp_1m" / name, minutes)


async def test_a_recording_is_quoted_named_and_found(server: Server, bus: Bus, tmp_path: Path) -> None:
    record(tmp_path, "BTC_USDT_USDT-1m-futures.feather", wandering_minutes(3_000))
    async with market(server, tmp_path, ExchangeSection()):
        quote = await first_quote(bus)
        assert (quote.market, quote.tick) == (BTC, Decimal("0.1"))
        assert (quote.origin.venue, quote.origin.nature) == ("binance", "replay")
        assert quote.volume_24h is not None
        assert (await bus.ask(FindMarkets(typed="bt"))).names == [BTC]
        with pytest.raises(UnknownMarket) as caught:
            await bus.ask(GetQuote(market="bct"))
        assert caught.value.facts["suggestions"] == [BTC]


@pytest.mark.parametrize("source", ["replay", "simulated"])
async def test_a_killed_process_goes_on_where_wall_time_says(
    server: Server, bus: Bus, tmp_path: Path, source: Literal["replay", "simulated"]
) -> None:
    record(tmp_path, "BTC_USDT_USDT-1m-futures.feather", wandering_minutes(3_000))
    async with market(server, tmp_path, ExchangeSection(source=source)) as killed:
        before = (await first_quote(bus)).origin
        killed.process.kill()
        await killed.process.wait()
    (began,) = (tmp_path / "var").rglob("began-1.json")
    written = began.read_bytes()
    async with market(server, tmp_path, ExchangeSection(source=source)):
        after = (await first_quote(bus)).origin
    assert began.read_bytes() == written
    passed = after.received_at - before.received_at
    assert after.as_of - before.as_of > passed / 2


async def test_quotes_are_published_and_kept_as_the_newest(server: Server, bus: Bus, tmp_path: Path) -> None:
    async with market(server, tmp_path, ExchangeSection(source="simulated")), bus.subscribe(QUOTES) as heard:
        async with asyncio.timeout(15):
            quotes: list[Quote] = []
            async for message in heard:
                if not isinstance(message, Gap) and message.market == BTC:
                    quotes.append(message)
                if len(quotes) == 3:
                    break
        moments = [quote.origin.received_at for quote in quotes]
        assert moments == sorted(set(moments))
        kept = await bus.latest(LAST_QUOTE, part=BTC)
        assert kept is not None
        assert kept.as_of == kept.value.origin.as_of
        assert kept.value.origin.nature == "simulated"


async def test_the_process_stops_when_it_is_asked_to(server: Server, bus: Bus, tmp_path: Path) -> None:
    async with market(server, tmp_path, ExchangeSection(source="simulated")) as started:
        await first_quote(bus)
        began = time.monotonic()
        started.process.terminate()
        assert await started.process.wait() == EXIT_ASKED
        assert time.monotonic() - began < 3


async def test_a_replay_without_data_is_left_stopped_with_the_reason(server: Server, tmp_path: Path) -> None:
    async with market(server, tmp_path, ExchangeSection(source="replay")) as started, asyncio.timeout(10):
        assert await started.process.wait() == EXIT_MISCONFIGURED
        (reason,) = started.reasons()
        assert str(tmp_path / "data" / "market" / "binance_perp_1m") in reason
        assert "OMEGA_DATA" in reason


async def test_the_process_answers_again_when_the_bus_has_been_away(
    server: Server, bus: Bus, tmp_path: Path
) -> None:
    async with market(server, tmp_path, ExchangeSection(source="simulated")):
        before = await first_quote(bus)
        await server.stop()
        await asyncio.sleep(0.6)
        await server.start()
        async with asyncio.timeout(10):
            while True:
                try:
                    after = await bus.ask(GetQuote(market=BTC), timeout=0.5)
                    break
                except (NoAnswer, BusUnavailable):
                    continue
        assert after.origin.as_of > before.origin.as_of


async def feed_for(bus: Bus, exchange: Exchange, is_done: Callable[[], bool]) -> None:
    clock = SystemClock()
    board = Board(venue=exchange.venue, clock=clock)
    feed = Feed(exchange=exchange, outlet=bus, board=board, clock=clock, on_health=lambda *_: None)
    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        feeding = group.create_task(feed.run())
        while not is_done():  # noqa: ASYNC110 - what is waited for is seen from outside only
            await asyncio.sleep(0.02)
        feeding.cancel()


@asynccontextmanager
async def candles_of(bus: Bus) -> AsyncIterator[list[Entry[ClosedCandle]]]:
    taken: list[Entry[ClosedCandle]] = []

    async def take(entry: Entry[ClosedCandle]) -> None:
        taken.append(entry)

    async with asyncio.TaskGroup() as group:
        consuming = group.create_task(bus.consume(CANDLES, "test", take))
        yield taken
        consuming.cancel()


async def test_every_closed_candle_arrives_in_order(bus: Bus) -> None:
    markets = read_markets(ROOT / "config" / "markets.yaml")
    exchange = SimulatedExchange(markets, rng=np.random.default_rng(1), clock=SystemClock(), speed=600)
    async with candles_of(bus) as taken:
        await feed_for(bus, exchange, lambda: len(taken) > 100)
    opened = [e.message.opens_at for e in taken if (e.message.market, e.message.timeframe) == (BTC, "1m")]
    assert len(opened) >= 10
    assert {later - earlier for earlier, later in pairwise(opened)} == {timedelta(minutes=1)}


async def test_a_replay_that_starts_again_appends_the_same_candles_under_the_same_ids(bus: Bus) -> None:
    async with candles_of(bus) as taken:
        for enough in (12, 24):
            exchange = ReplayExchange(
                {BTC: wandering_minutes(3_000)}, venue="binance", seed=1, clock=SystemClock(), speed=1_200
            )
            await feed_for(bus, exchange, lambda enough=enough: len(taken) >= enough)  # type: ignore[misc]
    by_id: dict[str, set[Decimal]] = {}
    for entry in taken:
        by_id.setdefault(entry.id, set()).add(entry.message.close)
    assert len(by_id) < len(taken)
    assert all(len(closes) == 1 for closes in by_id.values())
