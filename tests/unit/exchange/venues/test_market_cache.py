from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from market_stage import SleeperClock
from raw_frames import a_market
from structlog.testing import capture_logs

from services.errors import ExchangeUnavailable
from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import VenueClient
from services.exchange.venues.labels import Label
from services.exchange.venues.markets import MarketCache
from services.exchange.venues.quirks import quirks_of
from services.exchange.venues.translate import Translator

BTC, ETH = a_market("BTCUSDT", "BTC", "USDT"), a_market("ETHUSDT", "ETH", "USDT")


class Rest:
    """Stands where ccxt stands, and lists what a test says."""

    precisionMode = 4  # noqa: N815 - ccxt's name

    def __init__(self, *listed: dict[str, Any]) -> None:
        self.listed = listed
        self.markets: dict[str, dict[str, Any]] = {}
        self.times = 0

    async def load_markets(self, reload: bool) -> None:  # noqa: FBT001 - as ccxt has it
        del reload
        self.times += 1
        self.markets = {row["symbol"]: row for row in self.listed}


def cache_of(rest: Rest, folder: Path, clock: SleeperClock) -> MarketCache:
    client = VenueClient(Connection(venue="binance"), rest, clock=clock)
    translator = Translator(quirks=quirks_of("binance"), label=Label(venue="binance"), clock=clock)
    return MarketCache(client, translator, folder=folder, clock=clock)


async def names_in(cache: MarketCache) -> list[str]:
    return sorted(market.name for market in await cache.current())


async def test_a_disk_that_takes_no_file_does_not_keep_a_venue_from_opening(tmp_path: Path) -> None:
    no_folder = tmp_path / "a file"
    no_folder.write_text("")
    cache = cache_of(Rest(BTC), no_folder, SleeperClock())
    with capture_logs() as logs:
        await cache.refresh()
    assert await names_in(cache) == ["BTC/USDT"]
    assert "markets_not_kept" in [entry["event"] for entry in logs]


def test_two_clients_of_one_venue_do_not_spoil_each_others_file(tmp_path: Path) -> None:
    rows = [a_market(f"M{number}USDT", f"M{number}", "USDT", info="x" * 200) for number in range(300)]
    clock = SleeperClock()
    caches = []
    for _ in range(2):
        rest = Rest()
        rest.markets = {row["symbol"]: row for row in rows}
        caches.append(cache_of(rest, tmp_path, clock))

    def write_often(cache: MarketCache) -> None:
        for _ in range(20):
            cache._write()

    with capture_logs() as logs, ThreadPoolExecutor(2) as threads:
        list(threads.map(write_often, caches))
    assert logs == []
    (file,) = tmp_path.iterdir()
    assert len(msgspec.json.decode(file.read_bytes())["markets"]) == 300


async def test_a_market_that_was_said_to_be_unknown_is_looked_up_at_once(tmp_path: Path) -> None:
    clock, rest = SleeperClock(), Rest(BTC, ETH)
    cache = cache_of(rest, tmp_path, clock)
    await cache.load()
    clock.step(61)
    rest.listed = (BTC,)
    assert await names_in(cache) == ["BTC/USDT", "ETH/USDT"]
    cache.doubt()
    assert await names_in(cache) == ["BTC/USDT"]
    assert rest.times == 2


async def test_however_often_it_is_doubted_the_venue_is_asked_once_a_minute(tmp_path: Path) -> None:
    clock, rest = SleeperClock(), Rest(BTC, ETH)
    cache = cache_of(rest, tmp_path, clock)
    await cache.load()
    clock.step(61)
    for _ in range(30):
        cache.doubt()
        await asyncio.gather(cache.current(), cache.current())
        clock.step(1)
    assert rest.times == 2


async def test_a_venue_that_is_away_while_its_markets_are_doubted_is_unavailable(tmp_path: Path) -> None:
    class Away(Rest):
        async def load_markets(self, reload: bool) -> None:  # noqa: FBT001 - as ccxt has it
            if self.times:
                raise TimeoutError
            await super().load_markets(reload)

    clock = SleeperClock()
    cache = cache_of(Away(BTC), tmp_path, clock)
    await cache.load()
    clock.step(61)
    cache.doubt()
    with pytest.raises(ExchangeUnavailable):
        await cache.current()
