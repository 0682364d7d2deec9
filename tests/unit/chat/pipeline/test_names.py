from __future__ import annotations

from chat_stage import FakeFarm
from persona_fakes import HandClock

from services.chat.pipeline.names import Names
from services.errors import NoAnswer
from services.market.messages import Venues


async def test_names_of_markets_are_looked_at_now_and_then_and_stay_the_same_object() -> None:
    clock, farm = HandClock(), FakeFarm(markets=["BTC/USDT:USDT"])
    names = Names(farm, clock=clock)
    first = await names.markets()
    assert await names.markets() is first
    clock.seconds += 5.0
    assert await names.markets() is first
    farm.markets = ["BTC/USDT:USDT", "ETH/USDT:USDT"]
    clock.seconds += 5.0
    assert [*await names.markets()] == ["BTC/USDT:USDT", "ETH/USDT:USDT"]
    assert farm.looked == 3


async def test_venues_that_cannot_be_had_are_those_known_before_and_asked_for_again_soon() -> None:
    clock, farm = HandClock(), FakeFarm()
    names = Names(farm, clock=clock)
    assert [*await names.venues()] == ["binance", "bybit"]
    clock.seconds += 61.0
    farm.venues = NoAnswer("Silent.")
    assert [*await names.venues()] == ["binance", "bybit"]
    farm.venues = Venues(names=["kraken"])
    clock.seconds += 5.0
    assert [*await names.venues()] == ["kraken"]
