from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from market_stage import SleeperClock
from raw_frames import a_market

from services.exchange.venues.addresses import Connection
from services.exchange.venues.client import VenueClient
from services.exchange.venues.labels import Label
from services.exchange.venues.markets import MarketCache, SharedTables
from services.exchange.venues.quirks import quirks_of
from services.exchange.venues.translate import Translator

BTC, ETH = a_market("BTCUSDT", "BTC", "USDT"), a_market("ETHUSDT", "ETH", "USDT")


class Rest:
    """Stands where ccxt stands; all of them list the same, and count how often they are asked."""

    precisionMode = 4  # noqa: N815 - ccxt's name

    def __init__(self, listed: list[dict[str, Any]]) -> None:
        self.listed = listed
        self.markets: dict[str, dict[str, Any]] = {}
        self.times = 0

    async def load_markets(self, reload: bool) -> None:  # noqa: FBT001 - as ccxt has it
        del reload
        self.times += 1
        await asyncio.sleep(0)
        self.markets = {row["symbol"]: row for row in self.listed}

    def set_markets_from_exchange(self, other: Rest) -> None:
        self.markets = other.markets


def caches(rests: list[Rest], folder: Path, clock: SleeperClock) -> list[MarketCache]:
    shared = SharedTables()
    made = []
    for rest in rests:
        client = VenueClient(Connection(venue="binance"), rest, clock=clock)
        translator = Translator(quirks=quirks_of("binance"), label=Label(venue="binance"), clock=clock)
        made.append(MarketCache(client, translator, folder=folder, clock=clock, shared=shared))
    return made


async def test_of_many_clients_one_loads_and_all_have_the_same_markets(tmp_path: Path) -> None:
    rests = [Rest([BTC, ETH]) for _ in range(5)]
    made = caches(rests, tmp_path, SleeperClock())
    await asyncio.gather(*(cache.load() for cache in made))
    assert sum(rest.times for rest in rests) == 1
    assert len({id(cache.all["BTC/USDT"]) for cache in made}) == 1
    assert all(rest.markets is rests[0].markets for rest in rests)


async def test_what_one_client_asks_for_again_the_others_take_and_learn_what_is_gone(tmp_path: Path) -> None:
    listed = [BTC, ETH]
    rests, clock = [Rest(listed), Rest(listed)], SleeperClock()
    first, second = caches(rests, tmp_path, clock)
    gone: list[frozenset[str]] = []
    second.on_gone = gone.append
    for cache in (first, second):
        await cache.load()
    listed.remove(ETH)
    clock.step(timedelta(hours=1).total_seconds())
    for cache in (first, second):
        await cache._refresh_if_due()
    assert [rest.times for rest in rests] == [2, 0]
    assert (set(second.all), gone) == ({"BTC/USDT"}, [frozenset({"ETH/USDT"})])
